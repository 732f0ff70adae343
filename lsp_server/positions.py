r"""The one place where editor positions become offsets and back.

Inside Infill an offset counts code points from the start of the text. An editor
counts lines, and within a line UTF-8, UTF-16 or UTF-32 units, as negotiated at
`initialize`. Lines end at `\n`, `\r\n` or `\r` and nowhere else: `str.splitlines`
would also cut at form feeds and U+2028 and put every later edit into the wrong place.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from io import StringIO
from itertools import accumulate
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# Characters converted at a time: long enough for C's speed, short enough to stop close by.
_STRIDE = 32_768


class PositionError(ValueError):
    """A position that the document doesn't have; the message says what it does have."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text and where its lines start; the last line may be empty."""

    text: str
    starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find the line starts once; every look-up afterwards is a bisection."""
        *ended, _ = cut(self.text)
        object.__setattr__(self, "starts", (0, *accumulate(map(len, ended))))

    def __len__(self) -> int:
        return len(self.starts)

    def content(self, line: int) -> str:
        """The line without its terminator."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[line] : end].rstrip("\r\n")


def cut(text: str) -> list[str]:
    """The lines with their terminators; the last one has none and may be empty."""
    # With `newline=""` a text stream ends lines where the protocol does, three times as
    # fast as an expression.
    lines = list(StringIO(text, newline=""))
    return lines if lines and not lines[-1].endswith(("\r", "\n")) else [*lines, ""]


def edit(
    lines: list[str],
    start: tuple[int, int],
    end: tuple[int, int],
    text: str,
    encoding: Encoding,
) -> None:
    r"""Put `text` in place of a range of lines that `cut` made, so that they are what it makes.

    Positions are line and character; the end of the text stands for any line past the
    last, and an empty range at `start` for an `end` before it. Costs what the lines
    touched hold, not what the document does: "replace all" sends thousands of these.

    Raises:
        PositionError: a number is negative.
    """
    first, before = _place(lines, *start, encoding)
    last, after = max(_place(lines, *end, encoding), (first, before))
    head = lines[first][:before]
    if first and not head and lines[first - 1].endswith("\r"):
        # A `\n` that comes to stand behind a lone `\r` makes one line end of the two.
        first -= 1
        head = lines[first]
    whole = head + text + lines[last][after:]
    if first == last and not _ends_lines(text):
        lines[first] = whole
        return
    pieces = cut(whole)
    if last < len(lines) - 1 and not pieces[-1]:
        pieces.pop()
    lines[first : last + 1] = pieces


def _ends_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _place(lines: list[str], line: int, character: int, encoding: Encoding) -> tuple[int, int]:
    if line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    _refuse_negative(line, character)
    return line, _code_points(lines[line].rstrip("\r\n"), character, encoding)


def offset_at(lines: Lines, line: int, character: int, encoding: Encoding) -> int:
    """The offset of a position; a character past the line's end means the line's end.

    A position inside a character (half of a surrogate pair) means its start.

    Raises:
        PositionError: the document has no such line, or a number is negative.
    """
    _refuse_negative(line, character)
    if line >= len(lines):
        raise PositionError(f"line {line} was asked for, the document has {len(lines)} lines")
    content = lines.content(line)
    return lines.starts[line] + _code_points(content, character, encoding)


def position_of(lines: Lines, offset: int, encoding: Encoding) -> tuple[int, int]:
    """Line and character of an offset within the text."""
    line = bisect_right(lines.starts, offset) - 1
    return line, _units(lines.text[lines.starts[line] : offset], encoding)


def _refuse_negative(line: int, character: int) -> None:
    if line < 0 or character < 0:
        raise PositionError(f"line {line}, character {character}: neither may be negative")


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def _code_points(content: str, units: int, encoding: Encoding) -> int:
    """How many characters the units cover in full, found in strides that get shorter."""
    if encoding == "utf-32" or content.isascii():
        return min(units, len(content))
    index, stride = 0, _STRIDE
    while stride:
        width = _units(content[index : index + stride], encoding)
        if width <= units and index < len(content):
            index, units = index + stride, units - width
        else:
            stride //= 2
    return min(index, len(content))
