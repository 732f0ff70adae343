"""From one selection to the next: what stays at the head of the prompt, and what comes behind.

A prompt is read anew from its first character that differs. So of the snippets that stand
there the longest beginning stays, byte for byte, that leaves room for what a new place
needs and they don't show; that comes behind them. Dependencies stand first among what was
chosen at once; a dependency found later stands behind what imports it, as putting it in
its place would mean to read all of that again.

Where the prompt's format lets files stand behind the document, what is missing while
somebody works in one place comes there, and nothing in front of the document moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.selection.fit import LEAST_CHARS, fit, taken_of, taken_of_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.selection.fit import Room
    from context.selection.offers import Offer
    from context.selection.shown import Chosen

# What matters of a choice: so many tokens of it and a share of the room, or all but a
# quarter of a small room. Measured by `tests/bench/recall_walk.py`: more is read again at
# every leap and finds no more, less loses members.
_MATTERS_TOKENS, _MATTERS_SHARE = 1_500, 0.05
_MATTERS_AT_MOST = 0.75
# By so much the guess of what a text costs may be too low.
_MARGIN = 1.05
# Where that wasn't enough, so much of what stood there is tried next.
_FEWER = 0.75


class Carried(NamedTuple):
    """How many of the snippets stay, from the first on, and those that come behind, by rank."""

    n_kept: int
    added: tuple[Chosen, ...]


class _Split(NamedTuple):
    """So many snippets stay, take so many tokens, and lack about so many characters."""

    n_kept: int
    tokens: int
    lacking: int


def carry(offered: Sequence[Offer], room: Room, ratio: float, stood: Sequence[Chosen]) -> Carried:
    """The selection that begins as the last one did and shows all that matters now.

    Where something stays, nothing that matters is missing; where that can't be, nothing
    stays, and the choice is what it would be without a last one.

    Args:
        offered: what bears on the place, the most relevant first.
        room: for all snippets together, those that stay among them.
        ratio: how many tokens a character makes here.
        stood: the last selection's snippets, as far as they are still true.
    """
    wanted = _what_matters(offered, room, ratio, _matter_at_a_leap(room)) if stood else []
    split = _longest(wanted, room, ratio, stood)
    while split.n_kept:
        kept = stood[: split.n_kept]
        if split.n_kept == len(stood) and not split.lacking:
            return Carried(split.n_kept, ())
        rest = room._replace(tokens=room.tokens - split.tokens, kept=kept)
        fitted = fit([*wanted, *offered], rest, ratio)
        if fitted.most_chars >= split.lacking + LEAST_CHARS:
            return Carried(split.n_kept, fitted.chosen)
        split = _longest(wanted, room, ratio, kept[: int(_FEWER * len(kept))])
    return Carried(0, fit(offered, room, ratio).chosen)


def append(
    offered: Sequence[Offer],
    room: Room,
    ratio: float,
    stood: Sequence[Chosen],
    n_front: int,
    *,
    needs_all: bool = False,
) -> Carried | None:
    """The selection with what is missing behind the first `n_front`, all of which stay.

    Of what came so before, the longest beginning stays that leaves room for it. None
    where all is needed and lacks room.

    Args:
        offered: what bears on the place, the most relevant first.
        room: for those behind the first `n_front`.
        ratio: how many tokens a character makes here.
        stood: the last selection's snippets.
        n_front: how many of them stay whatever is missing.
        needs_all: nobody is typing, so that all that matters at a leap has to find room.
    """
    whole = room._replace(tokens=room.tokens + sum(item.tokens for item in stood[:n_front]))
    matter = _matter_at_a_leap(whole)
    least = matter if needs_all else min(matter, room.tokens)
    wanted, split, fits = _missing(offered, whole, ratio, stood, n_front, matter)
    while split.lacking and not fits and matter > least:
        matter = max(least, matter * _FEWER)
        wanted, split, fits = _missing(offered, whole, ratio, stood, n_front, matter)
    if not split.lacking:
        return Carried(len(stood), ())
    if needs_all and not fits:
        return None
    rest = whole._replace(tokens=whole.tokens - split.tokens, kept=stood[: split.n_kept])
    added = fit(wanted, rest, ratio).chosen
    return Carried(split.n_kept if added else len(stood), added)


def _missing(
    offered: Sequence[Offer],
    whole: Room,
    ratio: float,
    stood: Sequence[Chosen],
    n_front: int,
    matter: float,
) -> tuple[list[Offer], _Split, bool]:
    """What matters, what of it these snippets lack, and whether there is room for that."""
    wanted = _what_matters(offered, whole, ratio, matter)
    split = _longest(wanted, whole, ratio, stood, n_front)
    return wanted, split, split.tokens + split.lacking * ratio * _MARGIN <= whole.tokens


def _matter_at_a_leap(room: Room) -> float:
    return min(_MATTERS_AT_MOST * room.tokens, _MATTERS_TOKENS + _MATTERS_SHARE * room.tokens)


def _what_matters(offered: Sequence[Offer], room: Room, ratio: float, tokens: float) -> list[Offer]:
    """The first part, of so many tokens, of what would be chosen here without a last selection."""
    left = tokens / ratio
    wanted: list[Offer] = []
    for offer, n_chars in taken_of(offered, room, room.tokens / ratio).offers:
        left -= n_chars
        if left < 0:
            break
        wanted.append(offer._replace(share=1.0))
    return wanted


def _longest(
    wanted: Sequence[Offer], room: Room, ratio: float, stood: Sequence[Chosen], n_least: int = 0
) -> _Split:
    """The longest beginning that is guessed to leave room for what it lacks, or the least one."""
    by_path: dict[str, list[Offer]] = {}
    for offer in wanted:
        by_path.setdefault(offer.path, []).append(offer)
    lacking = {path: _lacking(offers, room, stood) for path, offers in by_path.items()}
    n_kept, tokens = len(stood), sum(item.tokens for item in stood)
    while n_kept > n_least and tokens + sum(lacking.values()) * ratio * _MARGIN > room.tokens:
        n_kept -= 1
        dropped = stood[n_kept]
        tokens -= dropped.tokens
        path = dropped.snippet.path
        if path in by_path:
            lacking[path] = _lacking(by_path[path], room, stood[:n_kept])
    return _Split(n_kept, tokens, sum(lacking.values()))


def _lacking(offers: Sequence[Offer], room: Room, kept: Sequence[Chosen]) -> int:
    """How many characters it takes to show what these snippets don't."""
    return taken_of_any(offers, room._replace(kept=kept)).chars
