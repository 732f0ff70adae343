"""JavaScript and TypeScript: a quoted module, named imports, `export ... from`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; `export * from` passes everything on."""
    names = tuple(dict.fromkeys(naming.names))
    if naming.exported and not names:
        names = (Name("*", "*"),)
    module, alias = naming.module.strip("'\"`"), naming.alias
    yield Import(module, 0, names, alias, used(alias, data), naming.exported, naming.row)
