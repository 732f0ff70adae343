"""Offers into a budget: what is shown, and how much of it. Never a token over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS
from context.selection import forms
from context.selection import offers as o
from context.types import LeftOut, Snippet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.selection.memo import Memo
    from context.selection.offers import Offer
    from context.selection.outlined import Source
    from context.types import Form, TokenCounter

_MOST_LEFT_OUT = 30
_MOST_TRIES = 5
# A result that leaves less than this share of the budget empty isn't tried again.
_FULL_ENOUGH = 0.94
_HEAD_LINES = 40
# What a type is shown as where there is no room for what was offered.
_LESS = {forms.DOCUMENTED: forms.SIGNATURES, forms.NAMES: forms.FEW, forms.FEW: forms.LINE}
_SAMPLE = 2_000
_LEAST_CHARS = 24


class Room(NamedTuple):
    """What fitting needs to know beside the offers.

    Attributes:
        passes: whether a file may be shown; asked only of those that are about to be.
    """

    source: Callable[[str], Source | None]
    passes: Callable[[str], bool]
    cost: TokenCounter
    memo: Memo
    tokens: int


class _File:
    """What is shown of one file so far."""

    __slots__ = ("chars", "first", "levels", "notes", "source", "whole")

    def __init__(self, source: Source, first: Offer) -> None:
        self.source = source
        self.first = first
        self.levels: dict[int, int] = {}
        self.notes: list[str] = []
        # Uses, first lines or all of it: texts that are no choice of definitions.
        self.whole: Offer | None = None
        self.chars = 0


def fit(
    offered: Sequence[Offer], room: Room, sample: str
) -> tuple[tuple[Snippet, ...], tuple[LeftOut, ...]]:
    """Snippets that cost the room's tokens at most in all, by rank, and what found no place.

    Offers are taken in their order as long as they are guessed to fit, from their
    characters; then what they cost is counted, and the guess made better until it is
    close below the budget. `sample` says how many characters make a token here.
    """
    if room.tokens < 1:
        return (), _missing(offered, set())
    sample = sample[:_SAMPLE]
    ratio = max(0.05, (room.cost.text(sample) or 1) / max(1, len(sample)))
    ratio = ratio if len(sample) >= _SAMPLE // 10 else 0.4
    most = room.tokens / ratio
    best: list[Snippet] = []
    snippets: list[Snippet] = []
    most_spent = 0
    for _ in range(_MOST_TRIES):
        files, is_all = _taken(offered, room, most)
        while kept_back := {path for path in files if not room.passes(path)}:
            offered = [offer for offer in offered if offer.path not in kept_back]
            files, is_all = _taken(offered, room, most)
        snippets = _snippets(files, room)
        spent = _spent(snippets, room)
        over = spent > room.tokens
        if not over and spent > most_spent:
            best, most_spent = snippets, spent
        if not over and (is_all or spent >= room.tokens * _FULL_ENOUGH):
            break
        grown = room.tokens / spent if spent else 2.0
        most *= min(2.0, grown * (0.99 if grown < 1 else 0.97))
    best = best or _dropped(snippets, room)
    return tuple(best), _missing(offered, {item.path for item in best})


def _spent(snippets: Sequence[Snippet], room: Room) -> int:
    return sum(room.memo.count(room.cost, item.path, item.text) for item in snippets)


def _dropped(snippets: Sequence[Snippet], room: Room) -> list[Snippet]:
    """As many snippets as fit, without the least relevant ones."""
    kept: list[Snippet] = []
    left = room.tokens
    for item in snippets:
        cost = room.memo.count(room.cost, item.path, item.text)
        if cost <= left:
            kept.append(item)
            left -= cost
    return kept


def _taken(offered: Sequence[Offer], room: Room, most: float) -> tuple[dict[str, _File], bool]:
    """What is shown of each file if `most` characters fit, and whether that is everything."""
    files: dict[str, _File] = {}
    left = most
    is_all = True
    for offer in offered:
        if left < _LEAST_CHARS:
            return files, False
        known = files.get(offer.path)
        source = known.source if known else room.source(offer.path)
        if source is None:
            continue
        file = known or _File(source, offer)
        header = 0 if known else len(offer.path) + 8
        added = _added(file, offer, room) + header
        if offer.share < 1 and added > offer.share * most:
            continue
        if added > left and (less := _least(file, offer, left - header)) is not None:
            offer, added = less, _added(file, less, room) + header  # noqa: PLW2901 -- the same, less
        if added > left:
            is_all = False
        elif added > header:
            left -= added
            _take(file, offer, added)
            files[offer.path] = file
    return files, is_all


def _least(file: _File, offer: Offer, left: float) -> Offer | None:
    """As much of a type as fits where there is no room for what was offered."""
    if offer.at < 0 or file.source.definitions[offer.at].kind not in CONTAINERS:
        return None
    level = offer.level
    while level in _LESS:
        level = _LESS[level]
        if _grown(file, offer.at, level) <= left:
            return offer._replace(level=level)
    return None


def _added(file: _File, offer: Offer, room: Room) -> int:
    """How many characters more a file takes with an offer."""
    if file.whole is not None and file.whole.level == o.FULL:
        return 0
    if offer.level == o.FULL:
        return max(0, len(file.source.text) - file.chars)
    if offer.level == o.NOTE:
        return 0 if offer.note in file.notes else len(offer.note) + 4
    if offer.level in {o.USES, o.HEAD}:
        return len(_extract(file.source, offer, room)) if not file.chars else 0
    if offer.at < 0:
        return max(0, _whole_size(file.source, offer) - file.chars)
    return _grown(file, offer.at, offer.level)


def _whole_size(source: Source, offer: Offer) -> int:
    sizes, key = source.sizes, (-1, offer.level)
    if key not in sizes:
        sizes[key] = len(forms.render(source, _whole(source, offer)))
    return sizes[key]


def _whole(source: Source, offer: Offer) -> dict[int, int]:
    """The definitions that an offer of a whole file shows."""
    if offer.level == o.OUTLINE:
        return dict.fromkeys(source.outermost, forms.DOCUMENTED)
    return dict.fromkeys(source.roster, forms.FEW) if offer.level == o.ROSTER else {}


def _grown(file: _File, at: int, level: int) -> int:
    """How many characters more a definition takes at a level than as it is shown."""
    shown = _shown(file, at)
    if level <= shown:
        return 0
    parent = file.source.definitions[at].parent
    size = _size(file.source, at, level) - (_size(file.source, at, shown) if shown else 0)
    if parent >= 0 and not shown:
        is_open = parent in file.levels or any(
            file.source.definitions[each].parent == parent for each in file.levels
        )
        size -= _size(file.source, parent, forms.LINE) if is_open else 0
    return max(0, size)


def _shown(file: _File, at: int) -> int:
    """The level at which a definition is shown, on its own or with what it stands in."""
    level = file.levels.get(at, 0)
    parent = file.source.definitions[at].parent
    while parent >= 0:
        outer = file.levels.get(parent, 0)
        if outer >= forms.SIGNATURES and (
            outer == forms.BODY or file.source.definitions[parent].kind in CONTAINERS
        ):
            level = max(level, outer)
        parent = file.source.definitions[parent].parent
    return level


def _size(source: Source, at: int, level: int) -> int:
    sizes, key = source.sizes, (at, level)
    if key not in sizes:
        sizes[key] = len(forms.piece(source, at, level))
    return sizes[key]


def _take(file: _File, offer: Offer, added: int) -> None:
    if offer.level in {o.FULL, o.USES, o.HEAD}:
        if file.whole is None or offer.level == o.FULL:
            file.whole = offer
    elif offer.level == o.NOTE:
        file.notes.append(offer.note)
    else:
        shown = {offer.at: offer.level} if offer.at >= 0 else _whole(file.source, offer)
        levels = file.levels
        if not levels:
            levels.update(shown)
            shown = {}
        for at, level in shown.items():
            if level > levels.get(at, 0):
                levels[at] = level
    file.chars += added


def _snippets(files: dict[str, _File], room: Room) -> list[Snippet]:
    found: list[Snippet] = []
    for file in files.values():
        text = _text(file, room)
        if text and not text.isspace():
            first = file.first
            text = text if text.endswith("\n") else text + "\n"
            found.append(
                Snippet(first.path, text, _form(file, text), first.reason, None, len(found))
            )
    return found


def _text(file: _File, room: Room) -> str:
    whole, notes = file.whole, file.notes
    if whole is not None and whole.level == o.FULL:
        return forms.whole(file.source)
    if whole is not None and not file.levels:
        return _extract(file.source, whole, room) + forms.render(file.source, {}, notes)
    facts = file.source.facts
    key = ("text", facts.path, facts.digest, frozenset(file.levels.items()), tuple(notes))
    text: str = room.memo.about(key, lambda: forms.render(file.source, file.levels, notes))
    return text


def _extract(source: Source, offer: Offer, room: Room) -> str:
    if offer.level == o.HEAD:
        return "".join(source.rows[:_HEAD_LINES])
    key = ("uses", source.facts.path, source.facts.digest, offer.names)
    text: str = room.memo.about(key, lambda: forms.uses(source, offer.names))
    return text


def _form(file: _File, text: str) -> Form:
    # A stripped copy of every text would take longer than all the rest of a snippet.
    is_all = len(text) >= len(file.source.stripped) and text.rstrip() == file.source.stripped
    if is_all:
        return "full"
    if file.whole is not None and (file.whole.level == o.FULL or not file.levels):
        return "full" if file.whole.level == o.FULL else "excerpt"
    return "excerpt" if forms.BODY in file.levels.values() else "skeleton"


def _missing(offered: Sequence[Offer], shown: set[str]) -> tuple[LeftOut, ...]:
    left: dict[str, LeftOut] = {}
    for offer in offered:
        if offer.is_close and offer.path not in shown and offer.path not in left:
            left[offer.path] = LeftOut(offer.path, f"no room in the budget; {offer.reason}")
    return tuple(left.values())[:_MOST_LEFT_OUT]
