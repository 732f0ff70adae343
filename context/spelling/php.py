r"""PHP: `use A\B\C`, its groups and aliases; included paths; the names that a file uses.

An included path has a level: 1 for one that starts in the file's own folder, one more
for each folder that is climbed before it (`dirname(__DIR__) . "/x.php"`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

# Names that aren't variables or members: types, qualified names, functions that are called.
_USED = re.compile(
    rb"(?<!function )(?<![\w\\$>:])"
    rb"(\\?[A-Za-z_]\w*(?:\\\w+)+|\\?[A-Z]\w*|\\\w+|[a-z_]\w*(?=[ \t]*\())"
)
_DIRNAME = re.compile(r"dirname\s*\(")
_STEPS = re.compile(r",\s*(\d)\s*\)")
# Words before a bracket that call nothing.
_WORDS = frozenset(
    {"array", "catch", "elseif", "empty", "exit", "fn", "for", "foreach", "function", "if"}
    | {"isset", "list", "match", "switch", "unset", "while"}
)


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, the names that it uses in full or of its own namespace."""
    marks = naming.marks
    if "own" in marks:
        used = {found.decode("utf-8", "replace") for found in set(_USED.findall(code(data, "PHP")))}
        if used - _WORDS:
            yield Import("", used=tuple(sorted(used - _WORDS)))
    elif "include" in marks:
        yield Import(naming.module.lstrip("/"), _level(marks.get("base", "")), line=naming.row)
    else:
        path = "\\".join((marks["group"], naming.module)) if "group" in marks else naming.module
        module, _, name = path.lstrip("\\").rpartition("\\")
        yield Import(module, 0, (Name(name, naming.alias or name),), line=naming.row)


def _level(base: str) -> int:
    """1 for `__DIR__` and for what isn't known, one more for each folder that is climbed."""
    climbs = len(_DIRNAME.findall(base)) + sum(int(n) - 1 for n in _STEPS.findall(base))
    return max(1, climbs + ("__FILE__" not in base))
