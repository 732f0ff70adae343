"""What was read of prompts is kept, so that a prompt that goes on from one reads only the rest.

A head is the beginning of a prompt as the model has read it. Several are kept, as
somebody goes to and fro between files, and the least recently used go first once
they take more than they may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from inference.runners.tape import Tape, common_length

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.runners.tape import Ids

# Losing so much of another prompt to go on from its beginning is cheaper than a copy.
_WORTH_A_COPY = 64


class Cache(Protocol):
    """Keys and values of some tokens, in whatever form the model reads them.

    Attributes:
        can_crop: whether tokens at its end can be taken back, and all of it copied.
    """

    can_crop: bool

    @property
    def length(self) -> int:
        """How many tokens' keys and values it holds."""
        ...

    @property
    def n_bytes(self) -> int:
        """What it takes in memory."""
        ...

    def crop(self, length: int) -> None:
        """Keep that many."""
        ...

    def copy(self, length: int) -> Any:
        """A cache of its own with that many."""
        ...


@dataclass(eq=False, slots=True)
class Head:
    """What the model has read.

    Attributes:
        tape: the tokens; the first `cache.length` of them are read.
        n_prompt: how many of them were a prompt's; the rest are an answer's.
    """

    cache: Any
    tape: Tape = field(default_factory=lambda: Tape(np.empty(0, np.int32)))
    n_prompt: int = 0


class Heads:
    """The heads that are kept.

    Args:
        new: an empty cache.
        limit_bytes: what all of them may take together; one is kept even if it takes more,
            as every keystroke would read all of its prompt again.
    """

    def __init__(self, new: Callable[[], Cache], limit_bytes: int) -> None:
        self._new = new
        self._limit_bytes = limit_bytes
        # The most recently used last.
        self._kept: list[Head] = []

    @property
    def n_bytes(self) -> int:
        """What they take in memory."""
        return sum(head.cache.n_bytes for head in self._kept)

    @property
    def n_kept(self) -> int:
        """How many there are."""
        return len(self._kept)

    def take(self, prompt: Ids) -> Head:
        """A head with what is read of this prompt already, which belongs to the caller now.

        The last token is never part of it, as nothing could follow from what isn't
        read. Where much of another prompt would be lost, a copy of what both begin
        with is taken, if there is room for it.
        """
        n_common, source = self._longest(prompt)
        if source is None:
            if self.n_bytes > self._limit_bytes:
                self.clear()
            return Head(self._new())
        lost = source.n_prompt - n_common
        if lost > _WORTH_A_COPY and self._made_room(source, n_common):
            self._touch(source)
            return Head(source.cache.copy(n_common), Tape(source.tape.ids[:n_common]))
        self._kept.remove(source)
        source.cache.crop(n_common)
        source.tape.crop(n_common)
        return source

    def keep(self, head: Head) -> None:
        """Keep it, and let go of the least recently used ones that are too much then."""
        head.tape.crop(head.cache.length)
        head.n_prompt = min(head.n_prompt, len(head.tape))
        if len(head.tape):
            self._kept.append(head)
        while len(self._kept) > 1 and self.n_bytes > self._limit_bytes:
            del self._kept[0]

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()

    def _longest(self, prompt: Ids) -> tuple[int, Head | None]:
        best, found = 0, None
        for head in self._kept:
            n_common = min(common_length(head.tape.ids, prompt), len(prompt) - 1)
            usable = head.cache.can_crop or n_common == len(head.tape)
            if usable and n_common >= max(best, 1):
                best, found = n_common, head
        return best, found

    def _made_room(self, source: Head, n_tokens: int) -> bool:
        """Whether a copy of so much of it fits, others let go of for it."""
        wanted = source.cache.n_bytes * n_tokens // max(1, source.cache.length)
        while self.n_bytes + wanted > self._limit_bytes:
            other = next((head for head in self._kept if head is not source), None)
            if other is None:
                return False
            self._kept.remove(other)
        return True

    def _touch(self, head: Head) -> None:
        self._kept.remove(head)
        self._kept.append(head)
