"""The import statements of a file, from the matches of its language's query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Import, Name
from context.text import from_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

_MAJOR = re.compile(r"v\d+$")


class _Group:
    """What several matches say about one naming of a module."""

    __slots__ = ("alias", "exported", "module", "names", "row")

    def __init__(self, module: str, row: int) -> None:
        self.module = module
        self.row = row
        self.names: list[Name] = []
        self.alias = ""
        self.exported = False


def imports(
    matches: Sequence[dict[str, list[Node]]], language: str, data: bytes
) -> tuple[Import, ...]:
    """Every module the file imports, in the order of its text."""
    groups: dict[int, _Group] = {}
    for match in matches:
        if "import.module" in match:
            node = match["import.module"][0]
            group = groups.get(node.start_byte)
            if group is None:
                group = _Group(_text(node, data), node.start_point[0])
                groups[node.start_byte] = group
            _add(group, match, data)
    return tuple(_finish(group, language, data) for _, group in sorted(groups.items()))


def _text(node: Node, data: bytes) -> str:
    return from_bytes(data[node.start_byte : node.end_byte])


def _add(group: _Group, match: dict[str, list[Node]], data: bytes) -> None:
    alias = _text(match["import.alias"][0], data) if "import.alias" in match else ""
    group.exported |= "export" in match
    if "import.default" in match:
        group.names.append(Name("default", _text(match["import.default"][0], data)))
    elif "import.name" in match:
        name = _text(match["import.name"][0], data)
        name = "*" if name == "." else name
        group.names.append(Name(name, alias or name))
    elif alias:
        group.alias = alias


def _finish(group: _Group, language: str, data: bytes) -> Import:
    names = tuple(dict.fromkeys(group.names))
    if language == "Python":
        names = tuple(_with_uses(name, data) for name in names)
        bare = group.module.lstrip(". \t")
        level = group.module.count(".", 0, len(group.module) - len(bare))
        alias = group.alias or ("" if names else bare)
        return Import(bare, level, names, alias, _used(alias, data), True, group.row)  # noqa: FBT003 -- a tuple's field
    module = group.module.strip("'\"`")
    alias = group.alias or (_package_name(module) if language == "Go" and not names else "")
    if group.exported and not names:
        names = (Name("*", "*"),)
    return Import(module, 0, names, alias, _used(alias, data), group.exported, group.row)


def _with_uses(name: Name, data: bytes) -> Name:
    """The name with what is read from it, where it may be a module: those are lower case."""
    return name._replace(used=_used(name.bound, data)) if name.bound.islower() else name


def _package_name(module: str) -> str:
    """What Go calls an imported package: the last part of its path that isn't a version."""
    parts = module.split("/")
    if len(parts) > 1 and _MAJOR.match(parts[-1]):
        parts.pop()
    return parts[-1].partition(".")[0]


def _used(alias: str, data: bytes) -> tuple[str, ...]:
    """What the text reads under `alias.`, sorted: `Open` of `util.Open(...)`."""
    if not alias or alias.startswith("_"):
        return ()
    found: set[str] = set()
    needle = alias.encode("utf-8", "surrogatepass") + b"."
    at = data.find(needle)
    while at >= 0:
        after = at + len(needle)
        if at == 0 or not _continues_name(data[at - 1]):
            word = _LEADING.match(data, after)
            if word:
                found.add(word.group().decode())
        at = data.find(needle, after)
    return tuple(sorted(found))


_LEADING = re.compile(rb"[A-Za-z_]\w*")


def _continues_name(byte: int) -> bool:
    return chr(byte).isalnum() or byte in b"_."
