"""A cursor's line, completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.base import sources
from inference.ngram.scorer import score
from inference.ngram.search import fill, render
from inference.ngram.situation import read_situation

if TYPE_CHECKING:
    from inference.ngram.base import Base


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of an answer.

    Attributes:
        confidence: probability that the answer is right up to the end of this piece.
    """

    text: str
    logprob: float
    confidence: float


def complete(base: Base, prefix: str, suffix: str, path: str) -> list[Piece]:
    """The likeliest rest of the line in pieces; empty where nothing is known.

    The last piece's confidence is the probability that the whole is exactly
    the rest of the line.
    """
    situation = read_situation(prefix, suffix, base.vocabulary)
    fillings = fill(situation, sources(base, path), score)
    if not fillings:
        return []
    best = fillings[0]
    sums = np.cumsum(best.logprobs)
    pieces = [
        Piece(render(situation, (key,)), logprob, float(np.exp(total)))
        for key, logprob, total in zip(best.keys, best.logprobs, sums, strict=False)
    ]
    end = Piece("", best.logprobs[-1], float(np.exp(sums[-1])))
    return [*pieces, end]
