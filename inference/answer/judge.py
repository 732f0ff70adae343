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
    known = _beginnings(heard, fitted.text)
    return Completion(fitted.text, replace, confidence, heard.n_tokens, known)


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
    known = _beginnings(heard, fitted.text)
    return Completion(fitted.text, replace, share, heard.n_tokens, known, is_part=True)


def _beginnings(heard: Heard, text: str) -> tuple[tuple[int, float], ...]:
    """How likely each beginning of a text is, as the backend tells, or by its tokens' mean.

    What was fitted differs from what was heard by its end alone, but for the ends of lines.
    """
    shares = heard.shares or _means(heard)
    if heard.hole.newline == "\n":
        return tuple(share for share in shares if share[0] < len(text))
    heard_text = text.replace("\r\n", "\n")
    return tuple(
        (end + heard_text.count("\n", 0, end), share)
        for end, share in shares
        if end < len(heard_text)
    )


def _means(heard: Heard) -> list[tuple[int, float]]:
    """Where each chunk but the last ends, and the mean probability of the tokens up to there."""
    found: list[tuple[int, float]] = []
    total, n_tokens = 0.0, 0
    ends = [start for start, _, _ in heard.logprobs[1:]]
    for end, (_, logprob, n) in zip(ends, heard.logprobs, strict=False):
        total, n_tokens = total + logprob, n_tokens + n
        if n_tokens and total <= 0 and end:
            found.append((end, math.exp(total / n_tokens)))
    return found


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
