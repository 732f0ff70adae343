"""The score of each candidate: a small network over the evidence for it.

One hidden layer beside a direct, linear part. A linear mixture of n-gram
orders can't say "where a long context matched, forget the short ones"; the
hidden units can, as the gates of context-mixing compressors do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram import judge_weights, scorer_weights
from inference.ngram.classes import N_CLASSES
from inference.ngram.features import N_DENSE, N_SHARED
from inference.ngram.rank import N_AROUND, N_RANK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from inference.ngram.features import Table

    Floats = NDArray[np.float32]

_HIDDEN, _EMBEDDED, _JUDGES = (
    scorer_weights.N_HIDDEN,
    scorer_weights.N_EMBEDDED,
    judge_weights.N_HIDDEN,
)


@dataclass(frozen=True, slots=True)
class _Scorer:
    dense: Floats
    shared: Floats
    bias: Floats
    output: Floats
    direct: Floats
    candidate: Floats
    candidate_direct: Floats
    around: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class _Judge:
    rows: Floats
    bias: Floats
    output: Floats
    direct: Floats
    constant: np.float32
    classes: Floats


@cache
def _scorer() -> _Scorer:
    read = _reader(scorer_weights.NUMBERS)
    dense, shared = read(N_DENSE, _HIDDEN), read(N_SHARED, _HIDDEN)
    bias, output, direct = read(_HIDDEN), read(_HIDDEN), read(N_DENSE)
    classes = _classes()
    candidate = classes @ read(_EMBEDDED, _HIDDEN)
    around = tuple(classes @ read(_EMBEDDED, _HIDDEN) for _ in range(3))
    candidate_direct = classes @ read(_EMBEDDED)
    return _Scorer(
        dense,
        shared,
        bias,
        output,
        direct,
        candidate,
        candidate_direct,
        (around[0], around[1], around[2]),
    )


@cache
def _judge() -> _Judge:
    read = _reader(judge_weights.NUMBERS)
    size = N_RANK + N_AROUND * _EMBEDDED
    rows, bias, output = read(size, _JUDGES), read(_JUDGES), read(_JUDGES)
    return _Judge(rows, bias, output, read(size), read(1)[0], _classes())


@cache
def _classes() -> Floats:
    return _reader(scorer_weights.CLASSES)(N_CLASSES, _EMBEDDED)


def _reader(numbers: str) -> Callable[..., Floats]:
    """Takes arrays of given shapes off a text of thousandths, one after the other."""
    left = np.array(numbers.split(), np.float32) * np.float32(1e-3)
    at = 0

    def read(*shape: int) -> Floats:
        nonlocal at
        at += math.prod(shape)
        return left[at - math.prod(shape) : at].reshape(shape)

    return read


def score(table: Table) -> NDArray[np.float32]:
    """The log-probability of each row of a table, "something else" last."""
    w = _scorer()
    one, two, three = table.around
    shared = table.shared @ w.shared + w.around[0][one] + w.around[1][two] + w.around[2][three]
    hidden = table.dense @ w.dense + w.candidate[table.classes] + (shared + w.bias)
    direct = table.dense @ w.direct + w.candidate_direct[table.classes]
    logits = np.maximum(hidden, 0) @ w.output + direct
    logits -= logits.max()
    logprobs: NDArray[np.float32] = logits - np.log(np.exp(logits).sum())
    return logprobs


def judge(rows: NDArray[np.float32], around: NDArray[np.int64]) -> NDArray[np.float64]:
    """The probability of each whole filling; what is missing to 1 is that none is right."""
    w = _judge()
    table = np.concatenate((rows, w.classes[around].reshape(len(rows), -1)), axis=1)
    logits = np.maximum(table @ w.rows + w.bias, 0) @ w.output + table @ w.direct + w.constant
    odds = np.exp(np.minimum(logits.astype(np.float64), 50.0))
    probabilities: NDArray[np.float64] = odds / (1.0 + odds.sum())
    return probabilities
