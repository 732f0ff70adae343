"""`FILE:LINE:COL`, as every command takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.positions import Lines

# Other alphabets have digits, too, and no file has a milliard lines.
_FORM = re.compile(r"(.+):([0-9]{1,9}):([0-9]{1,9})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1, the cursor stands before the column."""

    file: str
    line: int
    column: int


def parse(text: str) -> Location:
    r"""Read `FILE:LINE:COL`, split from the right so that `C:\x.py:3:4` works.

    Raises:
        UsageError: it hasn't that form, or a number is below 1.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} is not FILE:LINE:COL; write for example app.py:12:5",
            kind="position",
        )
    location = Location(found[1], int(found[2]), int(found[3]))
    if location.line < 1 or location.column < 1:
        raise UsageError(f"{text!r}: lines and columns count from 1", kind="position")
    return location


def offset_of(location: Location, lines: Lines) -> int:
    """The offset of the place in the file's text.

    Raises:
        UsageError: the file has no such line or column.
    """
    if location.line > len(lines):
        raise UsageError(
            f"{location.file} has {len(lines)} lines, line {location.line} was asked for",
            kind="position",
        )
    width = len(lines.content(location.line - 1))
    if location.column > width + 1:
        raise UsageError(
            f"line {location.line} of {location.file} has columns 1 to {width + 1}, "
            f"column {location.column} was asked for",
            kind="position",
        )
    return lines.start(location.line - 1) + location.column - 1
