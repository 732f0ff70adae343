"""Which brackets of a stretch of code have no partner in it."""

from __future__ import annotations

import re

_BLOCK_START = re.compile(r"^[^\s)\]}]", re.MULTILINE)
_NEXT_BLOCK = re.compile(r"\n(?=[^\s)\]}])")
_PARTNER = {")": "(", "]": "[", "}": "{"}
QUOTES = "\"'`"


def unmatched(code: str) -> tuple[str, str]:
    """The closing and the opening brackets without a partner, each in order.

    Brackets within quotes on one line don't count. A quote without a partner, such
    as an apostrophe in a comment or the end of a string begun before, is skipped.
    """
    closing: list[str] = []
    opening: list[str] = []
    place = 0
    while place < len(code):
        sign = code[place]
        if sign in QUOTES:
            place = _string_end(code, place)
        elif sign in "([{":
            opening.append(sign)
        elif sign in _PARTNER:
            if opening and opening[-1] == _PARTNER[sign]:
                opening.pop()
            else:
                closing.append(sign)
        place += 1
    return "".join(closing), "".join(opening)


def _string_end(code: str, start: int) -> int:
    """Where the string that starts here ends; the start itself where it doesn't."""
    line_end = code.find("\n", start)
    place = start + 1
    while 0 <= place < (line_end if line_end >= 0 else len(code)):
        if code[place] == "\\":
            place += 1
        elif code[place] == code[start]:
            return place
        place += 1
    return start


def open_string(line: str) -> str | None:
    """The quote of the string in which the line ends; None where it ends in none."""
    place = 0
    while place < len(line):
        if line[place] in QUOTES:
            end = _string_end(line, place)
            if end == place:
                return line[place]
            place = end
        place += 1
    return None


def imbalance(above: str, below: str) -> int:
    """How many brackets are missing or too many where these two texts meet.

    Only what belongs to the same top-level block counts, as a document in the
    middle of an edit may be out of balance elsewhere.
    """
    starts = [found.start() for found in _BLOCK_START.finditer(above)]
    end = _NEXT_BLOCK.search(below)
    opening = unmatched(above[starts[-1] if starts else 0 :])[1]
    closing = unmatched(below[: end.start() if end else len(below)])[0]
    return abs(len(opening) - len(closing))
