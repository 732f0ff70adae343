"""Completions kept, so that who types through one, or comes back, doesn't wait.

What is kept stands under everything that it was made from: the document and all of its
text, where the cursor was, and the world around it. Looking it up compares texts, a few
characters around the cursor first, so that it costs no more than the answer is worth.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from lsp_server.inline.through import is_typed, left_of, over_closed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference.types import Completion
    from lsp_server.inline.asked import Asked
    from lsp_server.workspace import Remembered

MAX_KEPT = 256
MAX_CHARS = 32_000_000
"""Of all documents together that completions are kept for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache has for a request: what is left of completions, the best first.

    Attributes:
        completions: none where a backend had none for this very place.
        is_whole: generation came to its end; otherwise more may be had.
        reason: why there are none, as it was told then.
    """

    completions: tuple[Completion, ...]
    is_whole: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a prompt that was made ahead leaves for the next one in its file.

    Attributes:
        known: what was remembered of the file when it was made.
        remembered: what is to be, should its user come to where it was made for.
    """

    known: Remembered | None
    remembered: Remembered


@dataclass(frozen=True, slots=True)
class _Kept:
    asked: Asked
    found: Found
    ahead: Ahead | None = None


class Cache:
    """Completions of one workspace, the longest unused forgotten first.

    Touched on the event loop alone.
    """

    def __init__(self, max_kept: int = MAX_KEPT, max_chars: int = MAX_CHARS) -> None:
        self._max_kept, self._max_chars = max_kept, max_chars
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._numbers = count()
        self._n_chars = 0

    def __len__(self) -> int:
        return len(self._kept)

    def look(self, asked: Asked) -> Found | None:
        """What is left of what is known for this place; None where nothing is.

        What was used or kept last comes first, so that what is shown stays while it is typed
        through. Where it was made ahead, the file's next prompt goes on from its own.
        """
        number, found = self._find(asked)
        if number is None or found is None:
            return None
        self._kept.move_to_end(number)
        ahead = self._kept[number].ahead
        if ahead is not None:
            asked.workspace.supersede(asked.snapshot.path, ahead.known, ahead.remembered)
        return found

    def knows(self, asked: Asked) -> bool:
        """Whether `look` would find something; changes nothing."""
        return self._find(asked)[1] is not None

    def keep(
        self,
        asked: Asked,
        completions: tuple[Completion, ...],
        *,
        is_whole: bool,
        reason: str = "",
    ) -> None:
        """Remember what a backend answered to a request; no completions is an answer, too.

        A part of an answer takes the place of no whole one.
        """
        if not completions and not is_whole:
            return
        for number, old in list(self._of(asked)):
            is_same = _is_same_place(old.asked, asked) and old.asked.is_invoked <= asked.is_invoked
            if is_same and old.found.is_whole and not is_whole:
                return
            if is_same or old.asked.world != asked.world:
                self._forget(number)
        self._n_chars += len(asked.snapshot.text)
        self._kept[next(self._numbers)] = _Kept(asked, Found(completions, is_whole, reason))
        while len(self._kept) > self._max_kept or self._is_too_much():
            self._forget(next(iter(self._kept)))

    def lead_on(self, asked: Asked, ahead: Ahead) -> None:
        """Have who comes to where this request was made ahead go on from its prompt."""
        for number, kept in self._of(asked):
            if kept.asked is asked:
                self._kept[number] = replace(kept, ahead=ahead)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._n_chars = 0

    def _find(self, asked: Asked) -> tuple[int | None, Found | None]:
        """The number and what is left of what serves the request; a nothing comes last."""
        nothing: tuple[int | None, Found | None] = (None, None)
        for number, kept in self._of(asked):
            if not _serves(kept, asked):
                continue
            was, now = kept.asked.snapshot, asked.snapshot
            every = (left_of(each, was, now) for each in kept.found.completions)
            left = tuple(each for each in every if each is not None and _may_stand(each, asked))
            if left:
                return number, replace(kept.found, completions=left)
            if not kept.found.completions and _is_same_place(kept.asked, asked):
                nothing = number, kept.found
            if any(is_typed(each, was, now) for each in kept.found.completions):
                behind = self._behind(asked)
                return behind if behind[1] is not None else nothing
        return nothing

    def _behind(self, asked: Asked) -> tuple[int | None, Found | None]:
        """What is known for behind what closes a completion that is typed up to there."""
        for number, kept in self._of(asked):
            if _serves(kept, asked):
                was, now = kept.asked.snapshot, asked.snapshot
                every = (over_closed(each, was, now) for each in kept.found.completions)
                left = tuple(each for each in every if each and _may_stand(each, asked))
                if left:
                    return number, replace(kept.found, completions=left)
        return None, None

    def _of(self, asked: Asked) -> Iterator[tuple[int, _Kept]]:
        """What is kept for the request's document, what was used last first."""
        uri = asked.document.uri
        every = reversed(self._kept.items())
        return ((number, kept) for number, kept in every if kept.asked.document.uri == uri)

    def _forget(self, number: int) -> None:
        self._n_chars -= len(self._kept.pop(number).asked.snapshot.text)

    def _is_too_much(self) -> bool:
        return self._n_chars > self._max_chars and len(self._kept) > 1


def _serves(kept: _Kept, asked: Asked) -> bool:
    """Whether what was kept is as much as is wanted now, made in the same world.

    Who asks for a completion wants more than what an editor gets by itself, and all of it.
    """
    if asked.is_invoked and not (kept.asked.is_invoked and kept.found.is_whole):
        return False
    was, now = kept.asked.snapshot, asked.snapshot
    return (was.path, was.language) == (now.path, now.language) and kept.asked.world == asked.world


def _may_stand(completion: Completion, asked: Asked) -> bool:
    """Whether it begins where it must: right behind what is selected in a list."""
    return asked.selected is None or completion.replace[0] == asked.snapshot.cursor


def _is_same_place(one: Asked, other: Asked) -> bool:
    was, now = one.snapshot, other.snapshot
    return (
        was.cursor == now.cursor
        and len(was.text) == len(now.text)
        and one.world == other.world
        and was.text == now.text
    )
