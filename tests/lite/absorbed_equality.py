"""Whether absorbed attention gives what transformers' own gives; prints one JSON object.

    PYTHON tests/lite/absorbed_equality.py

Random models of both shapes that are absorbed, with positions stretched as DeepSeek's are, read
a text in several ways: at once, token by token, in chunks, as drafts. Differences are
the largest between two logits of a position, by the largest logit there is.
"""

from __future__ import annotations

import copy
import json
import sys
from importlib import import_module
from typing import Any

from inference.runners.safetensors.absorbed import NAME, absorb

_N_TOKENS = 200
_WAYS = {
    "at once": (200,),
    "token by token": (190, *(1,) * 10),
    "drafts": (160, *(5,) * 8),
    "chunks": (48,) * 4 + (8,),
    "few, then many": (*(1,) * 6, 194),
}
_YARN = {
    "rope_type": "yarn",
    "rope_theta": 10000.0,
    "factor": 4.0,
    "beta_fast": 32,
    "beta_slow": 1,
    "mscale": 0.707,
    "mscale_all_dim": 0.707,
    "original_max_position_embeddings": 128,
}


def main() -> None:
    """All models, ways and precisions."""
    torch: Any = import_module("torch")
    torch.manual_seed(1)
    # Matrices this small gain nothing from more, and wait for each other on a busy machine.
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    for name in ("v2", "v3"):
        model = _model(name)
        for precision in ("float32", "bfloat16"):
            plain = copy.deepcopy(model).to(getattr(torch, precision))
            found[f"{name} {precision}"] = _compared(model, plain)
    found["greedy"] = _same_tokens(_model("v2"))
    found["others"] = _others()
    sys.stdout.write(json.dumps(found) + "\n")


def _model(name: str, **changed: Any) -> Any:
    transformers: Any = import_module("transformers")
    config = {
        "vocab_size": 512,
        "hidden_size": 128,
        "intermediate_size": 256,
        "moe_intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "n_shared_experts": 1,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "q_lora_rank": None if name == "v2" else 96,
        "kv_lora_rank": 256,
        "qk_rope_head_dim": 64,
        "qk_nope_head_dim": 128,
        "v_head_dim": 128,
        "first_k_dense_replace": 1,
        "n_group": 1,
        "topk_group": 1,
        "norm_topk_prob": False,
        "routed_scaling_factor": 1.0,
        "max_position_embeddings": 512,
        "rope_parameters": _YARN,
        "initializer_range": 0.1,
        **changed,
    }
    kind = {"v2": "DeepseekV2", "v3": "DeepseekV3"}[name]
    settings = getattr(transformers, f"{kind}Config")(**config)
    return getattr(transformers, f"{kind}ForCausalLM")(settings).eval()


def _compared(exact: Any, plain: Any) -> dict[str, Any]:
    """How far both are from `exact`, which reads all at once in full precision."""
    torch: Any = import_module("torch")
    absorbed = copy.deepcopy(plain)
    done = absorb(absorbed) and absorbed.config._attn_implementation == NAME
    ids = torch.randint(0, 512, (1, _N_TOKENS), generator=torch.Generator().manual_seed(2))
    right = _read(exact, ids, (_N_TOKENS,))
    away = {
        way: [_away(_read(model, ids, sizes), right) for model in (plain, absorbed)]
        for way, sizes in _WAYS.items()
    }
    return {"absorbed": done, "away": away}


def _read(model: Any, ids: Any, sizes: tuple[int, ...]) -> Any:
    torch: Any = import_module("torch")
    cache = import_module("transformers").DynamicCache(config=model.config)
    logits, start = [], 0
    with torch.inference_mode():
        for size in sizes:
            chunk = ids[:, start : start + size]
            logits.append(model(chunk, past_key_values=cache, use_cache=True).logits.float())
            start += size
    return torch.cat(logits, dim=1)


def _away(logits: Any, right: Any) -> float:
    return float((logits - right).abs().max() / right.abs().max())


def _same_tokens(model: Any) -> dict[str, Any]:
    """Greedy answers of both to several prompts."""
    torch: Any = import_module("torch")
    absorbed = copy.deepcopy(model)
    absorb(absorbed)
    draw = torch.Generator().manual_seed(3)
    prompts = [torch.randint(0, 512, (1, n), generator=draw) for n in (1, 40, 170)]
    with torch.inference_mode():
        answers = [
            [
                each.generate(ids, max_new_tokens=16, do_sample=False).tolist()
                for each in (model, absorbed)
            ]
            for ids in prompts
        ]
    return {"prompts": len(answers), "same": sum(one == other for one, other in answers)}


def _others() -> bool:
    """Whether a model with ordinary attention is left as it is."""
    transformers: Any = import_module("transformers")
    config = transformers.LlamaConfig(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    return absorb(transformers.LlamaForCausalLM(config))


if __name__ == "__main__":
    main()
