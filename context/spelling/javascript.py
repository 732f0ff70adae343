"""JavaScript and TypeScript: a quoted module, named imports, `export ... from`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

_REFERENCE = re.compile(r"""///\s*<reference\s+path\s*=\s*["']([^"'\n]+)["']""")


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; `export * from` passes everything on, `export * as x from` a name for it."""
    reference = _REFERENCE.match(naming.module)
    if reference:
        yield Import(_relative(reference.group(1)), line=naming.row)
        return
    names, alias = tuple(dict.fromkeys(naming.names)), naming.alias
    if naming.exported and not names:
        names, alias = (Name("*", alias or "*"),), ""
    module = naming.module.strip("'\"`")
    yield Import(module, 0, names, alias, used(alias, data), naming.exported, naming.row)


def _relative(path: str) -> str:
    """A path that is relative whether or not it says so."""
    return path if path.startswith(".") else f"./{path}"
