"""A file typed up to a place, a keystroke at a time, and what its prompts have in common."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Any

from lsp_server.client import connect
from lsp_server.measuring.asking import ask_context, keystrokes, open_text, type_text
from lsp_server.measuring.prefix_cache import BLOCK_TOKENS, Reader, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lsp_server.client import Connection

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed: the keystrokes that a text ends with before its cursor.

    Attributes:
        begun: the text before they are typed.
        cursor: where in it they go.
    """

    begun: str
    cursor: int
    keys: tuple[str, ...]


def draft_of(text: str, cursor: int, n: int) -> Draft:
    """The text without the last `n` keystrokes before the cursor, or as many as there are."""
    # A line end is one keystroke and at most two characters.
    keys = tuple(keystrokes(text[max(0, cursor - 2 * n) : cursor])[-n:])
    start = cursor - sum(map(len, keys))
    return Draft(text[:start] + text[cursor:], start, keys)


async def type_through(
    command: Sequence[str],
    root: Path | None,
    file: Path,
    draft: Draft,
    budget: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Json:
    """What `infill/context` shows after the last keystroke, and as `typed` what it took.

    Raises:
        CommandError: the server that `command` starts can't serve, refuses, or has died.
    """
    async with connect(command, root) as server:
        await server.ready()
        prompts = await _prompts(server, file, draft, budget, on_progress)
    return prompts[-1] | {"typed": _summed_up(prompts)}


async def _prompts(
    server: Connection,
    file: Path,
    draft: Draft,
    budget: int | None,
    on_progress: Callable[[int, int], None] | None,
) -> list[Json]:
    """What is shown before the first keystroke and after each."""
    opened = open_text(server, file, draft.begun, draft.cursor)
    prompts = [await ask_context(opened, budget, remember=True)]
    for done, key in enumerate(draft.keys, start=1):
        type_text(opened, key)
        prompts.append(await ask_context(opened, budget, remember=True))
        if on_progress is not None:
            on_progress(done, len(draft.keys))
    return prompts


def _summed_up(prompts: Sequence[Json]) -> Json:
    """How much of the first prompt the last begins with, and what a cache read in between."""
    before, after = prompts[0], prompts[-1]
    n_head, n_more = shared(before, after)
    return {
        "keystrokes": len(prompts) - 1,
        "head_tokens": n_head,
        "same_head": n_more <= before["typed_tokens"],
        "read_again": _read(prompts, 1),
        "read_again_in_blocks": {"block": BLOCK_TOKENS, **_read(prompts, BLOCK_TOKENS)},
        "prompt_before": before["prompt"],
    }


def _read(prompts: Sequence[Json], block: int) -> Json:
    """Tokens a keystroke that no earlier prompt began with, in blocks of so many."""
    reader = Reader(block)
    _, *n_tokens = [reader.read(shown) for shown in prompts]
    return {"mean": round(mean(n_tokens), 2), "max": max(n_tokens), "total": sum(n_tokens)}
