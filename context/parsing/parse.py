"""A text's facts: what it imports, what it defines, which words it uses.

Never raises, whatever the text: what doesn't parse has fewer facts. Byte offsets
live here and in `context.text` only.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from context.facts import FileFacts, encode_imports, encode_outline
from context.parsing.apart import APART
from context.parsing.blanked import readable
from context.parsing.code import code
from context.parsing.grammars import grammar_of
from context.parsing.outline import outline
from context.parsing.trees import Trees, tree_of
from context.spelling import imports, package
from context.text import digest, to_bytes, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node, Tree

    from context.parsing.grammars import Grammar

    Grow = Callable[[Grammar, bytes], Tree | None]

# What is longer isn't parsed: at a few MB a second it would hold up everything else.
MAX_PARSED = 1_000_000
# Nobody nests definitions deeper, and a query walks down as far as it is let.
_DEEPEST = 300
# Files that say how the imports of others resolve; the resolvers read them whole.
_MANIFESTS = frozenset(
    {"go.mod", "package.json", "jsconfig.json", "Cargo.toml", "composer.json", "Package.swift"}
)
_TSCONFIG = re.compile(r"tsconfig(\.[\w.-]+)?\.json")

# A lone surrogate as `to_bytes` writes it; a grammar's predicates want what is UTF-8.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

Match = dict[str, list["Node"]]


_OPEN = Trees()


def parse(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text; an empty set of them where the language has no grammar."""
    return _parse(path, language, text, tree_of)


@lru_cache(maxsize=16)
def parse_open(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text that is looked at again and again: an open document's.

    Of a large one what hasn't changed since the last text under this path isn't parsed again.
    """
    return _parse(path, language, text, partial(_OPEN.tree, path))


def _parse(path: str, language: str, text: str, grow: Grow) -> FileFacts:
    data = to_bytes(text)
    name = digest(data)
    manifest = text if is_manifest(path.rpartition("/")[2]) else ""
    matches = _matches(path, language, data, grow)
    if matches is None:
        known = APART.facts(path, language, text) if len(data) <= MAX_PARSED else None
        return known or FileFacts(path, language, name, manifest=manifest)
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


def _matches(path: str, language: str, data: bytes, grow: Grow) -> list[Match] | None:
    if len(data) > MAX_PARSED:
        return None
    if b"\xed" in data:
        data = _SURROGATE.sub(b"???", data)
    language, readable_data = readable(language, path, data)
    grammar = grammar_of(language, path)
    tree = grow(grammar, readable_data) if grammar else None
    if grammar is None or tree is None:
        return None
    cursor = QueryCursor(grammar.query)
    cursor.set_max_start_depth(_DEEPEST)
    guarded = grammar.guarded
    return [
        match
        for pattern, match in cursor.matches(tree.root_node)
        if pattern not in guarded or _reads_right(match, data)
    ]


def _reads_right(match: Match, data: bytes) -> bool:
    """Whether what a query calls `is.X` reads `X`."""
    return all(
        data[nodes[0].start_byte : nodes[0].end_byte] == name[3:].encode()
        for name, nodes in match.items()
        if name.startswith("is.")
    )
