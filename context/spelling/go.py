"""Go: a quoted path, whose last part is most often the package's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

_MAJOR = re.compile(r"v\d+$")


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import, under the name that it is given or has."""
    module = naming.module.strip('"`')
    names = tuple(dict.fromkeys(naming.names))
    alias = naming.alias or ("" if names else _package_name(module))
    yield Import(module, 0, names, alias, used(alias, data), naming.exported, naming.row)


def _package_name(module: str) -> str:
    """What an imported package is called: the last part of its path that isn't a version."""
    parts = module.split("/")
    if len(parts) > 1 and _MAJOR.match(parts[-1]):
        parts.pop()
    return parts[-1].partition(".")[0]
