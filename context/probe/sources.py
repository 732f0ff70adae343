"""A repository's own sources, parsed, for whoever looks for places in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.parsing.grammars import grammar_of, has_grammar
from context.parsing.trees import tree_of
from context.text import to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from context.facts import FileFacts
    from context.index import Index

    Read = Callable[[str], str | None]

_MOST_BYTES = 200_000
_ASIDE = re.compile(
    r"(?:^|/)(?:\.[^/]*|_*test(?:s|data|fixtures|util)?_*|spec|docs?|examples?|benchmarks?"
    r"|fixtures|typetests|node_modules|vendor|third_party)/|\.(?:test|spec)\.\w+$|_test\.go$"
)
_NO_USE = re.compile(
    r"comment|string|import|use_declaration|namespace_use|using_directive|include"
    r"|export_clause|package"
)


class Source(NamedTuple):
    """A parsed file, in bytes."""

    path: str
    language: str
    data: bytes
    root: Node


def is_source(facts: FileFacts) -> bool:
    """Whether a file is code of the project's own, other than tests and examples."""
    return has_grammar(facts.language) and _ASIDE.search(facts.path) is None


def source_of(index: Index, read: Read, path: str) -> Source | None:
    """A file of the index, parsed; None for one that is empty, too long or can't be read."""
    language = index.facts[path].language
    grammar = grammar_of(language, path)
    data = to_bytes(read(path) or "")
    if grammar is None or not 0 < len(data) <= _MOST_BYTES:
        return None
    tree = tree_of(grammar, data)
    return None if tree is None else Source(path, language, data, tree.root_node)


def word_at(source: Source, start: int, end: int) -> Node | None:
    """The leaf of the syntax tree that is this word; None in comments, strings and imports."""
    leaf = source.root.descendant_for_byte_range(start, end)
    if leaf is None or (leaf.start_byte, leaf.end_byte) != (start, end):
        return None
    return leaf if is_code(leaf) else None


def is_code(leaf: Node) -> bool:
    """Whether a leaf is neither in a comment nor in a string nor in an import."""
    node: Node | None = leaf
    while node is not None:
        if _NO_USE.search(node.type):
            return False
        node = node.parent
    return True


def line_end(data: bytes, at: int) -> int:
    """Where the line that `at` lies in ends, before its line break."""
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end - (data[end - 1 : end] == b"\r")
