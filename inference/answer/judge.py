"""What was heard becomes a completion, or the reason why there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inference.answer.postprocess import fit
from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from inference.answer.heard import Heard
    from inference.answer.postprocess import Fitted


def judge(heard: Heard) -> Completion | NoCompletion:
    """The completion that may be offered of it, or why nothing may."""
    rules, fitted = heard.rules, heard.fit(torn=heard.torn)
    if heard.late and not heard.text.strip():
        return NoCompletion(f"nothing came within the deadline of {rules.deadline_s} s")
    if heard.first_token_s is not None and not heard.healer.healed:
        return NoCompletion(
            f"the model did not go on from the half-typed word {heard.healer.healing!r}"
        )
    if isinstance(fitted, NoCompletion):
        return fitted
    confidence = _confidence(heard, fitted)
    if confidence is not None and confidence < rules.min_confidence:
        return _beginning(heard) or NoCompletion(
            f"confidence {confidence:.2f} is below the threshold {rules.min_confidence:.2f}"
        )
    replace = (rules.cursor, rules.cursor + fitted.n_replaced)
    return Completion(fitted.text, replace, confidence, heard.n_tokens)


def _beginning(heard: Heard) -> Completion | None:
    """As much as the backend is sure of, where it tells how sure it is of each beginning.

    Half a line that is right is worth more than a whole one that isn't.
    """
    rules = heard.rules
    sure = [(end, share) for end, share in heard.shares if share >= rules.min_confidence]
    if not sure:
        return None
    end, share = sure[-1]
    fitted = fit(heard.text[:end], heard.hole, rules.extent, torn=True)
    if isinstance(fitted, NoCompletion) or not any(map(str.isalnum, fitted.text)):
        return None
    replace = (rules.cursor, rules.cursor + fitted.n_replaced)
    return Completion(fitted.text, replace, share, heard.n_tokens)


def _confidence(heard: Heard, fitted: Fitted) -> float | None:
    """The backend's own, else the mean probability of the tokens that were kept.

    None for what is no probability, such as NaN, which no threshold would stop.
    """
    if heard.confidence is not None:
        return heard.confidence if 0 <= heard.confidence <= 1 else None
    kept = [(logprob, n) for start, logprob, n in heard.logprobs if start < len(fitted.text)]
    n_tokens = sum(n for _, n in kept)
    total = sum(logprob for logprob, _ in kept)
    return math.exp(total / n_tokens) if n_tokens and total <= 0 else None
