"""Lua: `require "a.b"`, and what is read from the table that it gives.

An import of level 1 names a file (`dofile`), one whose module ends in a dot only the
beginning of a name that is put together when the program runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import Import
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import, with the members and methods that are read under its name."""
    is_prefix = "prefix" in naming.marks
    if is_prefix and not naming.module.endswith((".", "/")):
        return
    names = tuple(dict.fromkeys(naming.names))
    reads = {*used(naming.alias, data), *used(naming.alias, data, b":")}
    level = int("file" in naming.marks)
    yield Import(naming.module, level, names, naming.alias, tuple(sorted(reads)), line=naming.row)
