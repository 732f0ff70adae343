"""Documents too large to be taken apart while somebody waits: what of them is looked at."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from context.facts import encode_outline
from context.parsing.parse import parse_open

if TYPE_CHECKING:
    from context.facts import Definition, FileFacts
    from context.types import Snapshot

# A megabyte of code takes a second to take apart, one of minified code six.
LARGE = 200_000
# Imports stand at the top; around the cursor is what a completion may refer to.
_HEAD = 16_000
_AROUND = 64_000
# The window moves in such steps, so that a keystroke looks at the same one.
_STEP = 32_000


class _Window(NamedTuple):
    """What is left out of a text: from one offset to another, and so many lines."""

    start: int
    end: int
    rows: int


def facts_near(snapshot: Snapshot) -> FileFacts:
    """The document's facts, of a large one those of its beginning and of what is near the cursor.

    A definition that begins far above the cursor isn't seen, as its beginning isn't there.
    """
    text = snapshot.text
    if len(text) <= LARGE:
        return parse_open(snapshot.path, snapshot.language, text)
    middle = snapshot.cursor // _STEP * _STEP
    head = _line_at(text, _HEAD)
    start = max(head, _line_at(text, middle - _AROUND))
    end = max(start, _line_at(text, middle + _STEP + _AROUND))
    window = _Window(head, start, text.count("\n", head, start))
    return _moved(
        parse_open(snapshot.path, snapshot.language, text[:head] + text[start:end]), window
    )


@lru_cache(maxsize=8)
def _moved(facts: FileFacts, window: _Window) -> FileFacts:
    """The facts with their definitions where they stand in the whole text."""
    moved = tuple(_back(item, window) for item in facts.definitions)
    return replace(facts, coded_outline=encode_outline(moved))


def _back(item: Definition, window: _Window) -> Definition:
    n_chars = window.end - window.start
    is_behind = item.start >= window.start
    n_rows = window.rows if is_behind else 0
    return item._replace(
        start=item.start + (n_chars if is_behind else 0),
        end=item.end + (n_chars if item.end > window.start else 0),
        line=item.line + n_rows,
        head=item.head + n_rows,
        last=item.last + (window.rows if item.end > window.start else 0),
        doc=item.doc + n_rows if item.doc >= 0 else -1,
    )


def _line_at(text: str, offset: int) -> int:
    """Where a line begins near an offset; the offset itself where lines are too long."""
    at = min(max(offset, 0), len(text))
    return text.rfind("\n", max(0, at - _HEAD), at) + 1 or at
