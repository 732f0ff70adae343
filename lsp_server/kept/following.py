"""What was accepted, until it is looked at again."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsp_server.kept.staying import counted, staying

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_server.inline.shown import Accepted

AFTER_S = 60.0
"""So long after it was accepted it is looked at what is left of a text."""
MAX_CHARACTERS = 20_000_000
"""What is followed beyond this isn't any longer, the oldest first: each holds its document."""


@dataclass(slots=True)
class Following:
    """What was accepted and isn't counted yet, the oldest first."""

    clock: Callable[[], float] = time.monotonic
    _accepted: deque[tuple[float, Accepted]] = field(
        default_factory=deque["tuple[float, Accepted]"]
    )

    def __len__(self) -> int:
        return len(self._accepted)

    def add(self, accepted: Accepted) -> None:
        """Follow what was accepted just now."""
        self._accepted.append((self.clock() + AFTER_S, accepted))
        while sum(len(each.text) for _, each in self._accepted) > MAX_CHARACTERS:
            self._accepted.popleft()

    def wait_s(self) -> float:
        """For how long nothing is to be looked at."""
        return max(0.0, self._accepted[0][0] - self.clock()) if self._accepted else AFTER_S

    def due(self) -> list[Accepted]:
        """What is to be looked at now; it isn't followed any longer."""
        found: list[Accepted] = []
        while self._accepted and self._accepted[0][0] <= self.clock():
            found.append(self._accepted.popleft()[1])
        return found

    def uris(self) -> set[str]:
        """The documents that something was accepted in."""
        return {each.uri for _, each in self._accepted}

    def of(self, uri: str) -> list[Accepted]:
        """What was accepted in a document that is closed; it isn't followed any longer."""
        found = [each for _, each in self._accepted if each.uri == uri]
        self._accepted = deque(pair for pair in self._accepted if pair[1].uri != uri)
        return found

    def rest(self) -> list[Accepted]:
        """All of it, as the editor goes."""
        found = [each for _, each in self._accepted]
        self._accepted.clear()
        return found


def measure(accepted: Accepted, text: str) -> dict[str, int]:
    """What is left of it in its document, by the names of `Counts`; takes milliseconds."""
    piece = accepted.text[accepted.start : accepted.end]
    kept = staying(accepted.text, accepted.start, accepted.end, text)
    return {"characters": counted(piece), "kept": kept}
