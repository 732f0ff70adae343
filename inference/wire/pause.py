"""When a server is asked again, in the words that are put behind a failure and taken off."""

from __future__ import annotations

import re

_PAUSE = re.compile(r"(?:; it|(?<=\?) It) is asked again (?:in \d+ s|at \d+:\d+)$")


def with_pause(message: str, when: str) -> str:
    """The failure's words and when the server is asked again: "in 5 s" or "at 14:05"."""
    again = " It is" if message.endswith("?") else "; it is"
    return f"{message}{again} asked again {when}"


def without_pause(message: str) -> str:
    """The failure's words alone, as they were before a pause."""
    return _PAUSE.sub("", message)
