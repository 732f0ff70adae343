"""Shell: the literal end of the path that `source` or `.` reads, and Bats' `load`.

What a variable or a command stands for isn't known: of `"$DIR/lib/a.sh"` and
`$(dirname "$0")/../a.sh` the end counts, which keeps its first slash.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

_QUOTES = re.compile(r"[\"']")
# The last thing in a path that stands for something else.
_EXPANSION = re.compile(r".*(?:\$\w+|\$[@*#?$!-]|[)}`])", re.DOTALL)


def read(naming: Naming, _data: bytes) -> Iterator[Import]:
    """The import; its level is 1 where Bats may add the ending, 0 where the path has its own."""
    path = _QUOTES.sub("", naming.module).strip()
    expanded = _EXPANSION.match(path)
    if expanded and naming.module[:1] != "'":
        path = path[expanded.end() :]
        if not path.startswith("/"):
            return
    if path.strip("./"):
        yield Import(path, int("load" in naming.marks), line=naming.row)
