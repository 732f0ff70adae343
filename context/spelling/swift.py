"""Swift: `import Module`, or one name of it, `import struct Module.Thing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code
from context.spelling.uses import after_dot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, the members that it reads of others."""
    if "own" in naming.marks:
        yield Import("", used=tuple(sorted(after_dot(code(data, "Swift")))))
        return
    module, _, name = naming.module.partition(".")
    name = name.rpartition(".")[2] or "*"
    yield Import(module, names=(Name(name, name),), exported=naming.exported, line=naming.row)
