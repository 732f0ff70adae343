"""What a model thinks aloud before it answers is not the answer."""

from __future__ import annotations

_OPENS, _CLOSES = "<think>", "</think>"


class Thoughts:
    """Leaves out a stretch of thinking at a text's head, however the stream is cut.

    Servers that know a model's way of marking it send it in a field of its own; others
    leave the marks in the text.
    """

    def __init__(self) -> None:
        self._pending = ""
        self._thinks: bool | None = None
        self._trims = False

    def feed(self, text: str) -> str:
        """What of this piece belongs to the answer for certain."""
        if self._thinks is False:
            return self._trimmed(text)
        self._pending += text
        if self._thinks is None:
            self._decide()
        if self._thinks and _CLOSES in self._pending:
            self._thinks, self._trims = False, True
            self._pending = self._pending.partition(_CLOSES)[2]
        if self._thinks is not False:
            return ""
        return self._trimmed(self.finish())

    def finish(self) -> str:
        """What was held back and is part of the answer, now that nothing follows."""
        rest, self._pending = "" if self._thinks else self._pending, ""
        return rest

    def _trimmed(self, text: str) -> str:
        """The text without the line ends right behind what was thought."""
        rest = text.lstrip("\n") if self._trims else text
        self._trims = self._trims and not rest
        return rest

    def _decide(self) -> None:
        head = self._pending.lstrip()
        if head.startswith(_OPENS):
            self._thinks = True
        elif not _OPENS.startswith(head):
            self._thinks = False
