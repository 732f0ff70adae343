"""Token streams in which contexts can be looked up.

A position `p` of a stream stands for "the tokens before `p`, followed by
`ids[p]`". Looking a context up gives positions that share its last tokens,
with how many they share.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from pydivsufsort import divsufsort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST = 12
"""Tokens of context compared; longer agreement tells little more."""


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
    weight: NDArray[np.float32]


NOTHING = Matches(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Near:
    """A short stream, such as a file or a folder: every match is compared.

    Attributes:
        ids: the tokens.
        blanks: the blank before each.
        order: positions sorted by the token before them, then by position.
        keys: those tokens, sorted.
        focus: the position that matters most; nearer matches are kept first.
    """

    ids: NDArray[np.int32]
    blanks: NDArray[np.uint8]
    order: NDArray[np.int64]
    keys: NDArray[np.int32]
    focus: int

    def find(self, context: Sequence[int], limit: int) -> Matches:
        """At most `limit` positions that share at least the last token."""
        if not context:
            return NOTHING
        low, high = np.searchsorted(self.keys, (context[-1], context[-1] + 1))
        at = self.order[low:high]
        if at.size == 0:
            return NOTHING
        if at.size > 4 * limit:
            middle = int(np.searchsorted(at, self.focus))
            start = max(0, min(middle - 2 * limit, at.size - 4 * limit))
            at = at[start : start + 4 * limit]
        length = np.ones(at.size, np.int64)
        alive = np.arange(at.size)
        for back in range(2, min(LONGEST, len(context)) + 1):
            alive = alive[self.ids[at[alive] - back] == context[-back]]
            if alive.size == 0:
                break
            length[alive] = back
        if at.size > limit:
            best = np.argsort(-length, kind="stable")[:limit]
            at, length = at[best], length[best]
        return Matches(at, length, np.ones(at.size, np.float32))


def near(ids: NDArray[np.int32], blanks: NDArray[np.uint8], focus: int = 0) -> Near:
    """Index a short stream; `LONGEST` document marks are put before it."""
    padded = np.concatenate((np.zeros(LONGEST, np.int32), ids))
    order = np.argsort(ids[:-1], kind="stable") if ids.size else np.zeros(0, np.int64)
    return Near(
        padded,
        np.concatenate((np.zeros(LONGEST, np.uint8), blanks)),
        order + (LONGEST + 1),
        ids[order],
        focus + LONGEST,
    )


@dataclass(frozen=True, slots=True)
class Far:
    """A long stream with all its positions sorted by what stands before them.

    Attributes:
        order: positions sorted by the token before, then the one before that, and so on.
        first: where each token's positions start in `order`, one entry more than tokens.
    """

    ids: NDArray[np.int32]
    blanks: NDArray[np.uint8]
    order: NDArray[np.int32]
    first: NDArray[np.int32]
    _ids: memoryview = field(init=False, repr=False)
    _order: memoryview = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", memoryview(self.ids))
        object.__setattr__(self, "_order", memoryview(self.order))

    def ranges(self, context: Sequence[int]) -> list[tuple[int, int]]:
        """Where in `order` the positions stand that share 1, 2, 3... last tokens."""
        found: list[tuple[int, int]] = []
        low, high = 0, len(self.order)
        ids, order = self._ids, self._order
        for back in range(1, min(LONGEST, len(context)) + 1):
            token = context[-back]
            if back == 1:
                if token + 1 >= len(self.first):
                    break
                low, high = int(self.first[token]), int(self.first[token + 1])
            elif high - low <= _SMALL:
                keys = self.ids[np.maximum(self.order[low:high] - back, 0)]
                start, stop = np.searchsorted(keys, (token, token + 1))
                low, high = low + int(start), low + int(stop)
            else:
                key = lambda i, back=back: ids[order[i] - back] if order[i] >= back else -1  # noqa: E731
                edge = _range(low, high)
                low = low + bisect_left(edge, token, key=key)
                high = low + bisect_right(_range(low, high), token, key=key)
            if low >= high:
                break
            found.append((low, high))
        return found

    def find(self, context: Sequence[int], limit: int, hide: tuple[int, int]) -> Matches:
        """About `limit` positions, those with longer agreement first, outside of `hide`."""
        ranges = self.ranges(context)
        at: list[NDArray[np.int32]] = []
        length: list[int] = []
        weight: list[float] = []
        inner = (0, 0)
        for back in range(len(ranges), 0, -1):
            low, high = ranges[back - 1]
            shell = (high - low) - (inner[1] - inner[0])
            if shell > 0 and limit > 0:
                picked = self._shell((low, high), inner, min(limit, _SHELL))
                at.append(picked)
                length += [back] * picked.size
                weight += [shell / picked.size] * picked.size
                limit -= picked.size
            inner = (low, high)
        if not at:
            return NOTHING
        where = np.concatenate(at).astype(np.int64)
        matches = Matches(where, np.array(length), np.array(weight, np.float32))
        seen = (where < hide[0]) | (where >= hide[1])
        if seen.all():
            return matches
        return Matches(where[seen], matches.length[seen], matches.weight[seen])

    def _shell(
        self, outer: tuple[int, int], inner: tuple[int, int], limit: int
    ) -> NDArray[np.int32]:
        """An even sample of the outer range without the inner one."""
        if inner[0] == inner[1]:
            size = outer[1] - outer[0]
            return self.order[outer[0] : outer[1] : -(-size // limit)]
        left, right = self.order[outer[0] : inner[0]], self.order[inner[1] : outer[1]]
        step = -(-(left.size + right.size) // limit)
        return np.concatenate((left[::step], right[::step]))


_SMALL = 512
_SHELL = 96


def _range(low: int, high: int) -> range:
    return range(low, high)


def far(ids: NDArray[np.int32], blanks: NDArray[np.uint8], n_words: int) -> Far:
    """Index a long stream; it must end in a document mark."""
    backwards = np.ascontiguousarray(ids[:-1][::-1]).astype(np.uint32)
    order = (
        (ids.size - 1 - divsufsort(backwards)).astype(np.int32)
        if ids.size > 1
        else np.zeros(0, np.int32)
    )
    first = np.zeros(n_words + 1, np.int32)
    np.cumsum(np.bincount(ids[:-1], minlength=n_words), out=first[1:])
    return Far(ids, blanks, order, first)
