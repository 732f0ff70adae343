"""What the text around a cursor says of a name: where it stands, and what it looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.lexer import N_RESERVED
from inference.ngram.stores import SHIFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.lexer import Vocabulary
    from inference.ngram.stores import Near

N_DESCRIBED = 16
_SOON = 30
_LINES = 24
_PART = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The names around a cursor.

    Attributes:
        focus: where the cursor stands among the buffer's tokens.
        end: where the document ends there.
        headers: the tokens of the lines that open the blocks around the cursor.
        parts: what names are made of on the line, above it, below it and in the headers.
        every_part: those of all four.
        bounds: the words at the cursor's place in the lines above and below that
            begin as this one does: a sorted list goes on between them.
    """

    focus: int
    end: int
    headers: NDArray[np.int32]
    parts: tuple[frozenset[str], ...]
    every_part: frozenset[str]
    bounds: tuple[str, str]


def look_around(
    ids: NDArray[np.int32],
    focus: int,
    end: int,
    line: NDArray[np.int32],
    headers: NDArray[np.int32],
    vocabulary: Vocabulary,
) -> Surroundings:
    """The surroundings of a cursor whose line begins with the tokens of `line`."""
    start = focus - line.size
    pieces = (
        line,
        ids[max(0, start - _LINES) : start],
        ids[focus + 1 : focus + 1 + _LINES],
        headers,
    )
    parts = tuple(_parts_among(piece, vocabulary) for piece in pieces)
    bounds = _bounds(ids, focus, line, vocabulary)
    return Surroundings(focus, end, headers, parts, frozenset[str]().union(*parts), bounds)


def describe(
    tokens: NDArray[np.int64], around: Surroundings, buffer: Near, vocabulary: Vocabulary
) -> NDArray[np.float32]:
    """One row a token: occurrences before and after, order, shared parts, headers."""
    key = tokens << SHIFT
    ranges = (key, key | around.focus, key | around.end)
    low, cut, high = np.searchsorted(buffer.table, ranges)
    before, after = cut - low, high - cut
    table, mask = buffer.table, (1 << SHIFT) - 1
    last = np.where(before > 0, around.focus - (table[np.maximum(cut - 1, 0)] & mask), 0)
    place = table[np.minimum(cut, table.size - 1)] & mask
    following = np.where(after > 0, place - around.focus, 0)
    awaited = (after > 0) & (before == 0)
    found = np.zeros((tokens.size, N_DESCRIBED), np.float32)
    found[:, 0] = before > 0
    found[:, 1] = np.log1p(last) * 0.2
    found[:, 2] = after > 0
    found[:, 3] = np.log1p(following) * 0.2
    found[:, 4] = np.log1p(before) * 0.3
    found[:, 5] = np.log1p(after) * 0.3
    found[:, 6] = awaited
    found[:, 7] = awaited & (following < _SOON)
    words = [vocabulary.word(token) for token in tokens.tolist()]
    if any(around.bounds):
        found[:, 8:10] = [_order(word, around.bounds) for word in words]
    found[:, 10:15] = [_shared_parts(word, around) for word in words]
    found[:, 15] = (tokens[:, None] == around.headers).any(axis=1)
    return found


@lru_cache(20_000)
def parts_of(word: str) -> tuple[str, ...]:
    """The words that a name in snake or camel case is made of, in lower case."""
    return tuple(part.lower() for part in _PART.findall(word[:80]))


def _parts_among(tokens: NDArray[np.int32], vocabulary: Vocabulary) -> frozenset[str]:
    parts: set[str] = set()
    for token in set(tokens.tolist()):
        parts.update(parts_of(vocabulary.word(token)))
    return frozenset(parts)


def _shared_parts(word: str, around: Surroundings) -> tuple[float, ...]:
    """Which share of a name's parts stands in each of the surroundings, and how many it has."""
    parts = parts_of(word)
    if around.every_part.isdisjoint(parts):
        return _FEW_PARTS[min(len(parts), 5)]
    shares = tuple(len(known.intersection(parts)) / len(parts) for known in around.parts)
    return (*shares, min(len(parts), 5) * 0.2)


_FEW_PARTS = tuple((0.0, 0.0, 0.0, 0.0, n * 0.2) for n in range(6))


def _order(word: str, bounds: tuple[str, str]) -> tuple[bool, bool]:
    """Whether a name stands between its neighbours in the alphabet, and whether it doesn't."""
    if not word[:1].isidentifier():
        return False, False
    low, high = (bound.lower() for bound in bounds)
    fits = (not low or low < word.lower()) and (not high or word.lower() < high)
    return fits, not fits


def _bounds(
    ids: NDArray[np.int32], focus: int, line: NDArray[np.int32], vocabulary: Vocabulary
) -> tuple[str, str]:
    start = focus - line.size
    breaks = np.flatnonzero(ids[: max(0, start - 1)] < N_RESERVED)
    above = int(breaks[-1]) + 1 if breaks.size else start
    return (
        _neighbour(ids, above, line, vocabulary) if above < start else "",
        _neighbour(ids, focus + 2, line, vocabulary),
    )


def _neighbour(
    ids: NDArray[np.int32], at: int, line: NDArray[np.int32], vocabulary: Vocabulary
) -> str:
    """The word that follows where another line begins as this one, empty where it doesn't."""
    size = line.size
    if not size or not np.array_equal(ids[at : at + size], line):
        return ""
    token = int(ids[at + size])
    return vocabulary.word(token) if token >= N_RESERVED else ""
