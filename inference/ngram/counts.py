"""Observed tokens, counted by where they were seen and how much of the context agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.stores import LONGEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.situation import Situation

THRESHOLDS = (1, 2, 3, 4, 6, 9)
"""Counts are kept of positions that share at least so many tokens."""
SHAPE_THRESHOLDS = (4, 5, 6, 7, 9, 11)
"""The same for positions that share classes of tokens."""
N_LEVELS = 6
BUFFER, CLOSE, FOLDER, REPOSITORY, SKIP_BUFFER, SKIP, SHAPE, AHEAD, SHAPE_CLASS = range(9)
"""Groups: the buffer, its part around the cursor, the folder, the repository; with another
name in place of the last one, in the buffer and elsewhere; with the same classes of tokens; with
the same line below; and, of those with the same classes, the class that followed."""
N_GROUPS = 9
N_COUNTED = 8
_SPAN = np.arange(LONGEST + 1)
LEVEL = np.searchsorted(THRESHOLDS, _SPAN, side="right") - 1
SHAPE_LEVEL = np.searchsorted(SHAPE_THRESHOLDS, _SPAN, side="right") - 1
_KEPT = 26
_TRUST = np.outer((3.0, 4.0, 2.0, 1.0, 1.0, 0.5, 0.5, 3.0), (0.05, 0.3, 0.8, 1.5, 3.0, 5.0)).ravel()
"""What a group and level is worth when the candidates are narrowed down to the most likely."""


class Pile:
    """Observed keys, each with its group, level and weight."""

    __slots__ = ("_cells", "_keys", "_weights")

    def __init__(self) -> None:
        self._keys: list[NDArray[np.int32]] = []
        self._cells: list[NDArray[np.int64]] = []
        self._weights: list[NDArray[np.float64]] = []

    def add(
        self, keys: NDArray[np.int32], cells: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> None:
        """Put observations on the pile; a cell is group * `N_LEVELS` + level."""
        self._keys.append(keys)
        self._cells.append(cells)
        self._weights.append(weights)

    def count(
        self, situation: Situation | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """The best-supported keys, sorted; their counts by group and level; and all totals.

        Keys that don't fit the situation, where one is given, count in the totals only.
        """
        keys, cells = np.concatenate(self._keys), np.concatenate(self._cells)
        weights = np.concatenate(self._weights)
        order = keys.argsort()
        keys, cells, weights = keys[order], cells[order], weights[order]
        fresh = np.ones(keys.size, np.bool_)
        fresh[1:] = keys[1:] != keys[:-1]
        unique, inverse = keys[fresh].astype(np.int64), fresh.cumsum() - 1
        totals = _sum_up(np.bincount(cells, weights, N_COUNTED * N_LEVELS), 1)[:, :, 0]
        fits = np.arange(unique.size) if situation is None else situation.fits(unique)
        if fits.size > _KEPT or fits.size < unique.size:
            worth = (_TRUST / (totals.ravel() + 0.5))[cells]
            votes = np.bincount(inverse, weights * worth, unique.size)
            best = np.sort(fits[np.argsort(-votes[fits], kind="stable")[:_KEPT]])
            rank = np.full(unique.size, -1)
            rank[best] = np.arange(best.size)
            kept = np.flatnonzero(rank[inverse] >= 0)
            unique, inverse = unique[best], rank[inverse[kept]]
            cells, weights = cells[kept], weights[kept]
        n = unique.size
        flat = np.bincount(cells * n + inverse, weights, N_COUNTED * N_LEVELS * n)
        return unique, _sum_up(flat, n), totals


def _sum_up(flat: NDArray[np.intp] | NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Counts of exactly a level, as counts of at least that level."""
    counts = flat.astype(np.float64, copy=False).reshape(N_COUNTED, N_LEVELS, n)
    return counts[:, ::-1].cumsum(axis=1)[:, ::-1]
