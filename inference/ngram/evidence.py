"""What could come next: the tokens that followed similar contexts, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.lexer import N_RESERVED
from inference.ngram.stores import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inference.ngram.situation import Situation
    from inference.ngram.stores import Far, Near

THRESHOLDS = (1, 2, 3, 4, 6, 9)
"""Counts are kept of positions that share at least so many tokens."""
N_LEVELS = len(THRESHOLDS)
N_GROUPS = 4
"""The whole buffer, the buffer around the cursor, the folder, the repository."""
_LEVEL = np.searchsorted(THRESHOLDS, np.arange(LONGEST + 1), side="right") - 1
_CLOSE = 300
_KEPT = 36
_VOTES = np.outer((3.0, 4.0, 2.0, 1.0), (0.05, 0.3, 0.8, 1.5, 3.0, 5.0)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where contexts are looked up besides the buffer; `hide` is the buffer's saved version."""

    siblings: Near | None
    far: Far | None
    hide: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates for the next token and how often each was seen.

    Attributes:
        keys: twice the token's number plus the blank before it.
        counts: groups x levels x candidates.
        totals: groups x levels, candidates that were dropped included.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.float32]
    totals: NDArray[np.float32]


def gather(situation: Situation, sources: Sources, context: Sequence[int]) -> Evidence:
    """The evidence for what follows `context`."""
    keys: list[NDArray[np.int64]] = []
    cells: list[NDArray[np.int64]] = []
    weights: list[NDArray[np.float32]] = []

    buffer = situation.buffer
    found = buffer.find(context, 200)
    key = _keys(buffer, found.at)
    level = _LEVEL[found.length]
    near = np.abs(found.at - buffer.focus) < _CLOSE
    keys += [key, key[near]]
    cells += [level, level[near] + N_LEVELS]
    weights += [found.weight, found.weight[near]]
    if sources.siblings is not None:
        found = sources.siblings.find(context, 200)
        keys.append(_keys(sources.siblings, found.at))
        cells.append(_LEVEL[found.length] + 2 * N_LEVELS)
        weights.append(found.weight)
    if sources.far is not None:
        found = sources.far.find(context, 256, sources.hide)
        keys.append(_keys(sources.far, found.at))
        cells.append(_LEVEL[found.length] + 3 * N_LEVELS)
        weights.append(found.weight)
    unique, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    n = unique.size
    flat = np.bincount(
        np.concatenate(cells) * n + inverse,
        weights=np.concatenate(weights),
        minlength=N_GROUPS * N_LEVELS * n,
    )
    counts = flat.reshape(N_GROUPS, N_LEVELS, n)[:, ::-1].cumsum(axis=1)[:, ::-1]
    totals = counts.sum(axis=2)
    if n > _KEPT:
        votes = ((counts / (totals + 0.5)[:, :, None]) * _VOTES[:, :, None]).sum(axis=(0, 1))
        best = np.sort(np.argsort(-votes, kind="stable")[:_KEPT])
        unique, counts = unique[best], counts[:, :, best]
    return _with_names(situation, Evidence(unique, counts, totals))


def _keys(stream: Near | Far, at: NDArray[np.int64]) -> NDArray[np.int64]:
    return stream.ids[at].astype(np.int64) * 2 + stream.blanks[at]


def _with_names(situation: Situation, evidence: Evidence) -> Evidence:
    """The evidence with the names around the cursor as candidates that were never seen here."""
    known = set(evidence.keys.tolist())
    words = evidence.keys[situation.is_name(evidence.keys >> 1)]
    blank = 0
    if words.size:
        blank = int(np.bincount(words & 1, minlength=2).argmax())
    more = [2 * name + blank for name in situation.names]
    more += situation.closers
    fresh = [key for key in dict.fromkeys(more) if key not in known]
    if not fresh:
        return evidence
    counts = np.zeros((N_GROUPS, N_LEVELS, evidence.keys.size + len(fresh)))
    counts[:, :, : evidence.keys.size] = evidence.counts
    keys = np.concatenate((evidence.keys, np.array(fresh, np.int64)))
    return Evidence(keys, counts, evidence.totals)


def ends_line(key: int) -> bool:
    """Whether a candidate ends the line."""
    return key < 2 * N_RESERVED
