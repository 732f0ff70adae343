"""Where a completion should end, seen while it is still being generated.

Each cut takes the text so far and tells the offset at which it should end, or
None to go on. It judges whole lines only, so that an answer doesn't depend on the
pieces in which the text came; generation can stop as soon as there is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from inference.hole import indent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference.hole import Hole

    Cut = Callable[[str, Hole], int | None]

Extent = Literal["line", "block"]

_ENDS_BLOCK = re.compile(r"[)\]}]|(end|fi|done|esac)\b")
_GOES_ON = re.compile(r"(else|elif|elsif|except|finally|catch|rescue|ensure|case|default|when)\b")
_OPENS = (":", "{", "(", "[", "then", "do")
SIGNIFICANT = re.compile(r"\w.*\w")
_PERIODIC = re.compile(r"(\S.{1,23}?)\1{11}")
_TIMES = 3
_MAX_PERIOD = 4


def stop_at(text: str, hole: Hole, extent: Extent) -> int | None:
    """The earliest offset at which some cut ends the text; None where all let it go on."""
    cuts = CUTS_BY_EXTENT[effective_extent(hole, extent)]
    found = [offset for _, cut in cuts if (offset := cut(text, hole)) is not None]
    return min(found, default=None)


def effective_extent(hole: Hole, extent: Extent) -> Extent:
    """One line where code follows the cursor on its line: more would tear that apart."""
    return "line" if re.search(r"\w", hole.rest) else extent


def cut_line(text: str, hole: Hole) -> int | None:
    """End with the line; at the end of a line, with the next one that isn't blank."""
    start = len(text) - len(text.lstrip()) if hole.at_line_end else 0
    if start == len(text):
        return None
    end = text.find("\n", start)
    return None if end < 0 else end


def cut_scope(text: str, hole: Hole) -> int | None:
    """End before the line that leaves the cursor's block.

    A line that opens a block is followed by that block alone and by what closes it.
    At the top level, a blank line ends the completion once there is something.
    """
    base, inside, blank = hole.indent, False, False
    for place, (start, line) in enumerate(_lines(text)):
        code = hole.before + line if place == 0 else line
        if not code.strip():
            blank = place > 0
            continue
        indent = indent_of(code)
        if place == 0:
            base, inside = indent, _opens(code)
        elif _leaves(code.strip(), indent, base, inside=inside, apart=blank and base == 0):
            return start
        elif inside and indent == base and _ENDS_BLOCK.match(code.strip()) and not _opens(code):
            return start + len(line)
        blank = False
    return None


def cut_repetition(text: str, _hole: Hole) -> int | None:
    """End before the same lines begin for the second of three times in a row."""
    lines = list(_lines(text))
    for last in range(len(lines)):
        period = _PERIODIC.search(lines[last][1])
        if period is not None and re.search(r"\w", period[1]):
            return lines[last][0] + period.start() + len(period[1])
        for size in range(1, _MAX_PERIOD + 1):
            first = last + 1 - _TIMES * size
            if first >= 0 and _repeats([line for _, line in lines[first : last + 1]], size):
                return lines[first + size][0]
    return None


def cut_retyped(text: str, hole: Hole) -> int | None:
    """End before the line that the document already has next."""
    if not hole.following or not SIGNIFICANT.search(hole.following[0]):
        return None
    for place, (start, line) in enumerate(_lines(text)):
        if place == 0 and not hole.on_blank_line:
            continue
        code = hole.before + line if place == 0 else line
        if code.rstrip() == hole.following[0].rstrip():
            return start
    return None


# Each cut with what to tell the user when it leaves nothing.
CUTS_BY_EXTENT: dict[Extent, tuple[tuple[str, Cut], ...]] = {
    "line": (
        ("nothing was generated for this line", cut_line),
        ("it only repeats what follows the cursor", cut_retyped),
        ("it only repeats itself", cut_repetition),
    ),
    "block": (
        ("what was generated lies outside of the cursor's block", cut_scope),
        ("it only repeats what follows the cursor", cut_retyped),
        ("it only repeats itself", cut_repetition),
    ),
}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that have come to their end, with where they start."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield start, text[start:end]
        start = end + 1


def _leaves(code: str, indent: int, base: int, *, inside: bool, apart: bool) -> bool:
    """Whether this line isn't part of what the completion began."""
    if indent != base:
        return indent < base
    if inside:
        return not (_ENDS_BLOCK.match(code) or _GOES_ON.match(code))
    return apart


def _opens(code: str) -> bool:
    return code.rstrip().endswith(_OPENS)


def _repeats(lines: list[str], size: int) -> bool:
    head = lines[:size]
    wordy = any(SIGNIFICANT.search(line) for line in head)
    return wordy and lines == head * _TIMES
