"""Where in its document the cursor stands: the definition around it, and the names near it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS, SCOPES
from context.languages import line_comment
from context.text import line_of, line_starts
from context.types import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from context.facts import Definition, FileFacts
    from context.types import Snapshot

REACH_LINES = 40
# A line of a megabyte would hold up the keystroke.
_LONGEST_LINE = 10_000
# From here on a use says half as much as one at the cursor: some eighty lines.
_FAR_CHARS = 3_000
_USE = re.compile(r"(\.)?([^\W\d]\w*)(\()?")


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


def near(snapshot: Snapshot, facts: FileFacts, around: tuple[Definition, ...]) -> Mapping[str, Use]:
    """Words around the cursor and how they are used there.

    What is looked at is the innermost definition, `REACH_LINES` each way at most, and
    the signatures of all the definitions around, which name bases and parameter types.
    Comments that take a line of their own don't count.
    """
    rows = _Rows(snapshot.text, line_starts(snapshot.text), line_comment(snapshot.language))
    here = line_of(rows.starts, snapshot.cursor)
    first, last = max(0, here - REACH_LINES), min(len(rows.starts) - 1, here + REACH_LINES)
    if around:
        first = max(first, around[-1].line)
        last = min(last, max(around[-1].last, here))
    found: dict[str, Use] = {}
    for item in around:
        for row in range(item.line, item.head + 1):
            _weigh(rows.row(row), 0.6, found)
    for row in range(first, last + 1):
        _weigh(rows.row(row), 1.0 / (1.0 + abs(row - here) / 12.0), found)
    for row in _assigned(facts, around, found):
        _weigh(rows.row(row), 0.5, found)
    return found


def _assigned(
    facts: FileFacts, around: tuple[Definition, ...], near: Mapping[str, Use]
) -> list[int]:
    """Where the members used near the cursor get their values, which say of what type they are."""
    classes = {item.start for item in around if item.kind in CONTAINERS}
    definitions = facts.definitions
    return [
        item.line
        for item in definitions
        if item.kind in {"attribute", "field"}
        and item.name in near
        and definitions[item.parent].start in classes
    ]


def closeness(text: str, cursor: int, name: str) -> float:
    """From 1 to 0: how near the cursor a text has a word, above or below."""
    above = text.rfind(name, 0, cursor)
    while above >= 0 and not _is_word(text, above, name):
        above = text.rfind(name, 0, above + len(name) - 1)
    below = text.find(name, cursor)
    while below >= 0 and not _is_word(text, below, name):
        below = text.find(name, below + 1)
    found = [abs(cursor - at) for at in (above, below) if at >= 0]
    return 1 / (1 + min(found, default=len(text)) / _FAR_CHARS)


def _is_word(text: str, at: int, name: str) -> bool:
    r"""Whether what stands there is no part of a longer word: `\b` on both sides.

    Looking for the letters alone is twenty times as fast as looking for a pattern.
    """
    end = at + len(name)
    return _is_border(text[at - 1 : at], name[:1]) and _is_border(name[-1:], text[end : end + 1])


def _is_border(left: str, right: str) -> bool:
    return _is_letter(left) != _is_letter(right)


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


class Use(NamedTuple):
    """How a word is used near the cursor.

    Attributes:
        weight: from 0 to 1, the nearer the heavier.
        is_bare: somewhere without a dot before it.
        is_called: somewhere with a bracket after it.
    """

    weight: float
    is_bare: bool
    is_called: bool


_UNUSED = Use(0.0, is_bare=False, is_called=False)


class _Rows(NamedTuple):
    text: str
    starts: Sequence[int]
    comment: str | None

    def row(self, number: int) -> str:
        """A line as far as it is code; empty for a comment."""
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        line = self.text[start : min(end, start + _LONGEST_LINE)]
        is_comment = self.comment is not None and line.lstrip().startswith(self.comment)
        return "" if is_comment else line


def _weigh(line: str, weight: float, found: dict[str, Use]) -> None:
    for match in _USE.finditer(line):
        dot, word, bracket = match.groups()
        known = found.get(word, _UNUSED)
        use = (
            max(weight, known.weight),
            known.is_bare or not dot,
            known.is_called or bool(bracket),
        )
        if use != known:
            found[word] = Use(*use)
