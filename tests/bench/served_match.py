"""Exact match of the rest of the line, through the real server as an editor would ask it.

    python tests/bench/served_match.py FOLDER [-n 1000] [--seed 1]

The same holes as `exact_match.py`, with no confidence threshold: over all of
them, and over the 30% that the server is surest of.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from holes import draw_holes, read_repository

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.measuring.asking import close_hole, open_hole

if TYPE_CHECKING:
    from context.probe.holes import Hole


async def measure(root: Path, n: int, seed: int) -> None:
    """Print both shares."""
    command = launch.command("serve", "--set", "completion.min_confidence=0")
    async with connect(command, root) as server:
        await server.settled()
        holes = draw_holes(read_repository(root), n, seed)
        judged = [await _judged(server, root, hole) for hole in holes]
    judged.sort(key=lambda one: -one[0])
    surest = judged[: len(judged) * 3 // 10]
    print(f"{root.name}: {len(judged)} holes, EM {_share(judged):.3f}, EM@30% {_share(surest):.3f}")


async def _judged(server: Connection, root: Path, hole: Hole) -> tuple[float, bool]:
    """How sure the server was, and whether it was right."""
    asked = open_hole(server, root, hole)
    items = await server.request("textDocument/inlineCompletion", asked)
    close_hole(server, asked)
    answer = server.last("infill/answer") or {}
    completed = items[0]["insertText"] if items else ""
    return answer.get("confidence") or 0.0, completed.rstrip() == hole.middle.rstrip()


def _share(judged: list[tuple[float, bool]]) -> float:
    return sum(right for _, right in judged) / max(1, len(judged))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    asyncio.run(measure(options.folder.resolve(), options.n, options.seed))
