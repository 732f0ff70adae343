"""Candidates for the next token as rows of numbers, for the scorer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import CLOSER, ELSE, KIND_OF_CLASS, LINE_BREAK
from inference.ngram.counts import N_GROUPS, N_LEVELS
from inference.ngram.lexer import DEEPER, OUTER, SAME
from inference.ngram.names import N_DESCRIBED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.evidence import Evidence
    from inference.ngram.situation import Situation

N_COUNTS = N_GROUPS * N_LEVELS
_N_SAME = 4
_DESCRIBED = slice(N_COUNTS, N_COUNTS + N_DESCRIBED)
_BLANK = _DESCRIBED.stop
_SAME = slice(_BLANK + 1, _BLANK + 1 + _N_SAME)
_ON_LINE = _SAME.stop
_ENDS = _ON_LINE + 1
N_DENSE = _ENDS + 8
N_SHARED = N_COUNTS + 10
_PRIOR = 0.1


@dataclass(frozen=True, slots=True)
class Table:
    """One row a candidate, and a last one for "something else".

    Attributes:
        dense: numbers of each candidate.
        classes: the class of each candidate.
        shared: numbers that are the same for all.
        around: classes of the last token, of the one before and of the line's first.
    """

    dense: NDArray[np.float32]
    classes: NDArray[np.int8]
    shared: NDArray[np.float32]
    around: tuple[int, int, int]


def tabulate(
    evidence: Evidence,
    situation: Situation,
    context: NDArray[np.int32],
    open_: tuple[str, ...],
    quote: str,
    step: int,
) -> Table:
    """The evidence as numbers; `context` is newest first, `step` counts from the cursor."""
    keys = evidence.keys
    n = keys.size
    tokens = keys >> 1
    totals = evidence.totals.ravel()
    classes = np.full(n + 1, ELSE, np.int8)
    classes[:n] = situation.classes[tokens]
    dense = np.zeros((n + 1, N_DENSE), np.float32)
    _fill_odds(dense, evidence.counts.reshape(N_COUNTS, n), totals)
    dense[:n, _DESCRIBED] = situation.describe(tokens)
    dense[:n, _BLANK] = keys & 1
    same = tokens[:, None] == context
    dense[:n, _SAME] = same[:, :_N_SAME]
    dense[:n, _ON_LINE] = same.any(axis=1)
    _fill_ends(dense[:n], keys, classes[:n], situation, open_, quote)
    first = int(situation.line[0]) if situation.line.size else int(context[0])
    around = situation.classes[[int(context[0]), int(context[1]), first]].tolist()
    shared = _shared(totals, situation, len(open_), quote, step)
    return Table(dense, classes, shared, (around[0], around[1], around[2]))


def _fill_odds(
    dense: NDArray[np.float32], counts: NDArray[np.float64], totals: NDArray[np.float64]
) -> None:
    """The log odds of each candidate in each group and level; 0 where nothing was seen."""
    seen = np.flatnonzero(totals)
    odds = np.zeros((seen.size, counts.shape[1] + 1))
    odds[:, :-1] = counts[seen]
    odds = (odds + _PRIOR) / (np.maximum(totals[seen, None] - odds, 0) + _PRIOR)
    dense[:, seen] = (np.log(odds) * 0.3).T


def _fill_ends(
    dense: NDArray[np.float32],
    keys: NDArray[np.int64],
    classes: NDArray[np.int8],
    situation: Situation,
    open_: tuple[str, ...],
    quote: str,
) -> None:
    """What closing a string or bracket or ending the line would mean here."""
    tokens, kind = keys >> 1, KIND_OF_CLASS[classes]
    ends = kind == LINE_BREAK
    dense[:, _ENDS + 7] = ends & (tokens != situation.line_break)
    if quote:
        dense[:, _ENDS] = tokens == situation.find(quote)
        dense[:, _ENDS + 1] = ends
        return
    depth, needed = len(open_), situation.needed
    fits = tokens == situation.closer(open_)
    dense[:, _ENDS + 2] = fits & (depth > needed)
    dense[:, _ENDS + 3] = fits & (depth <= needed)
    dense[:, _ENDS + 4] = (kind == CLOSER) & ~fits
    dense[:, _ENDS + 5] = ends & (depth > needed)
    dense[:, _ENDS + 6] = ends & (depth < needed)


def _shared(
    totals: NDArray[np.float64], situation: Situation, depth: int, quote: str, step: int
) -> NDArray[np.float32]:
    shared = np.empty(N_SHARED, np.float32)
    shared[:N_COUNTS] = np.log1p(totals) * 0.2
    shared[N_COUNTS:] = (
        step == 0,
        min(step, 10) * 0.1,
        bool(quote),
        min(depth, 3) * 0.3,
        depth > situation.needed,
        depth < situation.needed,
        situation.line_break == SAME,
        situation.line_break == DEEPER,
        situation.line_break == OUTER,
        situation.line_break < 0,
    )
    return shared
