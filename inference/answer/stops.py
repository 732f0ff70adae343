"""Generation ends at a stop text, however the stream is cut."""

from __future__ import annotations


class StopScanner:
    """Passes a stream's text on up to the first stop text.

    The end of what has come so far is held back while it could be the beginning of
    a stop text, so that the result is the same in whatever pieces the text comes.
    Where stop texts overlap, the one that is complete first counts, as it would if
    the text came letter by letter; of those complete at once, the longest.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self._hit = False

    def feed(self, text: str) -> tuple[str, bool]:
        """What of the text so far is certain now and new, and whether a stop was hit."""
        if self._hit:
            return "", True
        seen = self._held + text
        found = [(at + len(stop), at) for stop in self._stops if (at := seen.find(stop)) >= 0]
        if found:
            self._hit, self._held = True, ""
            return seen[: min(found)[1]], True
        certain = len(seen) - max((_begun(seen, stop) for stop in self._stops), default=0)
        self._held = seen[certain:]
        return seen[:certain], False

    def finish(self) -> str:
        """What was held back, once it is certain that nothing follows."""
        held, self._held = self._held, ""
        return held


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of `text` are the beginning of `stop`."""
    for size in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:size]):
            return size
    return 0
