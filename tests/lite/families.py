"""Tiny models of other families than DeepSeek's, with random weights.

    PYTHON tests/lite/families.py FAMILY --tokenizer PATH --to DIR

PYTHON is one that has torch and transformers. Windows are short, so that a prompt of a few
hundred tokens slides out of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 8192,
    # Large enough for answers that aren't one token again and again.
    "initializer_range": 0.2,
}
_HALF = ["full_attention", "sliding_attention"]
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", {}),
    "qwen2": (
        "Qwen2Config",
        {"use_sliding_window": True, "sliding_window": 64, "layer_types": _HALF * 2},
    ),
    "starcoder2": ("Starcoder2Config", {"sliding_window": 48}),
    "mistral": ("MistralConfig", {"sliding_window": 64, "head_dim": 16}),
    "gemma": ("GemmaConfig", {"head_dim": 16}),
    # Half of its layers keep a state instead of tokens: what was read can't be taken back.
    "qwen3_next": (
        "Qwen3NextConfig",
        {
            "head_dim": 16,
            "layer_types": ["linear_attention", "full_attention"] * 2,
            "linear_num_value_heads": 4,
            "linear_num_key_heads": 2,
            "linear_key_head_dim": 16,
            "linear_value_head_dim": 16,
            "num_experts": 4,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 32,
            "shared_expert_intermediate_size": 32,
        },
    ),
}


def write_family(family: str, tokenizer: Path, folder: Path) -> Path:
    """The folder, now with weights, configuration and the tokenizer given."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    described = json.loads(tokenizer.read_text(encoding="utf-8"))
    known = [entry["id"] for entry in described["added_tokens"]]
    n_rows = -(-(max(*known, *described["model"]["vocab"].values()) + 1) // 64) * 64
    name, more = FAMILIES[family]
    torch.manual_seed(2)
    ends = {"bos_token_id": min(known), "eos_token_id": max(known)}
    config = getattr(transformers, name)(**SIZES, **more, **ends, vocab_size=n_rows)
    model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
    model.save_pretrained(folder)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    asked = parser.parse_args()
    print(write_family(asked.family, asked.tokenizer, asked.to))  # noqa: T201 -- where it is
