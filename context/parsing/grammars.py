"""The grammar and the query of a language, loaded when first asked for."""

from __future__ import annotations

import importlib
from functools import lru_cache
from pkgutil import get_data
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Language, Query

if TYPE_CHECKING:
    from collections.abc import Iterator

# Language -> name of the query file, module of the grammar, its entry point.
_SOURCES = {
    "Python": ("python", "tree_sitter_python", "language"),
    "JavaScript": ("javascript", "tree_sitter_javascript", "language"),
    "JSX": ("javascript", "tree_sitter_javascript", "language"),
    "TypeScript": ("typescript", "tree_sitter_typescript", "language_typescript"),
    "Go": ("go", "tree_sitter_go", "language"),
    "Rust": ("rust", "tree_sitter_rust", "language"),
    "C": ("c", "tree_sitter_c", "language"),
    "C++": ("cpp", "tree_sitter_cpp", "language"),
    "Java": ("java", "tree_sitter_java", "language"),
    "Kotlin": ("kotlin", "tree_sitter_kotlin", "language"),
    "Scala": ("scala", "tree_sitter_scala", "language"),
    "C#": ("csharp", "tree_sitter_c_sharp", "language"),
    "Swift": ("swift", "tree_sitter_swift", "language"),
    "PHP": ("php", "tree_sitter_php", "language_php"),
    "Lua": ("lua", "tree_sitter_lua", "language"),
    "Shell": ("bash", "tree_sitter_bash", "language"),
    "Ruby": ("ruby", "tree_sitter_ruby", "language"),
}
_TSX = ("typescript", "tree_sitter_typescript", "language_tsx")


class Grammar(NamedTuple):
    """How to parse a language and what to look for in it.

    Attributes:
        guarded: the numbers of those patterns whose matches count only where `is.X` reads `X`.
    """

    language: Language
    query: Query
    guarded: frozenset[int]


def has_grammar(language: str) -> bool:
    """Whether files of `language` can be parsed."""
    return language in _SOURCES


def grammar_of(language: str, path: str) -> Grammar | None:
    """The grammar for a file; None where the language has none.

    TSX is TypeScript with a grammar of its own, as `<T>x` means two things.
    """
    if language == "TypeScript" and path.endswith("x"):
        return _load(*_TSX)
    source = _SOURCES.get(language)
    return _load(*source) if source else None


@lru_cache(maxsize=16)
def _load(query: str, module: str, entry: str) -> Grammar:
    pointer: object = getattr(importlib.import_module(module), entry)()
    language = Language(pointer)
    text = get_data("context", f"queries/{query}.scm") or b""
    made = Query(language, text.decode())
    return Grammar(language, made, frozenset(_guarded(made, text)))


def _guarded(query: Query, text: bytes) -> Iterator[int]:
    for number in range(query.pattern_count):
        start, end = query.start_byte_for_pattern(number), query.end_byte_for_pattern(number)
        if b"@is." in text[start:end]:
            yield number
