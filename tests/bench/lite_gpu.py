"""DeepSeek-Coder-V2-Lite's true size with random weights: first token and tokens per second.

    PYTHON tests/bench/lite_gpu.py [--lengths 2048,8192,32768,131072] [--layers 27]
        [--precision bf16] [--device auto] [--new 64] [--skip-plain]

PYTHON is one that has torch and transformers; a graphics card should have 80 GB for all of it
(31.4 GB of weights, 4.1 GB of cache at 128K). Nothing is downloaded: the configuration is
the published one, written here, the weights are random, so that times and memory are the
model's and answers are nonsense. `--layers 2` tries it on a processor.

For each length: reading the prompt, the first token after a keystroke (two tokens more than
what was read), and tokens per second, by the runner and by plain `generate` from scratch.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import tiny_bpe
import torch
import transformers

from inference.runners.opening import open_runner
from inference.runners.runner import Ask, Plan

# As published with the weights; 15.7 billion parameters, 31,104 bytes of latents a token.
LITE: dict[str, Any] = {
    "vocab_size": 102_400,
    "hidden_size": 2048,
    "intermediate_size": 10_944,
    "moe_intermediate_size": 1408,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "n_shared_experts": 2,
    "n_routed_experts": 64,
    "num_experts_per_tok": 6,
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
    "max_position_embeddings": 163_840,
    "rope_parameters": {
        "rope_type": "yarn",
        "rope_theta": 10_000.0,
        "factor": 40.0,
        "beta_fast": 32.0,
        "beta_slow": 1.0,
        "mscale": 0.707,
        "mscale_all_dim": 0.707,
        "original_max_position_embeddings": 4096,
    },
}
_TYPES = {"bf16": "bfloat16", "float32": "float32"}


def write_lite(folder: Path, layers: int, precision: str) -> Path:
    """The folder, now with random weights and a tokenizer that spans the vocabulary."""
    tiny_bpe.write(folder)
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    last = {**described["added_tokens"][-1], "id": LITE["vocab_size"] - 1, "content": "<last>"}
    described["added_tokens"].append(last)
    described["model"]["vocab"]["<last>"] = last["id"]
    (folder / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    torch.set_default_dtype(getattr(torch, _TYPES[precision]))
    config = transformers.DeepseekV2Config(**{**LITE, "num_hidden_layers": layers})
    config.eos_token_id = None
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        network = transformers.DeepseekV2ForCausalLM(config)
    network.save_pretrained(folder)
    torch.set_default_dtype(torch.float32)
    del network
    gc.collect()
    return folder


def measure(runner: Any, ids: list[int], n_new: int) -> dict[str, float]:
    """Reading all, a keystroke later, and tokens per second, with drafts and without."""
    runner.heads.clear()
    found = {"read_s": _first(runner, ids)}
    found["keystroke_s"] = _first(runner, [*ids, 7, 8])
    economy, runner.desk.economy = runner.desk.economy, None
    found["tokens_per_s"] = _rate(runner, [*ids, 7, 8], n_new)
    runner.desk.economy = economy
    found["tokens_per_s_with_drafts"] = _rate(runner, [*ids, 7, 8], n_new)
    return found


def measure_plain(network: Any, ids: list[int], n_new: int) -> dict[str, float]:
    """The same by `generate` from scratch, absorbed attention put aside."""
    prompt = torch.tensor([ids], device=network.device)
    mask = torch.ones_like(prompt)

    def seconds(n_tokens: int) -> float:
        began = perf_counter()
        with torch.inference_mode():
            out = network.generate(
                prompt,
                attention_mask=mask,
                min_new_tokens=n_tokens,
                max_new_tokens=n_tokens,
                do_sample=False,
            )
        out[0, -1].item()
        return perf_counter() - began

    first = seconds(1)
    return {"keystroke_s": first, "tokens_per_s": (n_new - 1) / max(1e-9, seconds(n_new) - first)}


def _first(runner: Any, ids: list[int]) -> float:
    began = perf_counter()
    list(runner.run(Ask(tuple(ids), max_new_tokens=1)))
    return perf_counter() - began


def _rate(runner: Any, ids: list[int], n_new: int) -> float:
    first = _first(runner, ids)
    began = perf_counter()
    steps = list(runner.run(Ask(tuple(ids), max_new_tokens=n_new)))
    n_said = sum(len(step.token_ids) for step in steps)
    return (n_said - 1) / max(1e-9, perf_counter() - began - first)


def main(asked: argparse.Namespace) -> None:
    """Print a JSON object a length, ours and plain."""
    lengths = [int(one) for one in asked.lengths.split(",")]
    chance = random.Random(3)  # noqa: S311 -- no secrets
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        folder = write_lite(Path(scratch), asked.layers, asked.precision)
        room = max(lengths) + asked.new + 64
        plan = Plan(folder, device=asked.device, precision=asked.precision, context_tokens=room)
        rows = [[chance.randrange(5, 900) for _ in range(length)] for length in lengths]
        runner: Any = open_runner("safetensors", plan)
        ours = [measure(runner, ids, asked.new) for ids in rows]
        device = runner.desk.model.device
        runner.close()
        del runner
        gc.collect()
        plain = [{}] * len(rows) if asked.skip_plain else _all_plain(asked, folder, rows, device)
    for length, mine, theirs in zip(lengths, ours, plain, strict=True):
        print(json.dumps({"tokens": length, "ours": _short(mine), "generate": _short(theirs)}))
    if device.type == "cuda":
        print(torch.cuda.get_device_name(device), torch.cuda.max_memory_allocated(device) / 1e9)


def _all_plain(
    asked: argparse.Namespace, folder: Path, rows: list[list[int]], device: Any
) -> list[dict[str, float]]:
    network = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, _TYPES[asked.precision]), device_map={"": device}
    ).eval()
    return [measure_plain(network, ids, asked.new) for ids in rows]


def _short(numbers: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 3) for key, value in numbers.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lengths", default="2048,8192,32768,131072")
    parser.add_argument("--layers", type=int, default=27)
    parser.add_argument("--precision", default="bf16", choices=_TYPES)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--new", type=int, default=64)
    parser.add_argument("--skip-plain", action="store_true")
    parser.add_argument("--scratch", help="a folder on a disk with room for the weights")
    main(parser.parse_args())
