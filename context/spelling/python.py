"""Python: `import a.b as c`, `from ..a import b`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import, its leading dots counted; every name can be imported from here in turn."""
    names = tuple(_with_uses(name, data) for name in dict.fromkeys(naming.names))
    bare = naming.module.lstrip(". \t")
    level = naming.module.count(".", 0, len(naming.module) - len(bare))
    alias = naming.alias or ("" if names else bare)
    yield Import(bare, level, names, alias, used(alias, data), exported=True, line=naming.row)


def _with_uses(name: Name, data: bytes) -> Name:
    """The name with what is read from it, where it may be a module: those are lower case."""
    uses = used(name.bound, data) if name.bound.islower() else ()
    return Name(name.name, name.bound, uses) if uses else name
