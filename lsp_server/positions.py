"""The one place where editor positions become offsets and back.

Inside Infill an offset counts code points from the start of the text. An editor
counts lines, and within a line UTF-8, UTF-16 or UTF-32 units, as negotiated at
`initialize`. Where lines end is `lsp_server.lines`' to say.
"""

from __future__ import annotations

from typing import Literal

from lsp_server.lines import Lines

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# Characters converted at a time: long enough for C's speed, short enough to stop close by.
_STRIDE = 32_768


class PositionError(ValueError):
    """A position that the document doesn't have; the message says what it does have."""


def replaced(
    lines: Lines,
    start: tuple[int, int],
    end: tuple[int, int],
    text: str,
    encoding: Encoding,
) -> Lines:
    """The lines with `text` in the place of a range.

    Positions are line and character; the end of the text stands for any line past the
    last, and an empty range at `start` for an `end` before it.

    Raises:
        PositionError: a number is negative.
    """
    first = _nearest(lines, *start, encoding)
    last = max(first, _nearest(lines, *end, encoding))
    return lines.replaced(first, last, text)


def _nearest(lines: Lines, line: int, character: int, encoding: Encoding) -> int:
    _refuse_negative(line, character)
    if line >= len(lines):
        return lines.n_chars
    return offset_at(lines, line, character, encoding)


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
    return lines.start(line) + _code_points(content, character, encoding)


def position_of(lines: Lines, offset: int, encoding: Encoding) -> tuple[int, int]:
    """Line and character of an offset within the text."""
    line = lines.line_of(offset)
    return line, _units(lines.between(lines.start(line), offset), encoding)


def characters(text: str, units: int, encoding: Encoding) -> int:
    """How many characters of a text so many units cover in full, line ends included."""
    return _code_points(text, units, encoding)


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


__all__ = [
    "Encoding",
    "Lines",
    "PositionError",
    "characters",
    "offset_at",
    "position_of",
    "replaced",
]
