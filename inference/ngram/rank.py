"""Whole fillings as rows of numbers, for the judge of whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import NAME, kinds
from inference.ngram.lexer import N_RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inference.ngram.search import Filling
    from inference.ngram.situation import Situation

N_RANK = 43
N_AROUND = 4
_LINE = 200


def judge_rows(
    situation: Situation, fillings: Sequence[Filling]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """One row a filling, and four classes: the cursor's, the line's first, the filling's ends."""
    best = max(filling.logprob for filling in fillings)
    weights = np.exp([filling.logprob for filling in fillings])
    rows = [
        _row(situation, filling, best, float(share), rank, len(fillings))
        for rank, (filling, share) in enumerate(zip(fillings, weights / weights.sum(), strict=True))
    ]
    classes = [_classes(situation, filling) for filling in fillings]
    return np.array(rows, np.float32), np.array(classes, np.int64)


def _classes(situation: Situation, filling: Filling) -> tuple[int, int, int, int]:
    cursor = int(situation.ids[situation.focus - 1])
    first = int(situation.line[0]) if situation.line.size else cursor
    start = filling.keys[0] >> 1 if filling.keys else 0
    end = filling.keys[-1] >> 1 if filling.keys else 0
    classes = situation.classes
    return int(classes[cursor]), int(classes[first]), int(classes[start]), int(classes[end])


def _row(
    situation: Situation, filling: Filling, best: float, share: float, rank: int, n: int
) -> list[float]:
    logprobs = filling.logprobs
    tokens = np.array(filling.keys, np.int64) >> 1
    names = tokens[kinds(situation.classes[tokens]) == NAME]
    described = situation.describe(names)
    unseen = int(((described[:, 0] == 0) & (described[:, 2] == 0)).sum())
    awaited = int(described[:, 6].sum())
    soon = int(described[:, 7].sum())
    line = [*situation.line.tolist(), *tokens.tolist()]
    size = len(tokens)
    state = filling.state
    return [
        filling.logprob * 0.3,
        max(filling.logprob, -1.0),
        filling.logprob - best,
        share,
        share * share,
        rank == 0,
        min(rank, 5) * 0.2,
        n * 0.1,
        filling.logprob / (size + 1),
        min(logprobs),
        logprobs[0],
        logprobs[-1],
        size == 0,
        size == 1,
        min(size, 20) * 0.1,
        np.log1p(size),
        unseen,
        awaited,
        soon,
        names.size * 0.2,
        len(set(names.tolist())) < names.size,
        line == _line_at(situation, situation.focus + 2),
        line == _line_above(situation),
        len(state.open) != situation.needed,
        bool(state.quote),
        bool(situation.quote),
        situation.line_break < 0,
        *(np.log1p(filling.support).ravel() * 0.5),
    ]


def _line_at(situation: Situation, at: int) -> list[int]:
    end = at + int(situation.to_end[at]) if at < situation.to_end.size else at
    line: list[int] = situation.ids[at:end].tolist()
    return line


def _line_above(situation: Situation) -> list[int]:
    start = situation.focus - situation.line.size - 1
    before: list[int] = situation.ids[max(0, start - _LINE) : start].tolist()[::-1]
    size = next((at for at, token in enumerate(before) if token < N_RESERVED), len(before))
    return before[:size][::-1]
