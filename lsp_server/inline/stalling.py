"""Whether what a backend hasn't begun to answer is still worth waiting for; pure.

A request may be lost: dropped by a proxy, on a connection that is half open, in a server
that was started anew. Whoever joins it waits in vain, while the backend would answer
another at once.
"""

from __future__ import annotations

# What has said nothing for so long, and for so many times as long as is usual, may be lost;
# so long where nothing is known yet of what is usual.
_SHORTEST_S, _TIMES, _AT_FIRST_S = 2.0, 4.0, 5.0
# Who has typed so much, before that share of the usual time has passed, most likely goes
# another way than what is being made, and would see it too late.
_MUCH_TYPED, _EARLY = 3, 0.5


def patience_s(usual_s: float | None, n_stalled: int) -> float:
    """How long a backend may owe its first word before another request is made.

    Each in a row has twice the time of the one before: who is slow answers at last.

    Args:
        usual_s: how long its first words took lately; None where that isn't known.
        n_stalled: how many in a row were given up before.
    """
    once_s = _AT_FIRST_S if usual_s is None else max(_SHORTEST_S, _TIMES * usual_s)
    return once_s * float(2**n_stalled)


def is_better_anew(typed: str, silent_s: float, usual_s: float | None) -> bool:
    """Whether to ask anew at what was typed takes less time, most likely, than to wait.

    Args:
        typed: since the request that runs was made.
        silent_s: since when the backend has it.
        usual_s: how long its first words took lately; None where that isn't known.
    """
    if usual_s is None or len(typed.strip()) < _MUCH_TYPED:
        return False
    return silent_s < _EARLY * usual_s
