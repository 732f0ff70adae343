"""How long an editor waits for a completion by the embedded default, and what the server weighs.

    python tests/bench/round_trip.py FOLDER [-n 1000] [--seed 1]

Starts the real server on a repository, opens one document after the other at
seeded holes, and asks for a completion at each, as a client that waits for the
answer would. The floor in the same run is a request that the server refuses at
once: what JSON-RPC over stdio costs by itself. Memory is what the server process
holds at the end (on Linux, where the kernel tells).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from holes import draw_holes, read_repository

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.errors import FailureError
from lsp_server.measuring.asking import close_hole, open_hole

if TYPE_CHECKING:
    from context.probe.holes import Hole


async def measure(root: Path, n: int, seed: int) -> None:
    """Print a row for the server and one for the floor."""
    holes = draw_holes(read_repository(root), n, seed)
    async with connect(launch.command("serve"), root) as server:
        started = time.perf_counter()
        await server.settled()
        print(f"ready after {time.perf_counter() - started:.2f} s")
        times, floor = [], []
        for hole in holes:
            times.append(await _complete(server, root, hole))
            floor.append(await _refused(server))
        _row("completion", times)
        _row("floor (refused request)", floor)
        print(f"resident memory: {_resident_mb(server.pid)} MB")


async def _complete(server: Connection, root: Path, hole: Hole) -> float:
    asked = open_hole(server, root, hole)
    # The opening is an editor's business, done before the user types.
    await _refused(server)
    started = time.perf_counter()
    await server.request("textDocument/inlineCompletion", asked)
    elapsed = time.perf_counter() - started
    close_hole(server, asked)
    return elapsed


async def _refused(server: Connection) -> float:
    started = time.perf_counter()
    try:
        await server.request("infill/nothing", {})
    except FailureError:
        return time.perf_counter() - started
    raise AssertionError("the server knows a method that it shouldn't")


def _row(name: str, seconds: list[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"{name}: p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, n={len(seconds)}")


def _resident_mb(pid: int) -> str:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return "unknown"
    row = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return f"{int(row.split()[1]) / 1024:.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asyncio.run(measure(options.folder.resolve(), options.n, options.seed))
