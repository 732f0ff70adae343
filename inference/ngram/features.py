"""Candidates for the next token as rows of numbers, for the scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.evidence import N_GROUPS, N_LEVELS
from inference.ngram.situation import KINDS, N_STATIC, QUOTE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.evidence import Evidence
    from inference.ngram.situation import Situation

N_COUNTS = N_GROUPS * N_LEVELS
N_STATE = 10
N_FEATURES = 2 * N_COUNTS + KINDS + N_STATIC + 8 + KINDS + N_STATE
_PRIOR = 0.1


def rows(
    evidence: Evidence,
    situation: Situation,
    open_: tuple[str, ...],
    quote: str,
    last: int,
    step: int,
) -> NDArray[np.float32]:
    """One row a candidate, and a last one for "something else"."""
    keys = evidence.keys
    n = keys.size
    table = np.zeros((n + 1, N_FEATURES), np.float32)
    counts = evidence.counts.reshape(N_COUNTS, n)
    totals = evidence.totals.reshape(N_COUNTS)[:, None]
    seen = (totals > 0).astype(np.float32)
    table[:n, :N_COUNTS] = (
        np.log((counts + _PRIOR) / (np.maximum(totals - counts, 0) + _PRIOR)) * seen * 0.3
    ).T
    table[n, :N_COUNTS] = (np.log(_PRIOR / (totals + _PRIOR)) * seen * 0.3)[:, 0]
    table[:, N_COUNTS : 2 * N_COUNTS] = np.log1p(totals[:, 0]) * 0.2
    at = 2 * N_COUNTS
    tokens = keys >> 1
    kind = situation.kinds(tokens)
    table[np.arange(n), at + kind] = 1
    table[n, at + KINDS - 1] = 1
    at += KINDS
    table[:n, at : at + N_STATIC] = situation.static(tokens)
    at += N_STATIC
    table[:n, at] = keys & 1
    depth, needed = len(open_), situation.needed
    ends = (kind == 6) | (kind == 7)
    closes = kind == 2
    fits = tokens == situation.closer(open_)
    if quote:
        table[:n, at + 1] = (kind == QUOTE) & (tokens == situation.find(quote))
        table[:n, at + 2] = ends
    else:
        table[:n, at + 3] = fits & (depth > needed)
        table[:n, at + 4] = fits & (depth <= needed)
        table[:n, at + 5] = closes & ~fits
        table[:n, at + 6] = ends & (depth > needed)
        table[:n, at + 7] = ends & (depth < needed)
    at += 8
    table[:, at + int(situation.kinds(np.array([last]))[0])] = 1
    at += KINDS
    table[:, at] = step == 0
    table[:, at + 1] = min(step, 10) * 0.1
    table[:, at + 2] = bool(quote)
    table[:, at + 3] = min(depth, 3) * 0.3
    table[:, at + 4] = depth > needed
    table[:, at + 5] = depth < needed
    table[:, at + 6] = situation.line_break == 1
    table[:, at + 7] = situation.line_break == 2
    table[:, at + 8] = situation.line_break == 3
    table[:, at + 9] = 1
    return table
