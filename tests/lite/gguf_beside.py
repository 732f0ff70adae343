"""What transformers and llama.cpp answer from the same weights.

    PYTHON tests/lite/gguf_beside.py FOLDER FILE

PYTHON is one that has torch, transformers and llama-cpp-python. Prints one JSON object.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from inference.runners.gguf.load import load
from inference.runners.runner import Ask, Plan

N_NEW = 12
LENGTHS = (5, 60, 300)


def main(folder: Path, file: Path) -> dict[str, Any]:
    """Greedy tokens of both, prompt by prompt."""
    import torch
    from transformers import DeepseekV2ForCausalLM

    torch.set_num_threads(1)
    runner = load(Plan(file, context_tokens=1024, threads=1))
    model = DeepseekV2ForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    chance = random.Random(3)  # noqa: S311 -- no secrets
    found: dict[str, Any] = {"gguf": [], "safetensors": []}
    for length in LENGTHS:
        ids = [chance.randrange(900) for _ in range(length)]
        steps = runner.run(Ask(tuple(ids), max_new_tokens=N_NEW))
        found["gguf"].append([number for step in steps for number in step.token_ids])
        with torch.inference_mode():
            whole = model.generate(torch.tensor([ids]), max_new_tokens=N_NEW, do_sample=False)
        found["safetensors"].append(
            [number for number in whole[0, length:].tolist() if number not in runner.desk.ends]
        )
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201 -- the answer
