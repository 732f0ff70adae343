"""The score of each candidate: a small network over the evidence for it.

One hidden layer beside a direct, linear part. A linear mixture of n-gram
orders can't say "where a long context matched, forget the short ones"; the
hidden units can, as the gates of context-mixing compressors do.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram import weights
from inference.ngram.features import N_FEATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Layers = tuple[NDArray[np.float32], ...]


@cache
def _layers() -> _Layers:
    def read(numbers: str) -> NDArray[np.float32]:
        return np.array(numbers.split(), np.float32) * np.float32(1e-3)

    hidden = read(weights.HIDDEN).reshape(N_FEATURES, weights.N_HIDDEN)
    return hidden, read(weights.BIAS), read(weights.OUTPUT), read(weights.DIRECT)


def score(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """A logit for each row of `features.rows`."""
    hidden, bias, output, direct = _layers()
    return np.maximum(table @ hidden + bias, 0) @ output + table @ direct
