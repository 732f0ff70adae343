"""Kotlin: Java's imports, of functions too, and under other names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import
from context.parsing.code import code
from context.spelling.java import qualified
from context.spelling.uses import after_dot, called, in_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

# What a definition is called isn't used by it.
_HEADS = re.compile(rb"\b(?:fun\b[^(\n]{0,200}\(|va[lr]\b[^=(\n]{0,200})")


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, what it calls, reads of others and names in full."""
    if "own" in naming.marks:
        plain = _HEADS.sub(b" ", code(data, "Kotlin"))
        uses = in_full(plain) | called(plain) | after_dot(plain)
        yield Import("", used=tuple(sorted(uses)))
        return
    yield qualified(naming)
