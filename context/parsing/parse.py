"""A text's facts: what it imports, what it defines, which words it uses.

Never raises, whatever the text: what doesn't parse has fewer facts. Byte offsets
live here and in `context.text` only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from context.facts import FileFacts, encode_imports, encode_outline
from context.parsing.apart import APART
from context.parsing.code import code
from context.parsing.opened import MAX_PARSED, opened, parsed
from context.parsing.outline import outline
from context.spelling import imports, package
from context.text import digest, to_bytes, words

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.parsing.opened import Opened

# Nobody nests definitions deeper, and a query walks down as far as it is let.
_DEEPEST = 300
# Files that say how the imports of others resolve; the resolvers read them whole.
_MANIFESTS = frozenset(
    {"go.mod", "package.json", "jsconfig.json", "Cargo.toml", "composer.json", "Package.swift"}
)
_TSCONFIG = re.compile(r"tsconfig(\.[\w.-]+)?\.json")

Match = dict[str, list["Node"]]


def parse(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text; an empty set of them where the language has no grammar."""
    return _facts(path, language, text, parsed(path, language, text))


@lru_cache(maxsize=16)
def parse_open(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text that is looked at again and again: an open document's.

    Of a large one what hasn't changed since the last text under this path isn't parsed again.
    """
    return _facts(path, language, text, opened(path, language, text))


def _facts(path: str, language: str, text: str, tree: Opened | None) -> FileFacts:
    data = to_bytes(text)
    name = digest(data)
    manifest = text if is_manifest(path.rpartition("/")[2]) else ""
    if tree is None:
        known = APART.facts(path, language, text) if len(data) <= MAX_PARSED else None
        return known or FileFacts(path, language, name, manifest=manifest)
    matches = _matches(tree, data)
    return FileFacts(
        path,
        language,
        name,
        encode_imports(imports(matches, language, data)),
        encode_outline(outline(matches, language, data)),
        words(code(data, language)),
        manifest,
        package(matches, data),
    )


def is_manifest(name: str) -> bool:
    """Whether a file of this name says how imports resolve."""
    return name in _MANIFESTS or _TSCONFIG.fullmatch(name) is not None


def _matches(tree: Opened, data: bytes) -> list[Match]:
    cursor = QueryCursor(tree.grammar.query)
    cursor.set_max_start_depth(_DEEPEST)
    guarded = tree.grammar.guarded
    return [
        match
        for pattern, match in cursor.matches(tree.root)
        if pattern not in guarded or _reads_right(match, data)
    ]


def _reads_right(match: Match, data: bytes) -> bool:
    """Whether what a query calls `is.X` reads `X`."""
    return all(
        data[nodes[0].start_byte : nodes[0].end_byte] == name[3:].encode()
        for name, nodes in match.items()
        if name.startswith("is.")
    )
