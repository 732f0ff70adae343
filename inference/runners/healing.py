"""Which tokens an answer may go on with where its text must begin in a certain way.

A prompt that ends in the middle of a word ends, for the model, a token earlier, and the
answer must begin with what was left out ("token healing", from the guidance project).
Whichever way the beginning is cut into tokens, one that spells it, or goes beyond it,
may come: so the model is held to bytes, not to ids.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Continuations:
    """A vocabulary in the order of its bytes.

    Args:
        tokens: ids and bytes, without control tokens.
    """

    def __init__(self, tokens: Iterable[tuple[int, bytes]]) -> None:
        rows = sorted((spelt, number) for number, spelt in tokens if spelt)
        self._spelt = [spelt for spelt, _ in rows]
        self._numbers = [number for _, number in rows]

    def allowed(self, rest: bytes) -> list[int]:
        """The tokens that begin with `rest`, or that `rest` begins with; ascending."""
        if not rest:
            return sorted(self._numbers)
        found = self._numbers[bisect_left(self._spelt, rest) : self._end(rest)]
        for n_bytes in range(1, len(rest)):
            part = rest[:n_bytes]
            low, high = bisect_left(self._spelt, part), bisect_right(self._spelt, part)
            found += self._numbers[low:high]
        return sorted(found)

    def _end(self, start: bytes) -> int:
        """Where those end that begin so: before the least that is greater than all of them."""
        kept = start.rstrip(b"\xff")
        if not kept:
            return len(self._spelt)
        return bisect_left(self._spelt, kept[:-1] + bytes([kept[-1] + 1]))


def left_of(rest: bytes, spelt: bytes) -> bytes:
    """What of the beginning is still to come once a token that was allowed has come."""
    return rest[len(spelt) :]
