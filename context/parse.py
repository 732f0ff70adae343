"""A text's facts: what it imports, what it defines, which words it uses.

Never raises, whatever the text: what doesn't parse has fewer facts. Byte offsets
live here and in `context.text` only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tree_sitter import Parser, QueryCursor

from context.facts import FileFacts, encode_imports, encode_outline
from context.grammars import grammar_of
from context.outline import outline
from context.statements import imports
from context.text import digest, to_bytes, words

if TYPE_CHECKING:
    from tree_sitter import Node

# What is longer isn't parsed: at a few MB a second it would hold up everything else.
MAX_PARSED = 1_000_000
_MANIFESTS = frozenset({"go.mod", "package.json", "tsconfig.json", "jsconfig.json"})

Match = dict[str, list["Node"]]


def parse(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text; an empty set of them where the language has no grammar."""
    data = to_bytes(text)
    name = digest(data)
    manifest = text if path.rpartition("/")[2] in _MANIFESTS else ""
    matches = _matches(path, language, data)
    if matches is None:
        return FileFacts(path, language, name, manifest=manifest)
    return FileFacts(
        path,
        language,
        name,
        encode_imports(imports(matches, language, data)),
        encode_outline(outline(matches, data)),
        "\n".join(sorted(words(data))),
        manifest,
    )


@lru_cache(maxsize=16)
def parse_open(path: str, language: str, text: str) -> FileFacts:
    """The facts of a text that is looked at again and again: an open document's."""
    return parse(path, language, text)


def _matches(path: str, language: str, data: bytes) -> list[Match] | None:
    if len(data) > MAX_PARSED:
        return None
    grammar = grammar_of(language, path)
    if grammar is None:
        return None
    tree = Parser(grammar.language).parse(data)
    return [found for _, found in QueryCursor(grammar.query).matches(tree.root_node)]
