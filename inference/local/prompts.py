"""Prompts as they travel: only what is new of them.

A keystroke changes the last few of up to 128K ids. Both sides of a connection keep
the last prompts by the number of a slot; the sender says how much of which it keeps,
and sends the rest. Bytes arrive in the order in which they were sent, so both always
hold the same.
"""

from __future__ import annotations

import sys
from array import array

from inference.local.frames import FrameError

Ids = tuple[int, ...]
N_SLOTS = 8
_BLOCK = 2048
# A prompt that shares so much of what a slot holds goes on from it, and takes its place.
_SAME = 0.9


class Sent:
    """What the other side holds, by what was sent to it."""

    def __init__(self) -> None:
        self._slots: dict[int, Ids] = {}
        # The slot that was used last stands last.
        self._order = list(range(N_SLOTS))

    def spell(self, ids: Ids) -> tuple[list[int], bytes]:
        """How to say these ids: what they go on from, and the rest as bytes.

        The former is the slot they go on from, how many ids of that they keep, and the
        slot that they are held in from now on.

        Raises:
            OverflowError: an id is none of 32 bits; the other side isn't told then.
        """
        source, n_kept = self._nearest(ids)
        rest = as_bytes(ids[n_kept:])
        held = self._slots.get(source, ())
        slot = source if n_kept and n_kept >= len(held) * _SAME else self._order[0]
        self._order.remove(slot)
        self._order.append(slot)
        self._slots[slot] = ids
        return [source, n_kept, slot], rest

    def _nearest(self, ids: Ids) -> tuple[int, int]:
        best = (0, 0)
        for slot in reversed(self._order):
            held = self._slots.get(slot, ())
            n_common = n_common_head(ids, held)
            if n_common > best[1]:
                best = slot, n_common
            if n_common and n_common >= len(held) * _SAME:
                break
        return best


class Heard:
    """The prompts that the other side refers to."""

    def __init__(self) -> None:
        self._slots: dict[int, Ids] = {}

    def read(self, spelling: list[int], rest: bytes) -> Ids:
        """The ids that were meant.

        Raises:
            FrameError: the two sides have lost each other.
        """
        try:
            source, n_kept, slot = spelling
            held = self._slots.get(source, ())
            if not (0 <= n_kept <= len(held) and 0 <= slot < N_SLOTS):
                raise FrameError("a prompt that goes on from an unknown one")
            ids = held[:n_kept] + from_bytes(rest)
        except (TypeError, ValueError) as error:
            raise FrameError("a prompt that can't be read") from error
        self._slots[slot] = ids
        return ids


def n_common_head(one: Ids, other: Ids) -> int:
    """How many ids both begin with; by blocks, as single ids take Python a millisecond for 30K."""
    n_most = min(len(one), len(other))
    start = 0
    while start < n_most and one[start : start + _BLOCK] == other[start : start + _BLOCK]:
        start += _BLOCK
    while start < n_most and one[start] == other[start]:
        start += 1
    return min(start, n_most)


def as_bytes(ids: Ids) -> bytes:
    """Four bytes an id, the lowest first."""
    numbers = array("I", ids)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def from_bytes(data: bytes) -> Ids:
    """What `as_bytes` was given.

    Raises:
        ValueError: no whole number of ids.
    """
    numbers = array("I")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return tuple(numbers)
