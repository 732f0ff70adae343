"""Where a completion should end, seen while it is still being generated.

Each cut takes the lines that have come to their end and judges the last of them,
knowing that it let those before it pass: it tells the offset at which the text
should end, or None to go on. As it judges whole lines only, an answer doesn't
depend on the pieces in which the text came, and as it judges each line once, a
long answer costs no more for each line than a short one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.answer.filters.chain import FILTERS
from inference.answer.lines import SIGNIFICANT, Line, ended_lines
from inference.answer.scopes import cut_definition, cut_scope
from inference.answer.statement import cut_statement
from inference.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.types import Extent
    from inference.answer.hole import Hole

    Cut = Callable[[Sequence[Line], Hole], int | None]

_PERIODIC = re.compile(r"(\S.{1,23}?)\1{11}")
# Literals hold the same entry again and again; nobody reads as much of it as this.
_MOST_PERIODIC = 96
_TIMES = 3
_MAX_PERIOD = 4
# Nobody leaves so many lines empty.
_MOST_BLANK = 4


class CutScanner:
    """Tells when enough of a stream has come: as soon as some cut ends it.

    Each line is judged once, when its end has come.
    """

    def __init__(self, hole: Hole, extent: Extent) -> None:
        self._hole = hole
        chosen = CUTS_BY_EXTENT[effective_extent(hole, extent)]
        self._cuts = tuple(cut for _, cut in (*chosen, *FILTERS))
        self._lines: list[Line] = []
        self._start = 0
        self._pending: list[str] = []

    def feed(self, text: str) -> bool:
        """Whether the stream may end, now that this came, too."""
        head, *tails = text.split("\n")
        self._pending.append(head)
        for tail in tails:
            if self._ends("".join(self._pending)):
                return True
            self._pending = [tail]
        return False

    def _ends(self, raw: str) -> bool:
        line = Line(self._start, normalise(raw + "\n")[:-1])
        self._lines.append(line)
        self._start += len(line.text) + 1
        return any(cut(self._lines, self._hole) is not None for cut in self._cuts)


def cut_at(text: str, hole: Hole, cut: Cut) -> int | None:
    """The offset at which this cut ends the text; None where it lets all of it pass."""
    lines: list[Line] = []
    for line in ended_lines(text):
        lines.append(line)
        offset = cut(lines, hole)
        if offset is not None:
            return offset
    return None


def effective_extent(hole: Hole, extent: Extent) -> Extent:
    """One line where code follows the cursor on its line: more would tear that apart."""
    return "line" if re.search(r"\w", hole.rest) else extent


def cut_repetition(lines: Sequence[Line], _hole: Hole) -> int | None:
    """End before the same lines begin for the second of three times in a row."""
    last = lines[-1]
    period = _PERIODIC.search(last.text)
    if period is not None and re.search(r"\w", period[1]) and _is_endless(last.text, period):
        return last.start + period.start() + len(period[1])
    for size in range(1, _MAX_PERIOD + 1):
        tail = lines[-_TIMES * size :]
        if len(tail) == _TIMES * size and _repeats([line.text for line in tail], size):
            return tail[size].start
    return None


def _is_endless(line: str, period: re.Match[str]) -> bool:
    unit, end = period[1], period.end()
    while line.startswith(unit, end):
        end += len(unit)
    return end - period.start() >= _MOST_PERIODIC


def cut_blanks(lines: Sequence[Line], _hole: Hole) -> int | None:
    """End before several empty lines: a model that goes on so says nothing more."""
    tail = lines[-_MOST_BLANK:]
    is_blank = len(tail) == _MOST_BLANK and not any(line.text.strip() for line in tail)
    return tail[0].start if is_blank else None


def cut_retyped(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before the line that the document already has next.

    Where it is the first, the one behind it must be the same, too: many definitions begin
    with the same `@property`.
    """
    if not hole.following or not SIGNIFICANT.search(hole.following[0]):
        return None
    start, code = lines[-1]
    if len(lines) == 1:
        return None
    if code.rstrip() == hole.following[0].rstrip():
        return start
    if len(lines) > 2 or not hole.on_blank_line:  # noqa: PLR2004 - the first and the one behind it
        return None
    both = [(hole.before + lines[0].text).rstrip(), code.rstrip()]
    return 0 if both == [line.rstrip() for line in hole.following[:2]] else None


_ALWAYS: tuple[tuple[str, Cut], ...] = (
    ("it only repeats what follows the cursor", cut_retyped),
    ("it only repeats itself", cut_repetition),
    ("the model generated nothing but blanks", cut_blanks),
)
_OUTSIDE = "what was generated lies outside of the cursor's block"
# Each cut with what to tell the user when it leaves nothing.
CUTS_BY_EXTENT: dict[Extent, tuple[tuple[str, Cut], ...]] = {
    "line": (("nothing was generated for this line", cut_statement), *_ALWAYS),
    "block": ((_OUTSIDE, cut_scope), *_ALWAYS),
    "function": ((_OUTSIDE, cut_definition), *_ALWAYS),
}


def _repeats(lines: list[str], size: int) -> bool:
    head = lines[:size]
    wordy = any(SIGNIFICANT.search(line) for line in head)
    return wordy and lines == head * _TIMES
