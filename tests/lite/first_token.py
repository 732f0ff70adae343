"""The clocks of `tests/bench/lite_first_token.py`, in the interpreter that has torch.

    PYTHON tests/lite/first_token.py MODEL PROMPTS EVERY THREADS

PROMPTS is a JSON list of lists of ids, in the order they were sent. Prints one JSON object,
times in milliseconds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch
import transformers

from inference.runners.drafts import Economy
from inference.runners.opening import open_runner
from inference.runners.runner import Ask, Plan

_MS = 1000
_NEW = 48


def measure(folder: Path, prompts: list[list[int]], every: int, threads: int) -> dict[str, Any]:
    """First tokens of all prompts by the runner, of some from scratch, and tokens per second."""
    plan = Plan(folder, precision="float32", device="cpu", threads=threads, context_tokens=16_384)
    runner: Any = open_runner("safetensors", plan)
    plain = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    mine, theirs, cached = [], [], 0
    for place, ids in enumerate(prompts):
        if place % every == every - 1:
            theirs.append(_timed(lambda ids=ids: _from_scratch(plain, ids)))
        mine.append(_timed(lambda ids=ids: list(runner.run(Ask(tuple(ids), max_new_tokens=1)))))
        cached += list(runner.run(Ask(tuple(ids), max_new_tokens=0)))[-1].n_cached
    # The first prompt is new to both.
    ratio = median(theirs) / median(mine[1:])
    return {
        "model": folder.name,
        "parameters": sum(one.numel() for one in plain.parameters()),
        "prompts": len(prompts),
        "prompt_tokens": median(map(len, prompts)),
        "ours_ms": {"first": mine[0], **_spread(mine[1:])},
        "scratch_ms": _spread(theirs),
        "times_less": round(ratio, 1),
        "tokens_per_s": _rates(runner, prompts[:: max(1, len(prompts) // 4)]),
    }


def _rates(runner: Any, prompts: list[list[int]]) -> dict[str, float]:
    """Tokens a second over answers, with drafts where they pay and without."""
    found = {}
    for name, economy in (("without_drafts", None), ("with_drafts", Economy())):
        runner.desk.economy = economy
        n_said, seconds = 0, 0.0
        for ids in prompts:
            list(runner.run(Ask(tuple(ids), max_new_tokens=0)))
            began = perf_counter()
            steps = list(runner.run(Ask(tuple(ids), max_new_tokens=_NEW)))
            seconds += perf_counter() - began
            n_said += sum(len(step.token_ids) for step in steps)
        found[name] = round(n_said / seconds, 1)
    return found


def _from_scratch(plain: Any, ids: list[int]) -> None:
    prompt = torch.tensor([ids])
    with torch.inference_mode():
        mask = torch.ones_like(prompt)
        plain.generate(prompt, attention_mask=mask, max_new_tokens=1, do_sample=False)


def _timed(call: Any) -> float:
    began = perf_counter()
    call()
    return round((perf_counter() - began) * _MS, 1)


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50": median(ordered), "p95": ordered[int(len(ordered) * 0.95)], "max": ordered[-1]}


if __name__ == "__main__":
    model, file, every, threads = sys.argv[1:]
    prompts = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps(measure(Path(model), prompts, int(every), int(threads))))  # noqa: T201
