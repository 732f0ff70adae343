"""Which brackets of a stretch of code have no partner in it."""

from __future__ import annotations

_PARTNER = {")": "(", "]": "[", "}": "{"}
_QUOTES = "\"'`"


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
        if sign in _QUOTES:
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
        if line[place] in _QUOTES:
            end = _string_end(line, place)
            if end == place:
                return line[place]
            place = end
        place += 1
    return None
