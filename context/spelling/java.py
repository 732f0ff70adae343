"""Java: `import a.b.C;`, of which `a.b` is the module and `C` is taken; `*` takes everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code
from context.spelling.uses import in_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, what it names in full."""
    if "own" in naming.marks:
        uses = in_full(code(data, "Java"))
        if uses:
            yield Import("", used=tuple(sorted(uses)))
        return
    yield qualified(naming)


def qualified(naming: Naming) -> Import:
    """The import of a dotted name, on demand where a star follows it."""
    path = "".join(naming.module.replace("`", "").split())
    if "star" in naming.marks:
        return Import(path, names=(Name("*", "*"),), line=naming.row)
    module, _, name = path.rpartition(".")
    return Import(module, names=(Name(name, naming.alias or name),), line=naming.row)
