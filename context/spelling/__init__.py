"""How each language spells its imports: one module a language, one function for all of them.

A query says where a module is named and which names are taken from it; what the
spelling means (dots, quotes, nested braces) is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.spelling import (
    c,
    csharp,
    go,
    java,
    javascript,
    kotlin,
    lua,
    php,
    python,
    ruby,
    rust,
    scala,
    shell,
    swift,
)
from context.spelling.naming import Naming, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tree_sitter import Node

    from context.facts import Import

    Reader = Callable[[Naming, bytes], Iterable[Import]]

_READERS: Mapping[str, Reader] = {
    "C#": csharp.read,
    "Go": go.read,
    "JSX": javascript.read,
    "JavaScript": javascript.read,
    "Java": java.read,
    "Kotlin": kotlin.read,
    "Lua": lua.read,
    "PHP": php.read,
    "Python": python.read,
    "Ruby": ruby.read,
    "Scala": scala.read,
    "Shell": shell.read,
    "Swift": swift.read,
    "TypeScript": javascript.read,
}
# Languages whose imports stand where no query finds them all; they are read from the text.
_TEXT_READERS: Mapping[str, Callable[[bytes], Iterable[Import]]] = {
    "C": c.read,
    "C++": c.read,
    "Rust": rust.read,
}


def imports(
    matches: Sequence[dict[str, list[Node]]], language: str, data: bytes
) -> tuple[Import, ...]:
    """Every module the file imports, in the order of its text."""
    if language in _TEXT_READERS:
        return tuple(_TEXT_READERS[language](data))
    read = _READERS.get(language, javascript.read)
    namings = sorted(_namings(matches, data).items())
    return tuple(item for _, naming in namings for item in read(naming, data))


def package(matches: Sequence[dict[str, list[Node]]], data: bytes) -> str:
    """The packages or namespaces that the file says it belongs to, separated by blanks."""
    found: dict[str, None] = {}
    around: list[tuple[int, str]] = []
    for match in matches:
        if "package" in match:
            node = match["package"][0]
            while around and around[-1][0] <= node.start_byte:
                around.pop()
            name = "".join(text_of(node, data).split())
            if "namespace" in match:
                # One that stands inside of another goes by both their names.
                name = f"{around[-1][1]}.{name}" if around else name
                around.append((match["namespace"][0].end_byte, name))
            found[name] = None
    return " ".join(found)


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
