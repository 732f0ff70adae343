"""What a step of latent attention takes, by the length of the context, before and after.

    PYTHON tests/bench/absorbed.py [--layers 2] [--dtype float32|bfloat16] [--contexts 128 2048]

PYTHON has torch and transformers. Layers of DeepSeek-Coder-V2-Lite's true size with random
weights, and the tiny model of the tests, decode behind a cache of so many tokens that is
filled at random. Both ways alternate in the same run, and the fastest of the steps counts, so
that other work on the machine weighs on neither.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from inference.runners.safetensors.absorbed import absorb
from inference.runners.safetensors.buffers import Buffers

# Of the 27 layers of the real model one is dense; experts cost the same both ways.
TRUE_SIZE = {
    "hidden_size": 2048,
    "intermediate_size": 10944,
    "moe_intermediate_size": 1408,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "n_routed_experts": 64,
    "num_experts_per_tok": 6,
    "n_shared_experts": 2,
}
TINY = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "moe_intermediate_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "n_routed_experts": 8,
    "num_experts_per_tok": 2,
    "n_shared_experts": 1,
}
LATENT = {
    "q_lora_rank": None,
    "kv_lora_rank": 512,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "v_head_dim": 128,
    "n_group": 1,
    "topk_group": 1,
    "vocab_size": 1024,
    "max_position_embeddings": 163_840,
}


def main() -> None:
    """A line a context: milliseconds a layer of attention, and tokens per second of the model."""
    asked = _asked()
    torch: Any = import_module("torch")
    torch.manual_seed(1)
    for name, sizes, layers in (("tiny", TINY, 3), ("true size", TRUE_SIZE, asked.layers)):
        plain = _model(sizes, layers, getattr(torch, asked.dtype))
        # The same weights in both, as two copies of true size take gigabytes.
        absorbed = copy.deepcopy(plain, {id(each): each for each in plain.parameters()})
        assert absorb(absorbed)
        print(f"{name}, {layers} layers, {asked.dtype}, {torch.get_num_threads()} threads")
        print("context   attention, ms a layer      tokens a second of these layers")
        for n_tokens in asked.contexts:
            _report((plain, absorbed), n_tokens, asked.seconds)


def _report(models: tuple[Any, Any], n_tokens: int, seconds: float) -> None:
    layers = _step_ms(models, n_tokens, seconds, attention=True)
    steps = _step_ms(models, n_tokens, seconds, attention=False)
    (before, after), (slow, fast) = layers, steps
    print(
        f"{n_tokens:7,}   {before:8.2f} -> {after:6.2f} {before / after:6.1f}x"
        f"   {1000 / slow:7.1f} -> {1000 / fast:6.1f} {slow / fast:6.1f}x",
        flush=True,
    )


def _step_ms(
    models: tuple[Any, Any], n_tokens: int, seconds: float, *, attention: bool
) -> tuple[float, float]:
    """The fastest step of each, in milliseconds."""
    runs = [_step(model, n_tokens, attention=attention) for model in models]
    best, end = [float("inf")] * 2, time.perf_counter() + seconds
    n_done = 0
    while n_done < 3 or time.perf_counter() < end:
        for i, run in enumerate(runs):
            start = time.perf_counter()
            run()
            best[i] = min(best[i], (time.perf_counter() - start) * 1e3)
        n_done += 1
    return best[0], best[1]


def _step(model: Any, n_tokens: int, *, attention: bool) -> Any:
    """A call that does one step behind so many tokens, and leaves the cache as it was."""
    torch: Any = import_module("torch")
    inner, config = model.model, model.config
    cache = _filled(config, n_tokens, model.dtype)
    ids, place = torch.zeros(1, 1, dtype=torch.long), torch.tensor([[n_tokens]])
    state = torch.randn(1, 1, config.hidden_size).to(model.dtype)
    turned = inner.rotary_emb(state, place)

    def run() -> None:
        with torch.inference_mode():
            if attention:
                inner.layers[0].self_attn(
                    state,
                    past_key_values=cache.past,
                    position_embeddings=turned,
                    attention_mask=None,
                )
            else:
                model(ids, past_key_values=cache.past, use_cache=True)
            cache.crop(n_tokens)

    return run


def _filled(config: Any, n_tokens: int, dtype: Any) -> Buffers:
    """A cache as the runner keeps it, with so many tokens drawn at random."""
    torch: Any = import_module("torch")
    cache = Buffers(config)
    cache.reserve(n_tokens + 1)
    sizes = (config.kv_lora_rank, config.qk_rope_head_dim)
    parts = [torch.randn(1, 1, n_tokens, size).to(dtype) for size in sizes]
    with torch.inference_mode():
        for layer in range(config.num_hidden_layers):
            cache.past.update(*parts, layer)
    return cache


def _model(sizes: dict[str, Any], layers: int, dtype: Any) -> Any:
    transformers: Any = import_module("transformers")
    settings = {**LATENT, **sizes, "num_hidden_layers": layers, "first_k_dense_replace": 1}
    config = transformers.DeepseekV2Config(**settings)
    return transformers.DeepseekV2ForCausalLM(config).to(dtype).eval()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each figure")
    parser.add_argument("--contexts", type=int, nargs="+", default=[128, 512, 2048, 8192, 32768])
    return parser.parse_args()


if __name__ == "__main__":
    main()
