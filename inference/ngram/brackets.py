"""Brackets and quotes around the cursor, without knowing the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.ngram.classes import QUOTES
from inference.ngram.lexer import DEEPER, DOCUMENT, N_RESERVED, OUTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from inference.ngram.lexer import Vocabulary

_REACH = 400
"""Tokens searched on either side."""
_COMMENTS = frozenset(("#", "//"))


def quote_of(line: NDArray[np.int32], words: Vocabulary) -> str:
    """The quote that is open at the end of a line's tokens, empty where none is."""
    quote = ""
    for token in line.tolist():
        word = words.word(token)
        if word in QUOTES:
            quote = "" if word == quote else quote or word
    return quote


def open_before(before: NDArray[np.int32], words: Vocabulary) -> tuple[str, ...]:
    """Openers without a closer, looking back until a line of an outer block has none."""
    found: list[str] = []
    closers = lowest = level = 0
    for line in reversed(_lines(before[-_REACH:].tolist())):
        opened = len(found)
        for bracket in reversed(_brackets(line, words)):
            if bracket in ")]}":
                closers += 1
            elif closers:
                closers -= 1
            else:
                found.append(bracket)
        if level < lowest:
            lowest = level
            if len(found) == opened:
                break
        level -= _step(line)
    return tuple(reversed(found))


def closed_after(after: NDArray[np.int32], words: Vocabulary) -> int:
    """How many closers have no opener, looking ahead until a line of an outer block has none."""
    found = openers = lowest = level = 0
    for line in _lines(after[:_REACH].tolist()):
        closed = found
        level += _step(line)
        for bracket in _brackets(line, words):
            if bracket in "([{":
                openers += 1
            elif openers:
                openers -= 1
            else:
                found += 1
        if level < lowest:
            lowest = level
            if found == closed:
                break
    return found


def _step(line: Sequence[int]) -> int:
    """Whether a line is indented more (1) or less (-1) than the one before it."""
    start = line[0] if line else DOCUMENT
    return (start == DEEPER) - (start == OUTER)


def _lines(tokens: Sequence[int]) -> list[list[int]]:
    lines: list[list[int]] = [[]]
    for token in tokens:
        if token < N_RESERVED:
            lines.append([token])
        else:
            lines[-1].append(token)
    return lines


def _brackets(line: Sequence[int], words: Vocabulary) -> str:
    """The brackets of a line that don't stand in a string or comment."""
    quote, found = "", ""
    for token in line:
        word = words.word(token)
        if word in QUOTES:
            quote = "" if word == quote else quote or word
        elif not quote and word in _COMMENTS:
            break
        elif not quote and word in "()[]{}":
            found += word
    return found
