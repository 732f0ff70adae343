"""Offers into a budget: what is shown, and how much of it. Never a token over."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from context.selection.shown import Chosen, File, added, form_of, less, take, text_of
from context.types import LeftOut, Snippet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.selection.memo import Memo
    from context.selection.offers import Offer
    from context.selection.outlined import Source
    from context.types import TokenCounter

    Passes = Callable[[str, str, str], bool]

_MOST_LEFT_OUT = 30
_MOST_TRIES = 5
# A result that leaves less than this share of the budget empty isn't tried again.
_FULL_ENOUGH = 0.94
_SAMPLE = 2_000
# Nothing is worth less room than this.
LEAST_CHARS = 24


class Room(NamedTuple):
    """What fitting needs to know beside the offers.

    Attributes:
        passes: whether a file may be shown, by its path and its text, of which the digest
            comes first; asked only of those that are about to be.
        kept: the snippets that stay, whose tokens aren't of this room.
    """

    source: Callable[[str], Source | None]
    passes: Passes
    cost: TokenCounter
    memo: Memo
    tokens: int
    kept: Sequence[Chosen] = ()


class Taken(NamedTuple):
    """What is taken of some offers.

    Attributes:
        files: what is shown of each file.
        offers: those that were taken, maybe with less than was offered, each with about
            how many characters it takes.
        is_all: whether that is everything.
    """

    files: dict[str, File]
    offers: list[tuple[Offer, int]]
    is_all: bool

    @property
    def chars(self) -> int:
        """About how long it is."""
        return sum(file.chars for file in self.files.values())


class Fitted(NamedTuple):
    """Snippets by rank, and how many characters of offers, from the first on, they surely hold."""

    chosen: tuple[Chosen, ...]
    most_chars: float = 0.0


def tokens_a_char(sample: str, cost: TokenCounter) -> float:
    """How many tokens a character makes, by a piece of text."""
    sample = sample[:_SAMPLE]
    ratio = max(0.05, (cost.text(sample) or 1) / max(1, len(sample)))
    return ratio if len(sample) >= _SAMPLE // 10 else 0.4


def fit(offered: Sequence[Offer], room: Room, ratio: float) -> Fitted:
    """Snippets that cost the room's tokens at most in all, by rank.

    Offers are taken in their order as long as they are guessed to fit, from their
    characters; then what they cost is counted, and the guess made better until it is
    close below the budget. `ratio` says how many tokens a character makes here.
    """
    if room.tokens < 1:
        return Fitted(())
    most = room.tokens / ratio
    best = Fitted(())
    chosen: list[Chosen] = []
    most_spent = 0
    for _ in range(_MOST_TRIES):
        taken = taken_of(offered, room, most)
        chosen = _chosen(taken.files, room)
        spent = sum(item.tokens for item in chosen)
        over = spent > room.tokens
        if not over and spent > most_spent:
            best, most_spent = Fitted(tuple(chosen), inf if taken.is_all else most), spent
        if not over and (taken.is_all or spent >= room.tokens * _FULL_ENOUGH):
            break
        grown = room.tokens / spent if spent else 2.0
        most *= min(2.0, grown * (0.99 if grown < 1 else 0.97))
    return best if best.chosen else Fitted(_dropped(chosen, room))


def missing(offered: Sequence[Offer], shown: set[str]) -> tuple[LeftOut, ...]:
    """The files that found no place, as far as a user should know."""
    left: dict[str, LeftOut] = {}
    for offer in offered:
        if offer.is_close and offer.path not in shown and offer.path not in left:
            left[offer.path] = LeftOut(offer.path, f"no room in the budget; {offer.reason}")
    return tuple(left.values())[:_MOST_LEFT_OUT]


def taken_of(offered: Sequence[Offer], room: Room, most: float) -> Taken:
    """What is shown if `most` characters fit, of files that may be shown."""
    taken = taken_of_any(offered, room, most)
    while kept_back := {path for path, file in taken.files.items() if not _may_go(file, room)}:
        offered = [offer for offer in offered if offer.path not in kept_back]
        taken = taken_of_any(offered, room, most)
    return taken


def _may_go(file: File, room: Room) -> bool:
    facts = file.source.facts
    return room.passes(facts.path, facts.digest, file.source.text)


def taken_of_any(offered: Sequence[Offer], room: Room, most: float = inf) -> Taken:
    """The same of any files."""
    looked: dict[str, File] = {}
    files: dict[str, File] = {}
    offers: list[tuple[Offer, int]] = []
    left = most
    is_all = True
    for offer in offered:
        if left < LEAST_CHARS:
            return Taken(files, offers, is_all=False)
        file = looked.get(offer.path) or _opened(offer.path, room)
        if file is None:
            continue
        looked[offer.path] = file
        header = 0 if offer.path in files else len(offer.path) + 8
        more = added(file, offer, room.memo) + header
        if offer.share < 1 and more > offer.share * most:
            continue
        if more > left and (reduced := less(file, offer, left - header)) is not None:
            offer = reduced  # noqa: PLW2901 -- the same, less
            more = added(file, offer, room.memo) + header
        if more > left:
            is_all = False
        elif more > header:
            left -= more
            take(file, offer, more)
            files[offer.path] = file
            offers.append((offer, more))
    return Taken(files, offers, is_all)


def _opened(path: str, room: Room) -> File | None:
    source = room.source(path)
    if source is None:
        return None
    return File(source, [item for item in room.kept if item.snippet.path == path])


def _chosen(files: dict[str, File], room: Room) -> list[Chosen]:
    found: list[Chosen] = []
    for file in files.values():
        text, first = text_of(file, room.memo), file.first
        if text and not text.isspace() and first is not None:
            text = text if text.endswith("\n") else text + "\n"
            form = form_of(file, text)
            snippet = Snippet(first.path, text, form, first.reason, None, len(found))
            tokens = room.memo.count(room.cost, first.path, text)
            levels, notes = tuple(sorted(file.levels.items())), tuple(file.notes)
            found.append(Chosen(snippet, tokens, file.source.facts.digest, levels, notes))
    return found


def _dropped(chosen: Sequence[Chosen], room: Room) -> tuple[Chosen, ...]:
    """As many snippets as fit, without the least relevant ones."""
    kept: list[Chosen] = []
    left = room.tokens
    for item in chosen:
        if item.tokens <= left:
            kept.append(item)
            left -= item.tokens
    return tuple(kept)
