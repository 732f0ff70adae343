"""Which brackets of a stretch of code have no partner in it."""

from __future__ import annotations

import re

_BLOCK_START = re.compile(r"^[^\s)\]}]", re.MULTILINE)
_NEXT_BLOCK = re.compile(r"\n(?=[^\s)\]}])")
_PARTNER = {")": "(", "]": "[", "}": "{"}
QUOTES = "\"'`"
_QUOTE = re.compile(f"[{QUOTES}]")
_SIGN = re.compile(rf"[()\[\]{{}}{QUOTES}\n]")
_INSIDE = {quote: re.compile(rf"(?:\\.|[^{quote}\\\n])*+") for quote in QUOTES}


def unmatched(code: str) -> tuple[str, str]:
    """The closing and the opening brackets without a partner, each in order.

    Brackets within quotes on one line don't count. A quote without a partner, such
    as an apostrophe in a comment or the end of a string begun before, is skipped.
    """
    closing: list[str] = []
    opening: list[str] = []
    # Quotes that have no partner on this line: nor have those behind them, as they would
    # be escaped there as well. So no line is gone through for each of its quotes.
    alone = ""
    place = 0
    while (found := _SIGN.search(code, place)) is not None:
        sign, place = found[0], found.end()
        if sign == "\n":
            alone = ""
        elif sign in QUOTES:
            end = _string_end(code, place - 1) if sign not in alone else None
            alone += "" if end else sign
            place = end or place
        elif sign in _PARTNER:
            if opening and opening[-1] == _PARTNER[sign]:
                opening.pop()
            else:
                closing.append(sign)
        else:
            opening.append(sign)
    return "".join(closing), "".join(opening)


def closers(code: str) -> str:
    """What closes the brackets that a stretch of code leaves open."""
    partner = {opening: closing for closing, opening in _PARTNER.items()}
    return "".join(partner[sign] for sign in reversed(unmatched(code)[1]))


def _string_end(code: str, start: int) -> int | None:
    """Where what follows the string that starts here starts; None where it doesn't end."""
    quote = code[start]
    inside = _INSIDE[quote].match(code, start + 1)
    end = inside.end() if inside else start + 1
    return end + 1 if code[end : end + 1] == quote else None


def open_string(line: str) -> str | None:
    """The quote of the string in which the line ends; None where it ends in none."""
    place = 0
    while (found := _QUOTE.search(line, place)) is not None:
        end = _string_end(line, found.start())
        if end is None:
            return found[0]
        place = end
    return None


def excess(above: str) -> int:
    """How many brackets of its last top-level block a text closes that aren't open there."""
    starts = [found.start() for found in _BLOCK_START.finditer(above)]
    return len(unmatched(above[starts[-1] if starts else 0 :])[0])


def imbalance(above: str, below: str) -> int:
    """How many brackets are missing or too many where these two texts meet."""
    return abs(missing(above, below))


def missing(above: str, below: str) -> int:
    """How many brackets these texts leave open where they meet; below zero, close too many.

    Only what belongs to the same top-level block counts, as a document in the
    middle of an edit may be out of balance elsewhere.
    """
    starts = [found.start() for found in _BLOCK_START.finditer(above)]
    end = _NEXT_BLOCK.search(below)
    opening = unmatched(above[starts[-1] if starts else 0 :])[1]
    closing = unmatched(below[: end.start() if end else len(below)])[0]
    return len(opening) - len(closing)
