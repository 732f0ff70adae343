"""The lines of a text that is being generated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a line holds that is more than brackets and blanks.
SIGNIFICANT = re.compile(r"\w.*\w")


class Line(NamedTuple):
    """A line that has come to its end, and the offset at which it starts."""

    start: int
    text: str


def ended_lines(text: str) -> Iterator[Line]:
    """The lines that have come to their end."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield Line(start, text[start:end])
        start = end + 1
