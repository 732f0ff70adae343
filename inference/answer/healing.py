"""The half-typed word that a prompt leaves out comes back at the head of the answer."""

from __future__ import annotations


class Healer:
    """Takes a given beginning off a stream's text, however the stream is cut.

    A prompt that ends in the middle of a token has the model spell what no text that
    it learnt from spells so. Such a prompt ends a token earlier, and what is generated
    must begin with what was left out.
    """

    def __init__(self, healing: str) -> None:
        self.healing = healing
        self._n_heard = 0
        self._failed = False

    @property
    def failed(self) -> bool:
        """Whether what came is something else."""
        return self._failed

    @property
    def healed(self) -> bool:
        """Whether all of the beginning has come."""
        return self._n_heard == len(self.healing)

    def feed(self, text: str) -> str:
        """What of this piece goes beyond the beginning; nothing once something else came."""
        wanted = self.healing[self._n_heard :]
        n_common = min(len(wanted), len(text))
        if self._failed or text[:n_common] != wanted[:n_common]:
            self._failed = True
            return ""
        self._n_heard += n_common
        return text[n_common:]
