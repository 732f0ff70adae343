r"""The one place where editor positions become offsets and back.

Inside Infill an offset counts code points from the start of the text. An editor
counts lines, and within a line UTF-8, UTF-16 or UTF-32 units, as negotiated at
`initialize`. Lines end at `\n`, `\r\n` or `\r` and nowhere else: `str.splitlines`
would also cut at form feeds and U+2028 and put every later edit into the wrong place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\r|\n")


class PositionError(ValueError):
    """A position that the document doesn't have; the message says what it does have."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text and where its lines start; the last line may be empty."""

    text: str
    starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find the line starts once; every look-up afterwards is a bisection."""
        starts = (0, *(match.end() for match in _LINE_END.finditer(self.text)))
        object.__setattr__(self, "starts", starts)

    def __len__(self) -> int:
        return len(self.starts)

    def content(self, line: int) -> str:
        """The line without its terminator."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[line] : end].rstrip("\r\n")


def offset_at(lines: Lines, line: int, character: int, encoding: Encoding) -> int:
    """The offset of a position; a character past the line's end means the line's end.

    A position inside a character (half of a surrogate pair) means its start.

    Raises:
        PositionError: the document has no such line, or a number is negative.
    """
    if line < 0 or character < 0:
        raise PositionError(f"line {line}, character {character}: neither may be negative")
    if line >= len(lines):
        raise PositionError(f"line {line} was asked for, the document has {len(lines)} lines")
    content = lines.content(line)
    return lines.starts[line] + _code_points(content, character, encoding)


def clamped_offset_at(lines: Lines, line: int, character: int, encoding: Encoding) -> int:
    """The offset of a position, the end of the text for any line past the last.

    Editors name the line after the last to mean "to the end" when they replace
    a whole document.
    """
    if line >= len(lines):
        return len(lines.text)
    return offset_at(lines, line, character, encoding)


def position_of(lines: Lines, offset: int, encoding: Encoding) -> tuple[int, int]:
    """Line and character of an offset within the text."""
    line = bisect_right(lines.starts, offset) - 1
    return line, _units(lines.text[lines.starts[line] : offset], encoding)


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(char > "\uffff" for char in text)
    return len(text.encode("utf-8", "surrogatepass"))


def _code_points(content: str, units: int, encoding: Encoding) -> int:
    if encoding == "utf-32" or content.isascii():
        return min(units, len(content))
    used = 0
    for index, char in enumerate(content):
        used += _units(char, encoding)
        if used > units:
            return index
    return len(content)
