"""A DeepSeek-V2 of a few megabytes with random weights, for a real vLLM to serve.

    python tests/bench/tiny_deepseek.py --tokenizer PATH --to DIR [--context 16384]

Needs torch and transformers, which the server has. What it writes is nonsense, but
its shape is the real one's (latent attention, experts), so that prefix caching,
control tokens and prompts as ids behave as with the model.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"  # noqa: RUF001 -- as published


def write_model(tokenizer: Path, folder: Path, *, context_tokens: int = 16_384) -> Path:
    """The folder, now with weights, configuration and the tokenizer given.

    The same weights each time; the vocabulary is the tokenizer's, rounded up as
    makers of models do.
    """
    import torch
    from transformers import DeepseekV2ForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    described = json.loads(tokenizer.read_text(encoding="utf-8"))
    torch.manual_seed(1)
    model = DeepseekV2ForCausalLM(_config(described, context_tokens)).float().eval()
    model.save_pretrained(folder)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": EOS,
        "add_bos_token": True,
        "model_max_length": context_tokens,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _config(described: dict[str, Any], context_tokens: int) -> Any:
    from transformers import DeepseekV2Config

    added = {entry["content"]: entry["id"] for entry in described["added_tokens"]}
    n_tokens = 1 + max(*added.values(), *described["model"]["vocab"].values())
    return DeepseekV2Config(
        vocab_size=-(-n_tokens // 64) * 64,
        hidden_size=128,
        intermediate_size=256,
        moe_intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        n_shared_experts=1,
        n_routed_experts=8,
        num_experts_per_tok=2,
        q_lora_rank=None,
        kv_lora_rank=512,
        qk_rope_head_dim=64,
        qk_nope_head_dim=128,
        v_head_dim=128,
        first_k_dense_replace=1,
        n_group=1,
        topk_group=1,
        topk_method="greedy",
        norm_topk_prob=False,
        routed_scaling_factor=1.0,
        max_position_embeddings=context_tokens,
        bos_token_id=added[BOS],
        eos_token_id=added[EOS],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--context", type=int, default=16_384)
    asked = parser.parse_args()
    print(write_model(asked.tokenizer, asked.to, context_tokens=asked.context))
