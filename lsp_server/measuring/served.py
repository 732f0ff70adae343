"""Completions at holes, by a server of our own as an editor would ask it, and how good they are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsp_server.client import connect
from lsp_server.errors import FailureError
from lsp_server.measuring.asking import close_hole, open_hole
from lsp_server.measuring.similarity import edit_similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from context.probe.holes import Hole
    from lsp_server.client import Connection


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a hole; where nothing was shown, nothing was right.

    A hole is the rest of a line: of a longer completion the first line counts.

    Attributes:
        similarity: of what was shown to what had stood there, 0.0 to 1.0.
        seconds: from the request to its answer.
    """

    hole: Hole
    is_shown: bool
    is_exact: bool
    similarity: float
    seconds: float


async def complete_all(
    command: Sequence[str],
    root: Path,
    holes: Sequence[Hole],
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """Each hole completed, one after the other, by the server that `command` starts.

    Raises:
        CommandError: the server can't serve or has died, or its backend fails.
    """
    async with connect(command, root) as server:
        await server.ready()
        judged: list[Judged] = []
        for hole in holes:
            judged.append(await _complete(server, root, hole))
            if on_progress is not None:
                on_progress(len(judged), len(holes))
        return judged


async def _complete(server: Connection, root: Path, hole: Hole) -> Judged:
    asked = open_hole(server, root, hole)
    judged = await judge(server, asked, hole)
    close_hole(server, asked)
    return judged


async def judge(server: Connection, asked: dict[str, Any], hole: Hole) -> Judged:
    """What the server answers to an `inlineCompletion` in the open hole, and how good it is.

    Raises:
        FailureError: the server has died, or its backend fails.
    """
    started = time.perf_counter()
    items = await server.request("textDocument/inlineCompletion", asked)
    seconds = time.perf_counter() - started
    _check((server.last("infill/answer") or {}).get("error"))
    shown: str = items[0]["insertText"].partition("\n")[0].rstrip() if items else ""
    truth = hole.middle.rstrip()
    alike = edit_similarity(shown, truth) if items else 0.0
    return Judged(hole, bool(items), bool(items) and shown == truth, alike, seconds)


def _check(error: dict[str, Any] | None) -> None:
    """End here where the backend fails: what is measured would be its absence."""
    if error is not None:
        raise FailureError(error["message"], kind=error["kind"])
