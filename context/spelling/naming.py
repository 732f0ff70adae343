"""What several matches of a query say about one naming of a module."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import Name
from context.text import from_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

_LEADING = re.compile(rb"[A-Za-z_]\w*")


class Naming:
    """A module as written, and what is taken from it.

    Attributes:
        row: the line where it is named, from 0.
        alias: what the module is called here; empty where the statement gives it no name.
        exported: whether the statement passes the names on (`export ... from`, `pub use`).
        marks: other captures of the query that start with `import.`, by what follows the dot.
    """

    __slots__ = ("alias", "exported", "marks", "module", "names", "row")

    def __init__(self, module: str, row: int) -> None:
        self.module = module
        self.row = row
        self.names: list[Name] = []
        self.alias = ""
        self.exported = False
        self.marks: dict[str, str] = {}

    def add(self, match: dict[str, list[Node]], data: bytes) -> None:
        """Take in what one more match says."""
        alias = text_of(match["import.alias"][0], data) if "import.alias" in match else ""
        self.exported |= "export" in match
        for capture, nodes in match.items():
            if capture.startswith("import."):
                self.marks[capture.removeprefix("import.")] = text_of(nodes[0], data)
        if "import.default" in match:
            self.names.append(Name("default", text_of(match["import.default"][0], data)))
        elif "import.name" in match:
            name = text_of(match["import.name"][0], data)
            name = "*" if name == "." else name
            self.names.append(Name(name, alias or name))
        elif alias:
            self.alias = alias


def text_of(node: Node, data: bytes) -> str:
    """The text of a node."""
    return from_bytes(data[node.start_byte : node.end_byte])


def used(alias: str, data: bytes, dot: bytes = b".") -> tuple[str, ...]:
    """What the text reads under `alias.`, sorted: `Open` of `util.Open(...)`.

    `dot` is what stands between the two in this language (`::`).
    """
    if not alias or alias.startswith("_"):
        return ()
    found: set[str] = set()
    needle = alias.encode("utf-8", "surrogatepass") + dot
    at = data.find(needle)
    while at >= 0:
        after = at + len(needle)
        if at == 0 or not _continues_name(data[at - 1]):
            word = _LEADING.match(data, after)
            if word:
                found.add(word.group().decode())
        at = data.find(needle, after)
    return tuple(sorted(found))


def _continues_name(byte: int) -> bool:
    return chr(byte).isalnum() or byte in b"_."
