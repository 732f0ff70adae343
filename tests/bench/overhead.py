"""What the server adds to a model's own time: request to answer, with a backend of 0 ms.

    python tests/bench/overhead.py FOLDER [-n 500] [--seed 1] [--modes places,typing,through]
        [--tokenizer FILE] [--budget 8192] [--gap-ms 40] [--open-ms 300] [--set KEY=VALUE]

The real server process over stdio, and `instant_backend.py` in a process of its own. Each
step is an edit and a request right behind it, sent as one:

- `places`: open another file, `--open-ms` later take the rest of a line out somewhere and
  ask there, once in each file. Six files stay open as they are, the oldest is closed.
- `typing`: type on in one place, a key at a time, while what the backend says never agrees
  with what is typed next, so that nothing can be answered from what is kept.
- `through`: the same keys with a backend that says what is typed next.

In the same run, step by step in turn: an empty pygls server that gets the same messages
(the floor), and the backend alone with a prompt of the same size. All is divided by the
floor, too, as others may use the machine; least touched by them is the processor time
that the server's process takes for a request, what it does afterwards included.

A peer is a command to which the backend's address (`http://127.0.0.1:PORT`, `/v1` not
included) and the repository's folder are added. It reads a JSON object a line from
standard input, `{"file": absolute path, "text": the document, "offset": of the cursor,
in code points}`, completes there by its own rules with that backend, and writes a line when
the completion is there: whatever it holds, or `{"ms": what it measured itself}`, which then
counts. It may do what it likes before the first line. `typing` tells it each key in the
same way. A command that names an address, `http://...`, of a backend that speaks its own
routes, gets nothing added.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from holes import read_repository
from instant_backend import MODEL
from overhead_sides import HERE, Editor, backend, cpu_s, peer
from overhead_steps import places, typing

from lsp_server import launch
from lsp_server.client import connect

if TYPE_CHECKING:
    from overhead_sides import Side, Wire
    from overhead_steps import Step

    from lsp_server.client import Connection

_WARM_UP = 25
OURS, FLOOR, WIRE = "infill", "empty pygls", "backend alone"


@dataclass(slots=True)
class Taken:
    """What a mode took: seconds by side, and of our server by stage."""

    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    stages: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    cpu_s: float = 0.0
    n_steps: int = 0
    n_answers: int = 0


async def main() -> None:
    """Print a table for each mode."""
    asked = _asked()
    root = asked.folder.resolve()
    texts = read_repository(root)
    async with AsyncExitStack() as stack:
        port, wire = await stack.enter_async_context(backend(asked.tokenizer, asked.budget))
        started = time.perf_counter()
        server = await stack.enter_async_context(connect(_command(asked, port), root))
        await server.settled()
        print(f"{_load()}; ready after {time.perf_counter() - started:.1f} s")
        empty = await stack.enter_async_context(
            connect([*launch.command()[:2], str(HERE / "empty_server.py")], root)
        )
        sides: dict[str, Side] = {
            OURS: Editor(server, root, asked.open_ms / 1000),
            FLOOR: Editor(empty, root),
        }
        sides[WIRE] = wire
        for name, _, command in (told.partition("=") for told in asked.peer):
            sides[name] = await stack.enter_async_context(peer(command, root, port))
        for mode in asked.modes.split(","):
            make = places if mode == "places" else typing
            steps = list(make(texts, asked.n + _WARM_UP, asked.seed))
            taken = await _run(steps, sides, server, wire, asked.gap_ms / 1000, mode)
            _report(mode, taken)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modes", default="places,typing,through")
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--budget", type=int, default=8192)
    parser.add_argument("--gap-ms", type=float, default=40.0, help="between two requests")
    parser.add_argument(
        "--open-ms", type=float, default=300.0, help="from opening a file to its first edit"
    )
    parser.add_argument("--set", action="append", default=[], help="a setting, KEY=VALUE")
    parser.add_argument("--peer", action="append", default=[], help="NAME=COMMAND")
    return parser.parse_args()


def _command(asked: argparse.Namespace, port: int) -> list[str]:
    settings = [
        "backend=openai",
        f"endpoint=http://127.0.0.1:{port}/v1",
        f"served_model={MODEL}",
        f"context.budget_tokens={asked.budget}",
        *([f"tokenizer={asked.tokenizer.resolve()}"] if asked.tokenizer else []),
        *asked.set,
    ]
    command = launch.command("serve")
    return [*command, *(word for setting in settings for word in ("--set", setting))]


async def _run(
    steps: list[Step],
    sides: dict[str, Side],
    server: Connection,
    wire: Wire,
    gap_s: float,
    mode: str,
) -> Taken:
    taken = Taken({name: [] for name in sides})
    for number, step in enumerate(steps):
        if number == _WARM_UP:
            taken.cpu_s -= cpu_s(server.pid)
        answer = step.wrong if mode == "typing" else step.true
        await wire.post("/answer", answer.encode())
        for name, side in sides.items():
            seconds = await side.take(step)
            if number >= _WARM_UP and step.counts:
                taken.times[name].append(seconds)
                if name == OURS:
                    _note(taken, server)
        taken.n_steps += number >= _WARM_UP
        await asyncio.sleep(gap_s)
    taken.cpu_s += cpu_s(server.pid)
    return taken


def _note(taken: Taken, server: Connection) -> None:
    """What the server says of its last answer."""
    told = server.last("infill/answer")
    if told is None:
        return
    taken.n_answers += told["reason"] is None
    for name, value in (*told["timings_ms"].items(), ("prompt tokens", told["prompt_tokens"])):
        taken.stages.setdefault(name, []).append(value)


def _report(mode: str, taken: Taken) -> None:
    n, floor = len(taken.times[OURS]), _cuts(taken.times[FLOOR])
    print(f"\n{mode}: {n} requests, {taken.n_answers} answered with text; {_load()}")
    print(f"{'':16}{'p50':>8}{'p90':>8}{'p99':>8}{'worst':>8}   ms; by the floor's p50, p99")
    for name, times in taken.times.items():
        cuts = _cuts(times)
        row = "".join(f"{cut * 1000:8.2f}" for cut in cuts)
        print(f"{name:16}{row}   {cuts[0] / floor[0]:5.1f} {cuts[2] / floor[2]:5.1f}")
    print(f"processor time of the server: {taken.cpu_s / taken.n_steps * 1000:.2f} ms a request")
    for name, values in taken.stages.items():
        print(f"  {name:14}" + "".join(f"{cut:8.2f}" for cut in _cuts(values)))


def _cuts(values: list[float]) -> tuple[float, float, float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[89], cuts[98], max(values)


def _load() -> str:
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("XDG_CACHE_HOME", cache)
        asyncio.run(main())
