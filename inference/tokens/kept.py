"""What was found out for a text lately, bounded by its size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by text; those that weren't asked for longest are forgotten first, roughly.

    Two generations: what is asked for lives in the young one; when that has half of
    the room it becomes the old one, and what is still there of the older is dropped.
    Threads need no lock, as each step is one operation of a dictionary; a race costs
    some values their place, never a wrong answer.

    Args:
        room: what the sizes of all values come to at most.
        size_of: what a value takes, together with its text.
    """

    def __init__(self, room: int, size_of: Callable[[str, Value], int]) -> None:
        self._half = max(1, room // 2)
        self._size_of = size_of
        self._young: dict[str, Value] = {}
        self._old: dict[str, Value] = {}
        self._size = 0

    def get(self, text: str) -> Value | None:
        """The value, which from now on counts as just asked for."""
        found = self._young.get(text)
        if found is None:
            found = self._old.get(text)
            if found is not None:
                self.put(text, found)
        return found

    def get_all(self, texts: Sequence[str]) -> list[Value] | None:
        """The values of these texts where all of them were asked for lately; else None."""
        try:
            return list(map(self._young.__getitem__, texts))
        except KeyError:
            return None

    def put(self, text: str, value: Value) -> None:
        """Keep that value, one or the other of the older ones forgotten."""
        size = self._size_of(text, value)
        if self._size + size > self._half:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[text] = value
        self._size += size
