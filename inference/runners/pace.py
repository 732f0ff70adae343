"""How much of a long prompt is read at a stretch, so that whoever asked may leave in between."""

from __future__ import annotations

from dataclasses import dataclass

# A keystroke that overtakes this one waits for one stretch at most.
_BREATH_S = 0.08
_FEWEST = 16
_MOST = 2048
# Time grows faster than length, and a first stretch is slower than others.
_FASTER = 4
# Noise only ever makes a pass longer, so that a shorter one is believed sooner.
_DOWN, _UP = 0.5, 0.1


@dataclass(slots=True)
class Pace:
    """As many tokens as are read within a breath, by how long the last stretches took.

    A large model on a processor takes longer than a breath for a single token, as all of
    its weights are read for it. There a stretch is as long as makes half of its time
    the tokens' own: what is read then takes twice as long at most as it would at once.

    Attributes:
        n_tokens: of the next stretch.
        pass_s: what a pass over one token takes; 0 until one was seen.
    """

    n_tokens: int = 64
    pass_s: float = 0.0

    def learn(self, n_read: int, seconds: float) -> None:
        """A pass over so many tokens took so long."""
        if n_read == 1:
            share = _DOWN if seconds < self.pass_s else _UP
            self.pass_s += (share if self.pass_s else 1.0) * (seconds - self.pass_s)
            return
        overhead = min(self.pass_s, seconds / 2)
        token_s = max((seconds - overhead) / n_read, 1e-7)
        fit = int(max(_BREATH_S - overhead, overhead) / token_s)
        # Of a short one little is learnt but that more may be read.
        if n_read >= self.n_tokens or fit > self.n_tokens:
            self.n_tokens = max(_FEWEST, min(fit, self.n_tokens * _FASTER, _MOST))
