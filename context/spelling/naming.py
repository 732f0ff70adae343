"""What several matches of a query say about one naming of a module."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from context.facts import Name
from context.text import chains, from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_LEADING = re.compile(rb"[A-Za-z_]\w*")
# No name is longer; what stands behind it isn't copied.
_LONGEST = 256
_DOTTED = re.compile(rb"[\w.\x80-\xff]+")


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
        marks = {
            capture.removeprefix("import."): text_of(nodes[0], data)
            for capture, nodes in match.items()
            if capture.startswith("import.")
        }
        self.marks |= marks
        self.exported |= "export" in match
        alias = marks.get("alias", "")
        if "default" in marks:
            self.names.append(Name("default", marks["default"]))
        elif "name" in marks:
            name = "*" if marks["name"] == "." else marks["name"]
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
    needle = alias.encode("utf-8", "surrogatepass")
    is_chain = dot == b"." and _DOTTED.fullmatch(needle)
    after = _after(needle, data) if is_chain else _found_after(needle + dot, data)
    words = (_LEADING.match(rest) for rest in after)
    return tuple(sorted({word.group().decode() for word in words if word}))


def _after(alias: bytes, data: bytes) -> Iterator[bytes]:
    """What follows the dot in every chain that begins with `alias`, which may have dots itself."""
    first, _, inner = alias.partition(b".")
    start = inner + b"." if inner else b""
    for rest in _continued(data).get(first, ()):
        if rest.startswith(start):
            yield rest[len(start) :]


@lru_cache(maxsize=1)
def _continued(data: bytes) -> dict[bytes, list[bytes]]:
    """First word of a chain -> what stands after its dot, each once.

    A file imports some twenty names and most are never followed by a dot: looking for each
    in the text takes five times as long as looking at every chain once (SymPy, 17,000 imports).
    """
    found: dict[bytes, list[bytes]] = {}
    for chain in chains(data):
        first, dot, rest = chain.partition(b".")
        if dot and first:
            found.setdefault(first, []).append(rest)
    return found


def _found_after(needle: bytes, data: bytes) -> Iterator[bytes]:
    at = data.find(needle)
    while at >= 0:
        after = at + len(needle)
        if at == 0 or not _continues_name(data[at - 1]):
            yield data[after : after + _LONGEST]
        at = data.find(needle, after)


def _continues_name(byte: int) -> bool:
    return chr(byte).isalnum() or byte in b"_."
