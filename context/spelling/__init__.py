"""How each language spells its imports: one module a language, one function for all of them.

A query says where a module is named and which names are taken from it; what the
spelling means (dots, quotes, nested braces) is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.spelling import go, javascript, python
from context.spelling.naming import Naming, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tree_sitter import Node

    from context.facts import Import

    Reader = Callable[[Naming, bytes], Iterable[Import]]

_READERS: Mapping[str, Reader] = {
    "Go": go.read,
    "JSX": javascript.read,
    "JavaScript": javascript.read,
    "Python": python.read,
    "TypeScript": javascript.read,
}


def imports(
    matches: Sequence[dict[str, list[Node]]], language: str, data: bytes
) -> tuple[Import, ...]:
    """Every module the file imports, in the order of its text."""
    read = _READERS.get(language, javascript.read)
    namings = sorted(_namings(matches, data).items())
    return tuple(item for _, naming in namings for item in read(naming, data))


def package(matches: Sequence[dict[str, list[Node]]], data: bytes) -> str:
    """The packages or namespaces that the file says it belongs to, separated by blanks."""
    named = (text_of(match["package"][0], data) for match in matches if "package" in match)
    return " ".join(dict.fromkeys("".join(name.split()) for name in named))


def _namings(matches: Sequence[dict[str, list[Node]]], data: bytes) -> dict[int, Naming]:
    """What the matches say of each module, by the place where it is named."""
    found: dict[int, Naming] = {}
    for match in matches:
        if "import.module" in match:
            node = match["import.module"][0]
            naming = found.get(node.start_byte)
            if naming is None:
                naming = Naming(text_of(node, data), node.start_point[0])
                found[node.start_byte] = naming
            naming.add(match, data)
    return found
