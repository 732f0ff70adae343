"""What it takes to hand a keystroke's prompt to a model's process: 126K ids of which one is new.

    PYTHON tests/bench/local_prompts.py [--ids 126000] [--keystrokes 100]

Against a prompt of ten ids in the same run, which shows what the process itself takes. The
event loop's own share is what the editor's next message waits for.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from local_models import Windows, ask, collect

from inference.local.frames import frame
from inference.local.messages import ask_fields
from inference.local.prompts import Sent


async def main() -> None:
    """Type in two files in turn and print the milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ids", type=int, default=126_000)
    parser.add_argument("--keystrokes", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        windows = Windows(Path(folder))
        windows.script(step_s=0)
        for n_ids in (10, options.ids):
            await _type(windows, n_ids, options.keystrokes)
        await windows.close()


async def _type(windows: Windows, n_ids: int, keystrokes: int) -> None:
    chance = random.Random(5)  # noqa: S311 - ids, not keys
    files = [tuple(chance.randrange(100_000) for _ in range(n_ids)) for _ in range(2)]
    model, sent = windows.open(), Sent()
    await collect(model, ask(1))
    spent, whole = [], []
    for n in range(keystrokes):
        files[n // 10 % 2] += (n,)
        question = ask(1, ids=files[n // 10 % 2])
        began = time.perf_counter()
        frame(*ask_fields(question, sent))
        spent.append(time.perf_counter() - began)
        began = time.perf_counter()
        await collect(model, question)
        whole.append(time.perf_counter() - began)
    print(
        f"{n_ids} ids: event loop {_shown(spent)} ms, until the first token {_shown(whole)} ms; "
        f"first of each file {max(whole[0], whole[10]) * 1e3:.1f} ms"
    )


def _shown(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"p50 {statistics.median(ordered) * 1e3:.2f} p95 {p95 * 1e3:.2f}"


asyncio.run(main())
