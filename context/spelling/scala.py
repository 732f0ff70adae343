"""Scala, 2 and 3: `import a.b.{C, D => E, given, _}, x.y.Z`, and the same with `export`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code
from context.spelling.uses import after_dot, called, chains

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

_WORD = re.compile(r"\s*(?:import|export)\b")
_CLAUSE = re.compile(r"([^,{}]*)(?:\{([^{}]*)\})?\s*(?:,|$)")
# A parameter or a value hides what the package has under its name.
_DECLARED = re.compile(rb"\b([a-z]\w*)[ \t]?:[^:]|\bva[lr]\s{1,40}([a-z]\w*)")
_RENAMED = re.compile(r"\s+as\s+|\s*=>\s*")
_ALL = frozenset({"_", "*", "given"})


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The imports of a statement; for the file itself, what it reads of others."""
    if "own" in naming.marks:
        plain = code(data, "Scala")
        own = {name.decode() for found in _DECLARED.findall(plain) for name in found if name}
        plainly = {name for name in called(plain) if name[:-1] not in own}
        full = {name for name in chains(plain) if name.partition(".")[0] not in own}
        uses = full | plainly | after_dot(plain)
        yield Import("", used=tuple(sorted(uses)))
        return
    said = code(naming.marks["path"].encode(), "Scala").decode("utf-8", "replace").replace("`", "")
    for path, inner in _CLAUSE.findall(_WORD.sub("", said, count=1)):
        module = path.strip()
        taken = inner.split(",")
        if not inner:
            module, _, last = module.rpartition(".")
            taken = [last]
        names = tuple(name for each in taken if (name := _selected(each.strip())))
        if names:
            module = "".join(module.rstrip(".").split())
            yield Import(module, names=names, exported=naming.exported, line=naming.row)


def _selected(selector: str) -> Name | None:
    """What one selector takes; None for what it keeps out (`C => _`)."""
    if selector in _ALL:
        return Name("*", "*")
    name, *alias = _RENAMED.split(selector.removeprefix("given "))
    bound = alias[0] if alias else name
    return Name(name, bound) if name and bound != "_" else None
