"""Whether what a `.gguf` answers is what llama.cpp answers from scratch, edit after edit.

    PYTHON tests/lite/gguf_exactness.py FILE [EDITS]

PYTHON is one that has llama-cpp-python. Prints one JSON object. An answer differs by
rounding where the two likeliest tokens are closer than numbers of 32 bits, added up in
another order, can tell apart: then how close they were is counted in its favour.
"""

from __future__ import annotations

import inspect
import json
import random
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from inference.runners.gguf.load import load
from inference.runners.runner import Ask, Plan

CONTEXT = 2048
N_NEW = 16
# How far two logits may lie apart that rounding made change places.
TIE = 2e-3


def main(file: Path, n_edits: int) -> dict[str, Any]:
    """What came of so many edits."""
    from llama_cpp import Llama

    runner = load(Plan(file, context_tokens=CONTEXT, cache_bytes=1 << 26, threads=1))
    plain = Llama(str(file), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, verbose=False)
    chance = random.Random(7)  # noqa: S311 -- no secrets
    found: dict[str, Any] = {"edits": n_edits, "equal": 0, "tied": 0, "wrong": [], "cached": 0}
    found |= {"prompt": 0, "steps": 0, "new": 0}
    for prompt in edits(runner, chance, n_edits):
        steps = list(runner.run(Ask(tuple(prompt), max_new_tokens=N_NEW)))
        ours = [one for step in steps for one in step.token_ids]
        theirs = scratch(plain, prompt, runner.desk.ends)
        found["steps"] += sum(bool(step.token_ids) for step in steps)
        found["new"] += len(ours)
        found["cached"] += steps[-1].n_cached
        found["prompt"] += len(prompt)
        judge(found, plain, prompt, ours, theirs)
    return found


def edits(runner: Any, chance: random.Random, count: int) -> Any:
    """Prompts as somebody types in two files, deletes, goes back and forth."""
    text = inspect.getsource(textwrap)
    files = [runner.desk.native.encode(text[start : start + 1000]) for start in (0, 3000)]
    place = 0
    for _ in range(count):
        ids = files[place]
        kind = chance.random()
        more = [chance.randrange(900) for _ in range(chance.randint(1, 6))]
        if kind < 0.5:
            ids.extend(more)
        elif kind < 0.7:
            del ids[-chance.randint(1, 20) :]
        elif kind < 0.85:
            where = chance.randrange(len(ids) // 2, len(ids))
            ids[where : where + chance.randint(0, 3)] = more
        else:
            place = 1 - place
        yield list(files[place])


def scratch(plain: Any, prompt: list[int], ends: frozenset[int]) -> list[int]:
    """What the library's own loop answers with nothing read before."""
    plain.reset()
    plain._ctx.kv_cache_clear()
    found: list[int] = []
    for number in plain.generate(prompt, temp=0.0, top_k=1, repeat_penalty=1.0):
        if number in ends:
            break
        found.append(number)
        if len(found) == N_NEW:
            break
    return found


def judge(
    found: dict[str, Any], plain: Any, prompt: list[int], ours: list[int], theirs: list[int]
) -> None:
    """Count an answer as equal, as tied where it first differs, or as wrong."""
    if ours == theirs:
        found["equal"] += 1
        return
    same = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), -1)
    gap = closeness(plain, prompt + theirs[:same])
    if same >= 0 and gap < TIE:
        found["tied"] += 1
    else:
        found["wrong"].append({"ours": ours, "theirs": theirs, "gap": gap})


def closeness(plain: Any, ids: list[int]) -> float:
    """How far the two likeliest tokens lie apart."""
    import llama_cpp

    plain.reset()
    plain._ctx.kv_cache_clear()
    plain.eval(ids)
    row = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(plain.ctx, -1), (plain.n_vocab(),))
    top = np.sort(row)[-2:]
    return float(top[1] - top[0])


if __name__ == "__main__":
    asked = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    print(json.dumps(main(Path(sys.argv[1]), asked)))  # noqa: T201 -- the answer
