"""What could come next: the tokens that followed similar contexts, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import KIND_OF_CLASS, NAME, NUMBER
from inference.ngram.counts import (
    AHEAD,
    BUFFER,
    CLOSE,
    FOLDER,
    LEVEL,
    N_COUNTED,
    N_GROUPS,
    N_LEVELS,
    REPOSITORY,
    SHAPE,
    SHAPE_CLASS,
    SHAPE_LEVEL,
    SKIP,
    SKIP_BUFFER,
    Pile,
)
from inference.ngram.stores import NOTHING, Matches, agreement, join

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.situation import Situation
    from inference.ngram.sources import Sources

_CLOSE_BY = 300
_N_SHAPES = 96
_N_CLASSES = 128
_BELOW = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Positions in each stream that share a context's last tokens.

    Attributes:
        buffer: in the buffer.
        stored: in the folder and the whole repository, both in the repository's stream.
        group: which of the two each stored position was found in.
    """

    buffer: Matches
    stored: Matches
    group: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates for the next token and how often each was seen.

    Attributes:
        keys: twice the token's number plus the blank before it.
        counts: groups x levels x candidates.
        totals: groups x levels, candidates that were dropped included.
        found: what it was drawn from; the next step's contexts grow out of it.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.float64]
    totals: NDArray[np.float64]
    found: Found


def look_up(situation: Situation, sources: Sources, context: NDArray[np.int32]) -> Found:
    """Positions that share the end of a context, given newest first."""
    buffer = situation.buffer.find(context)
    far = sources.visible(sources.far.find(context))
    if sources.folder is None:
        return Found(buffer, far, np.full(far.at.size, REPOSITORY))
    folder = sources.folder.find(context)
    group = np.repeat((FOLDER, REPOSITORY), (folder.at.size, far.at.size))
    return Found(buffer, join(folder, far), group)


def gather(
    situation: Situation,
    sources: Sources,
    context: NDArray[np.int32],
    parent: Found | None,
    *,
    first: bool,
) -> Evidence:
    """The evidence for what follows `context`, newest first.

    `first` asks for what goes on from the cursor: only what fits the blank or
    the beginning of a word that has been typed. `parent` is what was found for
    the context without its newest token: where that is a name or number never
    met here, the positions at which another one stood in its place still tell
    what follows.
    """
    pile = Pile()
    found = look_up(situation, sources, context)
    _pile_buffer(pile, situation, found.buffer)
    _pile_stored(pile, situation, sources, found)
    kind = int(KIND_OF_CLASS[situation.classes[context[0]]])
    if kind in (NAME, NUMBER):
        parent = parent or look_up(situation, sources, context[1:])
        _pile_skipped(pile, situation, sources, parent, (int(context[0]), kind))
    shapes = _shapes(situation, context)
    cells = SHAPE_LEVEL[shapes.length] + SHAPE * N_LEVELS
    pile.add(situation.keys[shapes.at], cells, shapes.weight)
    keys, counts, totals = pile.count(situation if first else None)
    fresh = _unseen(situation, keys, first=first)
    every = np.zeros((N_GROUPS, N_LEVELS, keys.size + fresh.size))
    every[:N_COUNTED, :, : keys.size] = counts
    sums = np.zeros((N_GROUPS, N_LEVELS))
    sums[:N_COUNTED] = totals
    keys = np.concatenate((keys, fresh))
    if shapes.at.size:
        _count_classes(situation, shapes, keys, every, sums)
    return Evidence(keys, every, sums, found)


def _pile_buffer(pile: Pile, situation: Situation, found: Matches) -> None:
    keys, levels = situation.keys[found.at], LEVEL[found.length]
    cells = levels
    if situation.end < situation.ids.size:
        cells = levels + np.where(found.at < situation.end, BUFFER, REPOSITORY) * N_LEVELS
    pile.add(keys, cells, found.weight)
    near = np.flatnonzero(np.abs(found.at - situation.focus) < _CLOSE_BY)
    pile.add(keys[near], levels[near] + CLOSE * N_LEVELS, found.weight[near])
    ahead = _ahead(situation, found.at, situation.ids, situation.to_end)
    pile.add(keys[ahead], levels[ahead] + AHEAD * N_LEVELS, found.weight[ahead])


def _pile_stored(pile: Pile, situation: Situation, sources: Sources, found: Found) -> None:
    stored = found.stored
    keys, levels = sources.far.keys(stored.at), LEVEL[stored.length]
    pile.add(keys, levels + found.group * N_LEVELS, stored.weight)
    ahead = _ahead(situation, stored.at, sources.far.ids, sources.to_end)
    pile.add(keys[ahead], levels[ahead] + AHEAD * N_LEVELS, stored.weight[ahead])


def _pile_skipped(
    pile: Pile, situation: Situation, sources: Sources, parent: Found, last: tuple[int, int]
) -> None:
    """What followed where another name or number stood in place of the last token."""
    found = parent.buffer.only(_other(situation.ids[parent.buffer.at], situation.classes, last))
    cells = LEVEL[found.length] + SKIP_BUFFER * N_LEVELS
    pile.add(situation.keys[found.at + 1], cells, found.weight)
    found = parent.stored.only(_other(sources.far.ids[parent.stored.at], sources.classes, last))
    cells = LEVEL[found.length] + SKIP * N_LEVELS
    pile.add(sources.far.keys(found.at + 1), cells, found.weight)


def _other(
    ids: NDArray[np.int32], classes: NDArray[np.int8], last: tuple[int, int]
) -> NDArray[np.int64]:
    token, kind = last
    return np.flatnonzero((KIND_OF_CLASS[classes[ids]] == kind) & (ids != token))


def _ahead(
    situation: Situation,
    at: NDArray[np.int64],
    ids: NDArray[np.int32],
    to_end: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Which of the positions have a next line that starts as the one below the cursor does."""
    wanted = situation.below
    if wanted.size < _BELOW or not at.size:
        return NOTHING.at
    ends = np.minimum(at + to_end[at], ids.size - _BELOW)
    fits = np.flatnonzero(ids[ends + 2] == wanted[2])
    ends = ends[fits]
    return fits[np.flatnonzero((ids[ends + 1] == wanted[1]) & (ids[ends] == wanted[0]))]


def _shapes(situation: Situation, context: NDArray[np.int32]) -> Matches:
    """Positions of the buffer before which at least four tokens have the context's classes."""
    shapes, origin = situation.shapes, situation.shape_origin
    wanted = situation.classes[context]
    at = np.flatnonzero(shapes[:-1] == wanted[0]) + 1
    for back in (1, 2, 3):
        at = at[shapes[at - back - 1] == wanted[back]]
        if not at.size:
            return NOTHING
    if at.size > _N_SHAPES:
        middle = int(at.searchsorted(situation.focus - origin))
        start = max(0, min(middle - _N_SHAPES // 2, at.size - _N_SHAPES))
        at = at[start : start + _N_SHAPES]
    at = at[at != situation.focus - origin]
    return Matches(at + origin, agreement(shapes, at, wanted), np.ones(at.size))


def _count_classes(
    situation: Situation,
    shapes: Matches,
    keys: NDArray[np.int64],
    every: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Of the positions with the same shape, how many go on with each candidate's class."""
    following = situation.classes[situation.ids[shapes.at]].astype(np.int64)
    cells = following * N_LEVELS + SHAPE_LEVEL[shapes.length]
    flat = np.bincount(cells, minlength=_N_CLASSES * N_LEVELS).reshape(_N_CLASSES, N_LEVELS)
    table = flat[:, ::-1].cumsum(axis=1)[:, ::-1]
    every[SHAPE_CLASS] = table[situation.classes[keys >> 1]].T
    sums[SHAPE_CLASS] = table.sum(axis=0)


def _unseen(situation: Situation, keys: NDArray[np.int64], *, first: bool) -> NDArray[np.int64]:
    """Candidates that were never seen here: names around the cursor, and what ends or closes."""
    known = set(keys.tolist())
    names = keys[KIND_OF_CLASS[situation.classes[keys >> 1]] == NAME]
    blank = int((names & 1).sum() * 2 > names.size)
    if first and situation.blank >= 0:
        blank = situation.blank
    more = [*(situation.names * 2 + blank).tolist(), *situation.closers]
    fresh = np.array([key for key in more if key not in known], np.int64)
    return fresh[situation.fits(fresh)] if first and fresh.size else fresh
