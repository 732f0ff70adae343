"""How much of a long prompt is read at a stretch, so that whoever asked may leave in between."""

from __future__ import annotations

from dataclasses import dataclass

# A keystroke that overtakes this one waits for one stretch at most.
_BREATH_S = 0.08
_FEWEST = 16
_MOST = 2048
_AT_FIRST = 64
# Time grows faster than length, and a first stretch is slower than others.
_FASTER = 4


@dataclass(slots=True)
class Pace:
    """As many tokens as are read within a breath, by how long the last stretches took."""

    n_tokens: int = _AT_FIRST

    def learn(self, n_read: int, seconds: float) -> None:
        """A stretch of so many tokens took so long."""
        fit = int(n_read * _BREATH_S / max(seconds, 1e-6))
        # Of a short one little is learnt: the weights are read for one token, too.
        if n_read < self.n_tokens and fit < self.n_tokens:
            return
        self.n_tokens = max(_FEWEST, min(fit, self.n_tokens * _FASTER, _MOST))
