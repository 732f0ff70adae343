"""Holes that somebody typed up to, completed under each setting of `prompt.anchor`.

What an anchor changes shows only once something was typed after it was set. So the
cursor first stands some lines above the hole, as after a jump; then these lines are
typed, and then the rest of the last one is asked for. It is asked for a word before, too,
so that the time the last answer takes is that of a keystroke.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsp_server.client import connect
from lsp_server.measuring.asking import (
    ask_context,
    close_text,
    completion_at,
    open_text,
    type_text,
)
from lsp_server.measuring.prefix_cache import Reader
from lsp_server.measuring.served import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from random import Random

    from context.probe.holes import Hole
    from lsp_server.client import Connection
    from lsp_server.measuring.asking import Opened
    from lsp_server.measuring.served import Judged

ANCHORINGS = ("off", "line", "block")
# So many lines above its own a hole is typed from: one, a statement, half a screenful.
_LINES_ABOVE = (1, 4, 12)
_WORD = re.compile(r"\s*(?:\w+|\S)|\s+")


@dataclass(frozen=True, slots=True)
class Approach:
    """A hole and how somebody comes to it.

    Attributes:
        start: where in the prefix the typing begins, at the start of a line.
        steps: what is typed from there, each line but the last at once, that by words.
    """

    hole: Hole
    start: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anchored:
    """What became of a hole, and what the prompt took that it was asked with.

    Attributes:
        n_read: tokens of it that a server couldn't take over from the prompts before.
        n_read_before: such tokens of the prompts that the steps before the last led to.
    """

    judged: Judged
    n_prompt: int
    n_read: int
    n_read_before: int


def approach(hole: Hole, rng: Random) -> Approach:
    """The hole, typed from a few lines above it on, as many as the draw says."""
    n_lines = rng.choice(_LINES_ABOVE)
    end = start = hole.prefix.rfind("\n") + 1
    for _ in range(n_lines):
        start = hole.prefix.rfind("\n", 0, max(0, start - 1)) + 1
    steps = (*hole.prefix[start:end].splitlines(keepends=True), *_WORD.findall(hole.prefix[end:]))
    return Approach(hole, start, steps)


async def complete_typed(
    command: Sequence[str],
    root: Path,
    approaches: Sequence[Approach],
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Anchored]:
    """Each hole typed up to and completed, by the server that `command` starts.

    Raises:
        CommandError: the server can't serve or has died, or its backend fails.
    """
    done: list[Anchored] = []
    reader = Reader()
    async with connect(command, root) as server:
        await server.ready()
        for one in approaches:
            done.append(await _complete(server, root, one, reader))
            if on_progress is not None:
                on_progress(len(done), len(approaches))
    return done


async def _complete(server: Connection, root: Path, one: Approach, reader: Reader) -> Anchored:
    hole = one.hole
    opened = open_text(server, root / hole.path, hole.prefix[: one.start] + hole.suffix, one.start)
    # A hole is cut after a word, so that there is a last step.
    *way, last = one.steps
    prompts = [await ask_context(opened, remember=True)]
    prompts += [await _typed(opened, step) for step in way]
    # Who types asks at every key, so that a server has read the prompt before the last.
    await server.request("textDocument/inlineCompletion", completion_at(opened))
    prompts.append(await _typed(opened, last))
    judged = await judge(server, completion_at(opened), hole)
    close_text(opened)
    _, *n_before, n_last = map(reader.read, prompts)
    return Anchored(judged, prompts[-1]["tokens"], n_last, sum(n_before))


async def _typed(opened: Opened, step: str) -> dict[str, Any]:
    """What is shown after a step."""
    type_text(opened, step)
    return await ask_context(opened, remember=True)
