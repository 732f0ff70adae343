"""How long to wait for the next key before a backend is asked; pure.

To ask at once wastes what the backend does until the next key overtakes it; to wait
makes every answer later that is looked at. Which costs less depends on how fast this
user types and how fast this backend answers, and both are known from a moment ago:
the last intervals between keys are taken for what the next one may be. A pause is
worth so many of them as end within it, at the price of itself for each longer one.

A millisecond of somebody's time weighs as much as several of a model's. A key that goes
on as the model would have costs nothing, as its request joins the one that runs.
"""

from __future__ import annotations

from dataclasses import dataclass

# So many intervals tell how somebody types just now.
MAX_INTERVALS = 24
# Who hasn't typed for so long begins anew: what is asked then is most likely wanted.
REST_S = 0.7
# An answer that comes so soon is there before any next key.
AT_ONCE_S = 0.03
# Whatever the intervals say, nobody is kept waiting longer.
LONGEST_S = 0.2
# What a second of a backend's work is worth, of a user's, where the next key overtakes it;
# every other key doesn't, as it goes on as the model would have.
WORK = 0.1
# An answer that would have been there before the next key, had nobody waited, is worth this.
MISSED_S = 0.2
# How often a key goes on as the model would have: its request joins the one that runs.
AGREES = 0.5


@dataclass(frozen=True, slots=True)
class Typing:
    """When somebody typed in a document: the last key, and the intervals before it."""

    last_s: float = float("-inf")
    intervals_s: tuple[float, ...] = ()


def typed(typing: Typing, now_s: float) -> Typing:
    """What is known of somebody's typing with this key."""
    interval_s = now_s - typing.last_s
    if interval_s == float("inf"):
        return Typing(now_s)
    return Typing(now_s, (*typing.intervals_s[1 - MAX_INTERVALS :], interval_s))


def pause_s(typing: Typing, first_token_s: float | None) -> float:
    """How long to wait before the backend is asked, so that all of it costs least.

    Args:
        typing: up to the key that is asked for.
        first_token_s: how long this backend lately took; None where that isn't known.
    """
    if first_token_s is None or first_token_s <= AT_ONCE_S:
        return 0.0
    intervals_s = typing.intervals_s
    if not intervals_s or intervals_s[-1] >= REST_S:
        return 0.0
    # Only right after an interval has passed does anything change by waiting.
    candidates = (0.0, *(s for s in intervals_s if s < LONGEST_S), LONGEST_S)
    return min(candidates, key=lambda wait_s: (_cost(wait_s, intervals_s, first_token_s), wait_s))


def _cost(wait_s: float, intervals_s: tuple[float, ...], first_token_s: float) -> float:
    """What it costs to wait so long, were the next interval one of these."""
    cost = 0.0
    for interval_s in intervals_s:
        if interval_s > wait_s + first_token_s:
            cost += wait_s
            continue
        if interval_s > first_token_s:
            cost += MISSED_S
        elif interval_s <= wait_s:
            # So often would every key up to the answer have gone on as that does.
            cost += MISSED_S * AGREES ** (first_token_s / interval_s)
        if interval_s > wait_s:
            cost += WORK * (interval_s - wait_s)
    return cost
