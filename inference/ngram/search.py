"""The search for whole fillings of a line."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import PAIRS, QUOTES
from inference.ngram.counts import AHEAD, BUFFER, FOLDER, REPOSITORY
from inference.ngram.evidence import gather
from inference.ngram.features import tabulate
from inference.ngram.lexer import N_RESERVED
from inference.ngram.scorer import score
from inference.ngram.stores import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from inference.ngram.evidence import Evidence, Found
    from inference.ngram.situation import Situation
    from inference.ngram.sources import Sources

_MAX_STEPS = 40
_FAN = 5
_BUDGET, _MARGIN, _DETOUR = 14, 2.0, 0.5
_KNOWN = -1.2
_BEGINS_SO = 0.05
# For each further filling that is asked for: states looked into, and how much less likely.
_MORE_BUDGET, _MORE_MARGIN = 8, 1.5
_SUPPORT_GROUPS = np.array((BUFFER, FOLDER, REPOSITORY, AHEAD))[:, None]
_SUPPORT_LEVELS = np.array((1, 3, 4, 5))


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
        state: its tokens with their blanks, the line's end left out.
        logprobs: of each token and of the line's end.
        support: how often the line ended like this elsewhere, by source and agreement.
        finished: whether the line's end is part of it.
    """

    state: State
    logprobs: tuple[float, ...]
    support: NDArray[np.float64]
    finished: bool = True

    @property
    def keys(self) -> tuple[int, ...]:
        """The tokens with their blanks."""
        return self.state.keys

    @property
    def logprob(self) -> float:
        """Of the whole."""
        return sum(self.logprobs)


@dataclass(frozen=True, slots=True)
class Option:
    """A next token; `support` is there for the line's end only."""

    key: int
    logprob: float
    support: NDArray[np.float64] | None


def start(situation: Situation) -> State:
    """The state at the cursor."""
    return State((), situation.open, situation.quote)


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


def context_of(situation: Situation, keys: tuple[int, ...]) -> NDArray[np.int32]:
    """The last tokens before what comes next, newest first."""
    new = np.array(keys[-LONGEST:], np.int32) >> 1
    old = situation.ids[situation.focus - LONGEST : situation.focus]
    return np.concatenate((old, new))[-LONGEST:][::-1]


def expand(
    situation: Situation, sources: Sources, state: State, parent: Found | None
) -> tuple[list[Option], Found]:
    """The likeliest next tokens, best first."""
    context = context_of(situation, state.keys)
    evidence = gather(situation, sources, context, parent, first=not state.keys)
    table = tabulate(evidence, situation, context, state.open, state.quote, len(state.keys))
    logprobs = score(table)
    if situation.typed and not state.keys:
        logprobs = _given_beginning(logprobs)
    best = np.argsort(-logprobs[:-1], kind="stable")[:_FAN]
    return [_option(evidence, int(at), float(logprobs[at])) for at in best], evidence.found


def _given_beginning(logprobs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same among words that begin as typed; few of the words not foreseen do."""
    chances = np.exp(logprobs)
    chances[-1] *= _BEGINS_SO
    scaled: NDArray[np.float32] = np.log(chances / chances.sum())
    return scaled


def _option(evidence: Evidence, at: int, logprob: float) -> Option:
    key = int(evidence.keys[at])
    ends = key < 2 * N_RESERVED
    support = evidence.counts[_SUPPORT_GROUPS, _SUPPORT_LEVELS, at] if ends else None
    return Option(key, logprob, support)


@dataclass(frozen=True, slots=True)
class _Open:
    """A filling that the search may come back to."""

    state: State
    logprobs: tuple[float, ...]
    parent: Found | None


def fill(
    situation: Situation, sources: Sources, n: int = 1, *, stopped: Callable[[], bool] = bool
) -> list[Filling]:
    """Whole fillings, likeliest first; a beginning alone where no end was found.

    Goes straight to the line's end by the likeliest tokens, then comes back to
    the likeliest turning not taken, until `_BUDGET` states have been looked
    into or every turning is less likely than the best filling by a factor of
    e^`_MARGIN`. For `n` fillings it goes on to less likely ones.
    """
    search = _Search(situation, sources)
    search.push(_Open(start(situation), (), None))
    search.run(stopped)
    for _ in range(n - 1):
        search.widen()
        search.run(stopped)
    found = sorted(search.done.values(), key=lambda f: (-f.logprob, f.keys))
    return found or search.beginnings()


class _Search:
    """What the search has found and what it may come back to."""

    def __init__(self, situation: Situation, sources: Sources) -> None:
        self.situation = situation
        self.sources = sources
        self.budget = _BUDGET
        self.margin = _MARGIN
        self.done: dict[tuple[int, ...], Filling] = {}
        self.best = -1e9
        self._heap: list[tuple[float, tuple[int, ...], _Open]] = []
        self._longest: _Open | None = None

    def push(self, node: _Open) -> None:
        heapq.heappush(self._heap, (-sum(node.logprobs), node.state.keys, node))

    def run(self, stopped: Callable[[], bool]) -> None:
        """Look until nothing is worth it, or the budget is spent."""
        while self.budget > 0 and not stopped():
            node = self.pop()
            if node is None:
                break
            self.follow(node)

    def widen(self) -> None:
        """Let less likely turnings be worth taking, too."""
        self.budget += _MORE_BUDGET
        self.margin += _MORE_MARGIN

    def pop(self) -> _Open | None:
        """The likeliest turning, None where none is worth taking."""
        if not self._heap or self._heap[0][0] > self.margin - self.best:
            return None
        return heapq.heappop(self._heap)[2]

    def follow(self, node: _Open) -> None:
        """Go on from a node by the likeliest tokens while they promise something."""
        while self.budget > 0 and len(node.state.keys) < _MAX_STEPS:
            self.budget -= 1
            following = self._step(node)
            if following is None:
                return
            node = following
            if self._longest is None or len(self._longest.state.keys) < len(node.state.keys):
                self._longest = node
            if sum(node.logprobs) < self.best - _DETOUR:
                self.push(node)
                return

    def _step(self, node: _Open) -> _Open | None:
        """Note the line's end if it may come here, the turnings, and return the way ahead."""
        options, found = expand(self.situation, self.sources, node.state, node.parent)
        ahead: _Open | None = None
        for option in options:
            logprobs = (*node.logprobs, option.logprob)
            if option.support is not None:
                self._finish(Filling(node.state, logprobs, option.support))
                continue
            following = _Open(advance(node.state, option.key, self.situation), logprobs, found)
            if ahead is None:
                ahead = following
            else:
                self.push(following)
        return ahead

    def _finish(self, filling: Filling) -> None:
        known = self.done.get(filling.keys)
        if known is None or known.logprob < filling.logprob:
            self.done[filling.keys] = filling
            self.best = max(self.best, filling.logprob)

    def beginnings(self) -> list[Filling]:
        """The longest beginning found, as far as it is likely."""
        if self._longest is None:
            return []
        state, logprobs = self._longest.state, self._longest.logprobs
        sums = np.cumsum(logprobs)
        size = int((sums > _KNOWN).sum())
        if not size:
            return []
        state = State(state.keys[:size], state.open, state.quote)
        return [Filling(state, logprobs[:size], np.zeros((4, 4)), finished=False)]


def render(situation: Situation, keys: tuple[int, ...]) -> str:
    """The text of a filling."""
    return "".join((" " if key & 1 else "") + situation.vocabulary.word(key >> 1) for key in keys)
