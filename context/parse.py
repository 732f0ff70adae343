"""A text's facts: what it imports, what it defines, which words it uses.

Never raises, whatever the text: what doesn't parse has fewer facts. Byte offsets
live here and in `context.text` only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

from tree_sitter import Parser, QueryCursor

from context.apart import APART
from context.blanked import readable
from context.code import code
from context.facts import FileFacts, encode_imports, encode_outline
from context.grammars import grammar_of
from context.outline import outline
from context.spelling import imports, package
from context.text import digest, to_bytes, words

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from context.grammars import Grammar

# What is longer isn't parsed: at a few MB a second it would hold up everything else.
MAX_PARSED = 1_000_000
# Below this no text takes noticeable time; above it the parser's steps are counted. It
# makes 5 to 10 for a kilobyte of code and hundreds where it can't make sense of a text.
_SAFE_BYTES = 50_000
_CHUNK_BYTES = 65_536
# Nobody nests definitions deeper, and a query walks down as far as it is let.
_DEEPEST = 300
_MOST_LOOSE = 8_000
# Files that say how the imports of others resolve; the resolvers read them whole.
_MANIFESTS = frozenset(
    {"go.mod", "package.json", "jsconfig.json", "Cargo.toml", "composer.json", "Package.swift"}
)
_TSCONFIG = re.compile(r"tsconfig(\.[\w.-]+)?\.json")

Match = dict[str, list["Node"]]


def parse(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text; an empty set of them where the language has no grammar."""
    data = to_bytes(text)
    name = digest(data)
    manifest = text if is_manifest(path.rpartition("/")[2]) else ""
    matches = _matches(path, language, data)
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


@lru_cache(maxsize=16)
def parse_open(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text that is looked at again and again: an open document's."""
    return parse(path, language, text)


def _matches(path: str, language: str, data: bytes) -> list[Match] | None:
    if len(data) > MAX_PARSED:
        return None
    language, readable_data = readable(language, path, data)
    grammar = grammar_of(language, path)
    tree = _tree(grammar, readable_data) if grammar else None
    if grammar is None or tree is None or _is_rubble(tree.root_node):
        return None
    cursor = QueryCursor(grammar.query)
    cursor.set_max_start_depth(_DEEPEST)
    guarded = grammar.guarded
    return [
        match
        for pattern, match in cursor.matches(tree.root_node)
        if pattern not in guarded or _reads_right(match, data)
    ]


def _tree(grammar: Grammar, data: bytes) -> Tree | None:
    """The syntax tree; None for a text on which error recovery goes on and on."""
    parser = Parser(grammar.language)
    if len(data) < _SAFE_BYTES:
        return parser.parse(data)
    steps = count()
    most = 2_000 + len(data) // 40
    try:
        return parser.parse(
            lambda at, _: data[at : at + _CHUNK_BYTES],
            progress_callback=lambda _at, _has_error: next(steps) > most,
        )
    except ValueError:
        return None


def _is_rubble(root: Node) -> bool:
    """Whether nothing came of the text but loose tokens, on which a query takes quadratic time."""
    return root.is_error and root.child_count > _MOST_LOOSE


def _reads_right(match: Match, data: bytes) -> bool:
    """Whether what a query calls `is.X` reads `X`."""
    return all(
        data[nodes[0].start_byte : nodes[0].end_byte] == name[3:].encode()
        for name, nodes in match.items()
        if name.startswith("is.")
    )
