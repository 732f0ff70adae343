"""C and C++: `"x.h"` is looked for beside the file that names it first, `<x.h>` is not.

The module of an `Import` starts with `./` where it was quoted. Includes are read from
the text: they may stand in the middle of a table that no grammar expects them in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import
from context.text import from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_INCLUDE = re.compile(rb"#[ \t]*(?:include|import)(?:_next)?[ \t]*[\"<]")
# What an include may seem to stand in, and an include itself.
_TOKENS = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|\Z)"
    rb"|^[ \t]*#[ \t]*(?:include|import)(?:_next)?[ \t]*(?P<place>\"[^\"\n]+\"|<[^>\n]+>)"
    rb"|\"(?:\\.|[^\"\\\n])*+\"",
    re.MULTILINE | re.DOTALL,
)


def read(data: bytes) -> Iterator[Import]:
    """The headers that a text includes."""
    last = max((found.end() for found in _INCLUDE.finditer(data)), default=0)
    at = row = 0
    # Below the last of them nothing has to be told apart.
    for found in _TOKENS.finditer(data, 0, _line_end(data, last)):
        place = found["place"]
        if place is not None:
            row += data.count(b"\n", at, found.start("place"))
            at = found.start("place")
            beside = "./" if place.startswith(b'"') else ""
            name = from_bytes(place[1:-1]).strip().replace("\\", "/")
            yield Import(beside + name, line=row)


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at) if at else 0
    return len(data) if end < 0 else end
