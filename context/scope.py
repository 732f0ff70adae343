"""Where in its document the cursor stands: the definition around it, and the names near it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import SCOPES
from context.text import line_of, line_starts
from context.types import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import Definition, FileFacts
    from context.types import Snapshot

REACH_LINES = 40
_WORD = re.compile(r"[^\W\d]\w*")


def enclosing(facts: FileFacts, text: str, cursor: int) -> tuple[Definition, ...]:
    """The definitions around the cursor, outermost first.

    In Python a blank line below a body still belongs to it while the cursor is
    indented as the body is: that is where the next statement is being typed.
    """
    row_start = text.rfind("\n", 0, cursor) + 1
    typed = text[row_start:cursor]
    column = len(typed) - len(typed.lstrip()) if facts.language == "Python" else -1
    found: list[Definition] = []
    for item in facts.definitions:
        if item.start > cursor:
            break
        if item.kind in SCOPES and _holds(item, text, cursor, column):
            found.append(item)
    return tuple(found)


def _holds(item: Definition, text: str, cursor: int, column: int) -> bool:
    if cursor <= item.end:
        # At the end of a one-line body the cursor is still in it; below a body it has left.
        return cursor > item.start
    if column <= 0 or text[item.end : cursor].strip():
        return False
    own = text.rfind("\n", 0, item.start) + 1
    return column > item.start - own


def scope_of(around: tuple[Definition, ...]) -> Scope | None:
    """The innermost of the definitions around a cursor, as a border value."""
    if not around:
        return None
    inner = around[-1]
    return Scope(inner.kind, inner.name, inner.start, inner.end)


def near(snapshot: Snapshot, around: tuple[Definition, ...]) -> Mapping[str, float]:
    """Words around the cursor, each with a weight from 0 to 1: the nearer, the heavier.

    What is looked at is the innermost definition, `REACH_LINES` each way at most, and
    the signatures of all the definitions around, which name bases and parameter types.
    """
    text = snapshot.text
    starts = line_starts(text)
    here = line_of(starts, snapshot.cursor)
    first, last = max(0, here - REACH_LINES), min(len(starts) - 1, here + REACH_LINES)
    if around:
        first = max(first, around[-1].line)
        last = min(last, max(around[-1].last, here))
    found: dict[str, float] = {}
    for item in around:
        _weigh(text, starts, (item.line, item.head), 0.6, found)
    for row in range(first, last + 1):
        _weigh(text, starts, (row, row), 1.0 / (1.0 + abs(row - here) / 12.0), found)
    return found


def _weigh(
    text: str, starts: list[int], rows: tuple[int, int], weight: float, found: dict[str, float]
) -> None:
    end = starts[rows[1] + 1] if rows[1] + 1 < len(starts) else len(text)
    # A line of a megabyte would hold up the keystroke.
    for word in _WORD.findall(text, starts[rows[0]], min(end, starts[rows[0]] + 10_000)):
        found[word] = max(weight, found.get(word, 0.0))
