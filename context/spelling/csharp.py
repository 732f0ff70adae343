"""C#: `using A.B;`, `using static A.B.C;`, `using X = A.B.C<int>;`, each of them `global`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.parsing.code import code
from context.spelling.naming import used

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from context.spelling.naming import Naming

_LINE = re.compile(
    r"\s*(global\s+)?using\s+(?:static\s+|unsafe\s+)*(?:@?(\w+)\s*=\s*)?(?:\w+::)?([\w.\s]+)"
)
_CHAIN = re.compile(
    rb"^[ \t]*(?:global )?(?:using|namespace)\b[^\n]*"
    rb"|\bnew\s{1,40}([A-Z]\w*(?:\.[A-Z]\w*)+)"
    rb"|(?<![\w.])([A-Z]\w*(?:\.[A-Z]\w*)+)(?!\w*[ \t]?[(<])",
    re.MULTILINE,
)
_EXTENDED = re.compile(rb"(?<=\.)[A-Za-z_]\w*[ \t]?[(<]")
# What stands alone and is given no value: a type, or a member of the same name.
_ALONE = re.compile(rb"(?<![\w.])([A-Z]\w*)(?!\w|\s{0,40}(?:=[^=>]|:[^:]))")
# What can only be a type: `new X`, `is X`, `typeof(X)`, `X<`, `<X`, `X>`, `X name;`.
_TYPE = re.compile(
    rb"(?:\b(?:new|is|as|not|or|and)\s{1,40}|\b(?:typeof|default|sizeof)\s?\(\s?|<)([A-Z]\w*)"
    rb"|\bnew\s{1,40}([A-Z]\w*(?:\.[A-Z]\w*)+)"
    rb"|(?<![\w.])([A-Z]\w*)(?:[<>]|(?:\?|\[\])?[ \t]{1,40}@?[A-Za-z_]\w*\s{0,40}[=;,){(])"
)
_ATTRIBUTE = re.compile(rb"\[(?:\w+:[ \t]?)?([A-Z]\w*)|\][ \t]*,[ \t]*([A-Z]\w*)")


def read(naming: Naming, data: bytes) -> Iterator[Import]:
    """The import; for the file itself, the methods it calls and what it names in full."""
    if "own" in naming.marks:
        yield Import("", used=tuple(sorted(_uses(code(data, "C#")))))
        return
    said = _LINE.match(naming.marks["line"])
    if said is None:
        return
    is_global, alias, target = said.groups()
    path = "".join(target.split())
    taken = Name("*", "*")
    if alias:
        path, _, name = path.rpartition(".")
        taken = Name(name, alias, used(alias, data))
    yield Import(path, names=(taken,), exported=bool(is_global), line=naming.row)


def _uses(plain: bytes) -> set[str]:
    """How names are used: `X` as a type, `X?` as a type or a member, `.x(` as a method, `A.B`."""
    types = _flat(_TYPE.findall(plain))
    attributes = _flat(_ATTRIBUTE.findall(plain))
    types |= attributes | {name + "Attribute" for name in attributes}
    alone = {name + "?" for name in _flat(_ALONE.findall(plain)) - types}
    methods = {"." + name.rstrip("(< \t") + "(" for name in _flat(_EXTENDED.findall(plain))}
    return types | alone | methods | _flat(_CHAIN.findall(plain))


def _flat(found: Iterable[bytes | tuple[bytes, ...]]) -> set[str]:
    """The names that some alternative of a pattern found."""
    each = {name for one in set(found) for name in (one if isinstance(one, tuple) else (one,))}
    return {name.decode() for name in each if name}
