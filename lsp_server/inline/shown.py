"""What was offered, so that the editor can say what became of it; and what was turned down."""

from __future__ import annotations

import re
import time
import uuid
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from inference.prompt.closers import gaps
from lsp_server.kept.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference.types import Completion
    from lsp_server.documents import Document
    from lsp_server.inline.asked import Asked

Kind = Literal["whole", "word", "line"]

MAX_OFFERS = 64
MAX_CHARS = 16_000_000
"""Of all documents together that offers are remembered of, but for the newest."""
MAX_REJECTIONS = 64
LARGEST_TEXT = 2_000_000
"""Characters of a document beyond which what is accepted in it isn't followed."""
REJECTED_S = 60.0
"""For so long what was turned down isn't offered again where it was."""
# So much of the document around a cursor says whether it is the same place.
_BEFORE, _AFTER = 400, 100
# Who has typed so much along what he turned down may be offered the rest.
_ALONG = 80
_NEXT = {"word": re.compile(r"\s*(?:\w+|[^\w\s]+)"), "line": re.compile(r"\s*[^\n]*\n?")}


@dataclass(slots=True)
class Offer:
    """A completion as an editor was given it.

    Attributes:
        cursor: where it was asked for.
        place: what says whether another request is for the same place.
        made: the text as it was made for that place; of an entry of the editor's own list that
            was selected, what comes behind.
        start: where in the document its text goes.
        end: the end of what it takes the place of.
        is_counted: it counts as shown, itself or by what it goes on from.
        is_accepted: likewise as accepted.
        n_accepted: so many of its characters were accepted.
    """

    document: Document
    cursor: int
    place: tuple[str, str, str]
    made: str
    start: int
    end: int
    text: str
    language: str
    backend: str
    wants_counting: bool
    is_counted: bool = False
    is_accepted: bool = False
    n_accepted: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A piece of a completion that is in its document now.

    Attributes:
        text: the document with it.
        start: where in that it begins.
        end: where it ends.
    """

    uri: str
    text: str
    start: int
    end: int
    language: str
    backend: str


@dataclass(slots=True)
class Shown:
    """The last completions that were offered in an editor; touched on the event loop alone.

    Attributes:
        tally: where what becomes of them is counted.
        tells: the editor says itself what it shows; otherwise what it is given counts.
    """

    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], float] = time.monotonic
    tells: bool = False
    _offers: OrderedDict[str, Offer] = field(default_factory=OrderedDict[str, Offer])
    _rejections: deque[tuple[float, tuple[str, str, str], str]] = field(
        default_factory=lambda: deque[tuple[float, tuple[str, str, str], str]](
            maxlen=MAX_REJECTIONS
        )
    )

    def offer(self, asked: Asked, completion: Completion) -> str:
        """Remember what a request is answered with; a name for the editor to refer to it by."""
        offer = _offer(asked, completion)
        newest = next(reversed(self._offers.values()), None)
        if newest is not None and _goes_on(newest, offer):
            offer.is_counted, offer.is_accepted = newest.is_counted, newest.is_accepted
        if not self.tells:
            self._count(offer)
        identifier = uuid.uuid4().hex
        self._offers[identifier] = offer
        self._make_room()
        return identifier

    def rejected_at(self, asked: Asked) -> tuple[str, ...]:
        """What was turned down here a moment ago; nothing for who asks for a completion.

        While what is typed goes along with it, what is left of it is still turned down.
        """
        if asked.is_invoked or not self._rejections:
            return ()
        since = self.clock() - REJECTED_S
        lately = ((where, text) for when, where, text in self._rejections if when > since)
        return tuple(left for where, text in lately for left in _left_of(asked, where, text))

    def text_of(self, identifier: str) -> str | None:
        """The text that was offered under that name; None where it isn't known."""
        offer = self._offers.get(identifier)
        return None if offer is None else offer.text

    def was_shown(self, identifier: str) -> bool:
        """Take up that an editor shows a completion; False where none of that name is known."""
        self.tells = True
        offer = self._offers.get(identifier)
        if offer is not None:
            self._count(offer)
        return offer is not None

    def was_accepted(
        self, identifier: str, kind: Kind = "whole", length: int | None = None
    ) -> Accepted | None:
        """What of a completion was accepted that hadn't been before; None for nothing to follow.

        Args:
            identifier: what `offer` gave.
            kind: all of it, or its next word or line.
            length: so many characters of its text are in the document now, where that is told.
        """
        offer = self._offers.get(identifier)
        if offer is None:
            return None
        before, until = offer.n_accepted, _until(offer, kind, length)
        if until <= before:
            return None
        offer.n_accepted = until
        self._count(offer)
        if offer.wants_counting and not offer.is_accepted:
            offer.is_accepted = True
            self.tally.add(offer.language, offer.backend, accepted=1)
        return _piece(offer, before, until)

    def was_rejected(self, identifier: str) -> bool:
        """Take up that a completion was turned down; False where none of that name is known."""
        offer = self._offers.get(identifier)
        if offer is not None and not offer.n_accepted:
            self._count(offer)
            self._rejections.append((self.clock(), offer.place, offer.made))
            if offer.wants_counting:
                self.tally.add(offer.language, offer.backend, rejected=1)
        return offer is not None

    def _make_room(self) -> None:
        """Forget the oldest offers, so that no more documents are held than there is room for."""
        while len(self._offers) > MAX_OFFERS:
            self._offers.popitem(last=False)
        texts = {id(each.document): len(each.document.text) for each in self._offers.values()}
        n_chars = sum(texts.values())
        # Several offers of one answer are for one document: the newest is always kept.
        newest = next(reversed(self._offers.values()))
        while n_chars > MAX_CHARS:
            oldest = next(iter(self._offers.values()))
            if oldest.document is newest.document:
                return
            self._offers.popitem(last=False)
            if not any(each.document is oldest.document for each in self._offers.values()):
                n_chars -= texts[id(oldest.document)]

    def _count(self, offer: Offer) -> None:
        if not offer.is_counted and offer.wants_counting:
            offer.is_counted = True
            self.tally.add(offer.language, offer.backend, shown=1)


def _goes_on(before: Offer, offer: Offer) -> bool:
    """Whether this is the same suggestion: a further one of it, or what typing has left of it."""
    if before.document.uri != offer.document.uri:
        return False
    if before.document is offer.document and before.cursor == offer.cursor:
        return True
    if offer.start < before.start:
        # What was typed of it is deleted again.
        before, offer = offer, before
    typed = offer.document.text[before.start : offer.start].replace("\r\n", "\n")
    return before.text == typed + offer.text


def _offer(asked: Asked, completion: Completion) -> Offer:
    settings, (start, end) = asked.workspace.settings, completion.replace
    selected = asked.selected.text if asked.selected is not None else ""
    return Offer(
        asked.document,
        asked.snapshot.cursor,
        _place(asked),
        completion.text.removeprefix(selected),
        start,
        end,
        # As editors are told it, and count it.
        completion.text.replace("\r\n", "\n"),
        asked.snapshot.language,
        settings.backend,
        settings.stats.enabled,
    )


def _place(asked: Asked) -> tuple[str, str, str]:
    """The document and what stands around the cursor."""
    text, cursor = asked.snapshot.text, asked.snapshot.cursor
    before, after = text[max(0, cursor - _BEFORE) : cursor], text[cursor : cursor + _AFTER]
    return asked.document.uri, before, after


def _left_of(asked: Asked, where: tuple[str, str, str], rejected: str) -> Iterator[str]:
    """What is left of what was turned down at a place, if no more than that was typed there.

    With and without what the editor closed behind the cursor meanwhile.
    """
    uri, before, after = where
    if uri != asked.document.uri:
        return
    text, cursor = asked.snapshot.text, asked.snapshot.cursor
    behind = text[cursor : cursor + _AFTER]
    for n_typed in range(min(len(rejected), _ALONG)):
        typed, start = rejected[:n_typed], cursor - n_typed
        if not (text.startswith(typed, max(0, start)) and _ends(text, start, before)):
            continue
        for n_closed in gaps(behind, typed):
            n_after = min(len(after), _AFTER - n_closed)
            if behind[n_closed:] == after[:n_after]:
                left = rejected[n_typed:]
                yield left
                if n_closed and left.endswith(behind[:n_closed]):
                    yield left[:-n_closed]


def _ends(text: str, end: int, before: str) -> bool:
    """Whether the text up to `end` ends so, and where less is known begins so."""
    return text[max(0, end - _BEFORE) : max(0, end)] == before and end >= 0


def _until(offer: Offer, kind: Kind, length: int | None) -> int:
    """Up to which of its characters an offer is accepted now."""
    if length is not None:
        return min(length, len(offer.text))
    found = _NEXT[kind].match(offer.text, offer.n_accepted) if kind != "whole" else None
    return found.end() if found else len(offer.text)


def _piece(offer: Offer, start: int, end: int) -> Accepted | None:
    """The document as it is with the text up to `end` in it, of which what was new is followed."""
    text = offer.document.text
    if not offer.wants_counting or len(text) > LARGEST_TEXT:
        return None
    text = text[: offer.start] + offer.text[:end] + text[offer.end :]
    at = (offer.start + start, offer.start + end)
    return Accepted(offer.document.uri, text, *at, offer.language, offer.backend)
