"""When a model that died, or couldn't be loaded, may be tried again.

Dying once or twice is bad luck, after which the next question starts it anew. From the
third time on in a short while, and whenever it can't be loaded, there is a pause
first, each twice as long as the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_DEATHS = 3
SHORT_S = 600.0
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Setbacks:
    """What has gone wrong so far; times by one monotonic clock.

    Attributes:
        deaths_s: when it died lately.
        n_pauses: in a row, each soon after the last.
        until_s: nothing is to be tried before.
    """

    deaths_s: tuple[float, ...] = ()
    n_pauses: int = 0
    until_s: float = 0.0


def died(so_far: Setbacks, now_s: float) -> Setbacks:
    """It died once more."""
    lately = tuple(each for each in so_far.deaths_s if now_s - each < SHORT_S)
    known = replace(so_far, deaths_s=(*lately, now_s))
    return paused(known, now_s) if len(known.deaths_s) >= MOST_DEATHS else known


def paused(so_far: Setbacks, now_s: float) -> Setbacks:
    """It is of no use for now."""
    n_before = so_far.n_pauses if now_s - so_far.until_s < SHORT_S else 0
    pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**n_before)
    return Setbacks((), min(n_before + 1, 16), now_s + pause_s)


def remaining_s(so_far: Setbacks, now_s: float) -> float:
    """How long still not to try; 0 where it may be tried."""
    return max(0.0, so_far.until_s - now_s)
