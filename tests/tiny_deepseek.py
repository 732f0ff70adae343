"""A DeepSeek-V2 of a few megabytes with random weights, for real engines to run.

    PYTHON tests/tiny_deepseek.py --tokenizer PATH --to DIR [--context 16384] [--set KEY=VALUE]

PYTHON is one that has torch and transformers; see `engines`. What the model writes is
nonsense, but its shape is the real one's (latent attention, experts), so that prefix
caching, control tokens and prompts as ids behave as with the model. `--set` changes
any number of its configuration, as `num_hidden_layers=27`.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"  # noqa: RUF001 -- as published
CONTEXT_TOKENS = 16_384
# As DeepSeek's chat models are spoken to, without their system prompt.
_CHAT = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ 'User: ' + message['content'] + '\n\n' }}{% elif message['role'] == 'assistant' %}"
    "{{ 'Assistant: ' + message['content'] + eos_token }}{% else %}"
    "{{ message['content'] + '\n\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def write_model(
    tokenizer: Path,
    folder: Path,
    *,
    context_tokens: int = CONTEXT_TOKENS,
    changed: Mapping[str, Any] | None = None,
) -> Path:
    """The folder, now with weights, configuration and the tokenizer given.

    The same weights each time; the vocabulary is the tokenizer's, rounded up as
    makers of models do.

    Args:
        tokenizer: a `tokenizer.json` with DeepSeek's control tokens.
        folder: where it goes.
        context_tokens: as the model claims.
        changed: further numbers of its configuration.
    """
    import torch
    from transformers import DeepseekV2ForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    described = json.loads(tokenizer.read_text(encoding="utf-8"))
    torch.manual_seed(1)
    config = _config(described, context_tokens, changed or {})
    DeepseekV2ForCausalLM(config).float().eval().save_pretrained(folder)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": EOS,
        "add_bos_token": True,
        "model_max_length": context_tokens,
        "chat_template": _CHAT,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _config(described: dict[str, Any], context_tokens: int, changed: Mapping[str, Any]) -> Any:
    from transformers import DeepseekV2Config

    added = {entry["content"]: entry["id"] for entry in described["added_tokens"]}
    n_tokens = 1 + max(*added.values(), *described["model"]["vocab"].values())
    shape: dict[str, Any] = {
        "vocab_size": -(-n_tokens // 64) * 64,
        "hidden_size": 128,
        "intermediate_size": 256,
        "moe_intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "n_shared_experts": 1,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "q_lora_rank": None,
        "kv_lora_rank": 512,
        "qk_rope_head_dim": 64,
        "qk_nope_head_dim": 128,
        "v_head_dim": 128,
        "first_k_dense_replace": 1,
        "n_group": 1,
        "topk_group": 1,
        "topk_method": "greedy",
        "norm_topk_prob": False,
        "routed_scaling_factor": 1.0,
        "max_position_embeddings": context_tokens,
        "bos_token_id": added[BOS],
        "eos_token_id": added[EOS],
    }
    return DeepseekV2Config(**{**shape, **changed})


def _change(spelled: str) -> tuple[str, Any]:
    key, _, value = spelled.partition("=")
    return key, json.loads(value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--context", type=int, default=CONTEXT_TOKENS)
    parser.add_argument("--set", type=_change, action="append", default=[], metavar="KEY=VALUE")
    asked = parser.parse_args()
    print(  # noqa: T201 -- where it is
        write_model(
            asked.tokenizer, asked.to, context_tokens=asked.context, changed=dict(asked.set)
        )
    )
