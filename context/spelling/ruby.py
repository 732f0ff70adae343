"""Ruby: `require`, its relative kin, `autoload`; and the constants that a file names.

An import's level says where its path starts: 0 on the load path, 1 in the file's own
folder, 2 at the file itself (`File.expand_path("../x", __FILE__)`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.spelling.naming import Naming

# A chain of constants that no member access and no name comes before, and that isn't
# a class or module being opened.
_CONSTANTS = re.compile(rb"(?<!class )(?<!module )(?<![\w:@$.])(?:::)?([A-Z]\w*(?:::[A-Z]\w*)*)")
_LEVELS = {"__dir__": 1, "__FILE__": 2}


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, the constants that it names."""
    if "own" in naming.marks:
        constants = {found.decode() for found in set(_CONSTANTS.findall(code(data, "Ruby")))}
        if constants:
            yield Import("", used=tuple(sorted(constants)))
        return
    base = naming.marks.get("base", "")
    if base and base not in _LEVELS:
        return
    module = naming.module
    # `"#{__dir__}/x"`: what stands before the slash is no part of the literal.
    how = naming.marks.get("how", "")
    is_relative = how.endswith("_relative") or module.startswith("/")
    names = tuple(Name(taken.name.strip(":"), taken.bound.strip(":")) for taken in naming.names)
    if how == "require_all":
        module += "/*"
    level = _LEVELS.get(base, int(is_relative))
    yield Import(module.lstrip("/"), level, names, line=naming.row)
