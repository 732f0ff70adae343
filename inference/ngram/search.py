"""The search for whole fillings of a line."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.evidence import Sources, ends_line, gather
from inference.ngram.features import rows
from inference.ngram.situation import PAIRS, QUOTES
from inference.ngram.stores import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from inference.ngram.situation import Situation

    Scorer = Callable[[NDArray[np.float32]], NDArray[np.float32]]

_MAX_STEPS = 40
_FAN = 5


@dataclass(frozen=True, slots=True)
class State:
    """A filling so far: its token keys, and what is open after them."""

    keys: tuple[int, ...]
    open: tuple[str, ...]
    quote: str


@dataclass(frozen=True, slots=True)
class Filling:
    """A whole filling.

    Attributes:
        keys: its tokens with their blanks, the line's end left out.
        logprobs: of each token and of the line's end.
    """

    keys: tuple[int, ...]
    logprobs: tuple[float, ...]


def advance(state: State, key: int, situation: Situation) -> State:
    """The state after one more token."""
    word = situation.vocabulary.word(key >> 1)
    open_, quote = state.open, state.quote
    if word in QUOTES:
        quote = "" if word == quote else quote or word
    elif not quote and word in PAIRS:
        open_ = (*open_, word)
    elif not quote and open_ and word == PAIRS[open_[-1]]:
        open_ = open_[:-1]
    return State((*state.keys, key), open_, quote)


def start(situation: Situation) -> State:
    """The state at the cursor."""
    return State((), situation.open, situation.quote)


def context_of(situation: Situation, state: State) -> list[int]:
    """The last tokens before what comes next."""
    return [*situation.before[-LONGEST:].tolist(), *(key >> 1 for key in state.keys)][-LONGEST:]


def expand(
    situation: Situation, sources: Sources, state: State, score: Scorer
) -> list[tuple[int, float]]:
    """The likeliest next tokens and their log-probabilities, best first."""
    context = context_of(situation, state)
    evidence = gather(situation, sources, context)
    table = rows(evidence, situation, state.open, state.quote, context[-1], len(state.keys))
    logits = score(table)
    logits = logits - logits.max()
    logprobs = logits - np.log(np.exp(logits).sum())
    best = np.argsort(-logprobs[:-1], kind="stable")[:_FAN]
    return [(int(evidence.keys[at]), float(logprobs[at])) for at in best]


def fill(situation: Situation, sources: Sources, score: Scorer, budget: int = 36) -> list[Filling]:
    """Whole fillings, likeliest first; `budget` is how many states may be expanded."""
    heap: list[tuple[float, tuple[int, ...], State, tuple[float, ...]]] = []
    done: dict[tuple[int, ...], Filling] = {}
    heapq.heappush(heap, (0.0, (), start(situation), ()))
    while heap and budget > 0:
        cost, _, state, logprobs = heapq.heappop(heap)
        if done and cost > min(-sum(f.logprobs) for f in done.values()) + 4.0:
            break
        while budget > 0 and len(state.keys) < _MAX_STEPS:
            if state.keys and ends_line(state.keys[-1]):
                keys = state.keys[:-1]
                if keys not in done or sum(done[keys].logprobs) < sum(logprobs):
                    done[keys] = Filling(keys, logprobs)
                break
            budget -= 1
            options = expand(situation, sources, state, score)
            if not options:
                break
            for key, logprob in options[1:]:
                worse = (*logprobs, logprob)
                following = advance(state, key, situation)
                heapq.heappush(heap, (-sum(worse), following.keys, following, worse))
            key, logprob = options[0]
            logprobs = (*logprobs, logprob)
            state = advance(state, key, situation)
    return sorted(done.values(), key=lambda f: (-sum(f.logprobs), f.keys))


def render(situation: Situation, keys: tuple[int, ...]) -> str:
    """The text of a filling."""
    return "".join((" " if key & 1 else "") + situation.vocabulary.word(key >> 1) for key in keys)
