"""Token streams in which contexts can be looked up.

A position `p` of a stream stands for "the tokens before `p`, followed by
`ids[p]`". Looking a context up gives positions that share its last tokens,
with how many they share.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from pydivsufsort import divsufsort  # pyright: ignore[reportUnknownVariableType]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

LONGEST = 12
"""Tokens of context compared; longer agreement tells little more."""
_BACK = np.arange(1, LONGEST + 1)
SHIFT = 20
MASK = (1 << SHIFT) - 1
_NEAR, _INNER, _SHELL = 96, 96, 24


@dataclass(frozen=True, slots=True)
class Matches:
    """Positions that share the end of a context.

    Attributes:
        at: the positions.
        length: how many tokens each shares, at least 1.
        weight: how many positions of the stream each stands for.
    """

    at: NDArray[np.int64]
    length: NDArray[np.int64]
    weight: NDArray[np.float64]

    def only(self, which: NDArray[np.int64]) -> Matches:
        """Some of them, by index."""
        return Matches(self.at[which], self.length[which], self.weight[which])


NOTHING = Matches(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64))


def join(one: Matches, other: Matches) -> Matches:
    """Both, one after the other."""
    return Matches(
        np.concatenate((one.at, other.at)),
        np.concatenate((one.length, other.length)),
        np.concatenate((one.weight, other.weight)),
    )


_Ids = TypeVar("_Ids", np.int8, np.int32)


def agreement(
    ids: NDArray[_Ids], at: NDArray[np.int64], context: NDArray[_Ids]
) -> NDArray[np.int64]:
    """How many tokens before each position are the context's last ones.

    Positions near the stream's start wrap around, where a document mark ends
    the agreement. `context` is newest first and `LONGEST` long.
    """
    same = np.zeros((at.size, LONGEST + 1), np.bool_)
    np.equal(ids[at[:, None] - _BACK[: context.size]], context, out=same[:, : context.size])
    length: NDArray[np.int64] = same.argmin(axis=1)
    return length


@dataclass(frozen=True, slots=True)
class Near:
    """A stretch of a stream, such as a file or a folder, with its positions by last token.

    Attributes:
        ids: the whole stream.
        table: token before each position and the position, in one number, sorted.
        focus: the position that matters most; nearer matches are kept first.
    """

    ids: NDArray[np.int32]
    table: NDArray[np.int64]
    origin: int
    focus: int

    def find(self, context: NDArray[np.int32]) -> Matches:
        """Positions that share at least the last token; `context` is newest first."""
        token = int(context[0]) << SHIFT
        low, high = np.searchsorted(self.table, (token, token + MASK))
        if low == high:
            return NOTHING
        at = (self.table[low:high] & MASK) + self.origin
        if at.size > _NEAR:
            at = self._best(at, context)
        return Matches(at, agreement(self.ids, at, context), np.ones(at.size))

    def _best(self, at: NDArray[np.int64], context: NDArray[np.int32]) -> NDArray[np.int64]:
        """Those that share two tokens, and those nearest to the focus."""
        two = self.ids[at - 2] == context[1]
        longer = _around(at[two], self.focus, _NEAR)
        shorter = _around(at[~two], self.focus, _NEAR - longer.size // 2)
        return np.concatenate((longer, shorter))


def _around(at: NDArray[np.int64], focus: int, limit: int) -> NDArray[np.int64]:
    if at.size <= limit:
        return at
    middle = int(np.searchsorted(at, focus))
    start = max(0, min(middle - limit // 2, at.size - limit))
    return at[start : start + limit]


def near(ids: NDArray[np.int32], at: NDArray[np.int64], focus: int) -> Near:
    """Index some positions of a stream, given in order; they span at most a million tokens."""
    origin = int(at[0]) if at.size else 0
    table = (ids[at - 1].astype(np.int64) << SHIFT) | (at - origin)
    table.sort()
    return Near(ids, table, origin, focus)


@dataclass(frozen=True, slots=True)
class Far:
    """A long stream with all its positions sorted by what stands before them.

    Attributes:
        order: positions sorted by the token before, then the one before that, and so on.
        first: where each token's positions start in `order`, one entry more than tokens.
        pairs: each pair of last tokens, as last * words + the one before, sorted.
        pair_first: where each pair's positions start in `order`, one entry more than pairs.
    """

    ids: NDArray[np.int32]
    blanks: NDArray[np.uint8]
    order: NDArray[np.int32]
    first: NDArray[np.int32]
    pairs: NDArray[np.int64]
    pair_first: NDArray[np.int32]
    _ids: memoryview = field(init=False, repr=False)
    _order: memoryview = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", memoryview(self.ids))  # type: ignore[arg-type]
        object.__setattr__(self, "_order", memoryview(self.order))  # type: ignore[arg-type]

    def keys(self, at: NDArray[np.int64]) -> NDArray[np.int32]:
        """Twice the token at each position plus the blank before it."""
        return self.ids[at] * 2 + self.blanks[at]

    def ranges(self, context: Sequence[int]) -> list[tuple[int, int]]:
        """Where in `order` the positions stand that share 1, 2, 3... last tokens.

        Stops at a range that is small enough to be compared in full.
        """
        words = len(self.first) - 1
        token = context[0]
        if token >= words:
            return []
        low, high = int(self.first[token]), int(self.first[token + 1])
        if low == high:
            return []
        found = [(low, high)]
        if context[1] < words and high - low > _INNER:
            pair = token * words + context[1]
            at = int(self.pairs.searchsorted(pair))
            if at == len(self.pairs) or self.pairs[at] != pair:
                return found
            low, high = int(self.pair_first[at]), int(self.pair_first[at + 1])
            found.append((low, high))
            self._narrow(context, low, high, found)
        return found

    def _narrow(
        self, context: Sequence[int], low: int, high: int, found: list[tuple[int, int]]
    ) -> None:
        ids, order = self._ids, self._order
        for back in range(3, len(context) + 1):
            if high - low <= _INNER:
                break
            token = context[back - 1]

            def key(i: int, back: int = back) -> int:
                return ids[order[i] - back]

            edges = range(high)
            low = bisect_left(edges, token, low, high, key=key)
            high = bisect_right(edges, token, low, high, key=key)
            if low == high:
                break
            found.append((low, high))

    def find(self, context: NDArray[np.int32]) -> Matches:
        """Positions that share at least the last token; `context` is newest first.

        Long agreements are all there, short ones as an even sample.
        """
        ranges = self.ranges(context.tolist())
        if not ranges:
            return NOTHING
        low, high = ranges[-1]
        inner = self.order[low : high : -(-(high - low) // _INNER)].astype(np.int64)
        at = [inner]
        length = [agreement(self.ids, inner, context)]
        weight = [np.full(inner.size, (high - low) / inner.size)]
        for back in range(len(ranges) - 1, 0, -1):
            outer = ranges[back - 1]
            left, right = self.order[outer[0] : low], self.order[high : outer[1]]
            size = left.size + right.size
            if size:
                step = -(-size // _SHELL)
                shell = np.concatenate((left[::step], right[::step])).astype(np.int64)
                at.append(shell)
                length.append(np.full(shell.size, back))
                weight.append(np.full(shell.size, size / shell.size))
            low, high = outer
        where = np.concatenate(at)
        return Matches(where, np.concatenate(length), np.concatenate(weight))


def far(ids: NDArray[np.int32], blanks: NDArray[np.uint8], n_words: int) -> Far:
    """Index a long stream; it must start with `LONGEST` document marks and end in one."""
    backwards = np.ascontiguousarray(ids[:-1][::-1]).astype(np.uint32)
    sort = cast("Callable[[NDArray[np.unsignedinteger]], NDArray[np.int32]]", divsufsort)
    order = (ids.size - 1 - sort(backwards)).astype(np.int32)
    first = np.zeros(n_words + 1, np.int32)
    np.cumsum(np.bincount(ids[:-1], minlength=n_words), out=first[1:])
    last_two = ids[order - 1].astype(np.int64) * n_words + ids[np.maximum(order - 2, 0)]
    starts = np.flatnonzero(np.concatenate(([True], last_two[1:] != last_two[:-1])))
    pair_first = np.append(starts, last_two.size).astype(np.int32)
    return Far(ids, blanks, order, first, last_two[starts], pair_first)
