"""What comes next is often in the prompt already: drafts by looking it up.

A draft of k tokens is verified by one forward pass over all of them, whose outcome is what k
passes would have come to (speculative decoding; by look-up: "prompt lookup decoding" of A.
Saxena, 2023). It pays where passes over a few tokens cost little more than over one
and where drafts are right. Both depend on machine, model and text, so both are measured:
`Economy` chooses how much of a draft is worth its while, and nothing where none is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ids = npt.NDArray[np.int32]

MOST = 16
_LEAST_MATCH = 2
_LONGEST_MATCH = 16
# Up to which length of match the odds are counted together, and what they are taken for at first.
_CLASSES = ((3, 0.4), (7, 0.6), (_LONGEST_MATCH, 0.8))
_PRIOR_WEIGHT = 4.0
_KEPT = 0.97
# Noise only ever makes a step longer, so that a shorter one is believed sooner.
_DOWN, _UP = 0.4, 0.1
# What a drafted token costs of a step until that was measured.
_EXTRA_AT_FIRST = 0.15


@dataclass(frozen=True, slots=True)
class Draft:
    """What may come next, and over how many tokens the place it was found at agrees."""

    ids: tuple[int, ...]
    n_matched: int


def look_up(ids: Ids, n_most: int = MOST) -> Draft | None:
    """What followed the last time that the text ended as it does now; None where it never did.

    Of all places with the same last tokens the one that agrees over most of them, of
    equals the latest.
    """
    last = len(ids) - 1
    if last < _LEAST_MATCH or n_most < 1:
        return None
    places: Any = np.flatnonzero(ids[:last] == ids[last])
    n_matched = 1
    while len(places) and n_matched < _LONGEST_MATCH:
        further = places[places >= n_matched]
        further = further[ids[further - n_matched] == ids[last - n_matched]]
        if not len(further):
            break
        places, n_matched = further, n_matched + 1
    if not len(places) or n_matched < _LEAST_MATCH:
        return None
    start = int(places[-1]) + 1
    return Draft(tuple(map(int, ids[start : min(start + n_most, last + 1)])), n_matched)


@dataclass(slots=True)
class _Odds:
    prior: float
    right: float = 0.0
    tried: float = 0.0

    @property
    def rate(self) -> float:
        return (self.right + self.prior * _PRIOR_WEIGHT) / (self.tried + _PRIOR_WEIGHT)

    def fade(self) -> None:
        self.right *= _KEPT
        self.tried *= _KEPT


def _odds() -> list[_Odds]:
    return [_Odds(prior) for _, prior in _CLASSES]


@dataclass(slots=True)
class Economy:
    """How much of a draft is worth verifying, by what such drafts cost and brought.

    What it chooses changes how long an answer takes, never what it is.

    Attributes:
        step_s: what a step over one token takes.
        extra_s: what each drafted token adds to it; None until measured.
    """

    step_s: float = 0.0
    extra_s: float | None = None
    odds: list[_Odds] = field(default_factory=_odds)

    def worth(self, draft: Draft) -> int:
        """How many of its tokens bring the most tokens a second; 0 where none do.

        Odds fade by and by to what they were taken for at first while drafts aren't tried, so
        that they are again some time.
        """
        odds = self._of(draft)
        best, best_rate = 0, 1.0
        expected = sure = 1.0
        for n_tokens in range(1, len(draft.ids) + 1):
            sure *= odds.rate
            expected += sure
            rate = expected / (1.0 + n_tokens * self._extra)
            if rate > best_rate:
                best, best_rate = n_tokens, rate
        if not best:
            odds.fade()
        return best

    def learn(self, draft: Draft | None, n_drafted: int, n_right: int, seconds: float) -> None:
        """What a step over one token and `n_drafted` more took; `n_right` of these were right."""
        if draft is None or not n_drafted:
            self.step_s = _mix(self.step_s or seconds, seconds)
            return
        if self.step_s:
            extra = max(0.0, seconds - self.step_s) / n_drafted
            self.extra_s = _mix(extra if self.extra_s is None else self.extra_s, extra)
        odds = self._of(draft)
        odds.fade()
        odds.right += n_right
        odds.tried += min(n_right + 1, n_drafted)

    @property
    def _extra(self) -> float:
        """What a drafted token costs, in steps over one token."""
        if self.extra_s is None or not self.step_s:
            return _EXTRA_AT_FIRST
        return self.extra_s / self.step_s

    def _of(self, draft: Draft) -> _Odds:
        ends = (longest for longest, _ in _CLASSES)
        return self.odds[next(i for i, end in enumerate(ends) if draft.n_matched <= end)]


def _mix(old: float, new: float) -> float:
    return old + (_DOWN if new < old else _UP) * (min(new, 4 * old or new) - old)
