"""The grammar and the query of a language, loaded when first asked for."""

from __future__ import annotations

import importlib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from tree_sitter import Language, Query

# Language -> name of the query file, module of the grammar, its entry point.
_SOURCES = {
    "Python": ("python", "tree_sitter_python", "language"),
    "JavaScript": ("javascript", "tree_sitter_javascript", "language"),
    "JSX": ("javascript", "tree_sitter_javascript", "language"),
    "TypeScript": ("typescript", "tree_sitter_typescript", "language_typescript"),
    "Go": ("go", "tree_sitter_go", "language"),
}
_TSX = ("typescript", "tree_sitter_typescript", "language_tsx")


class Grammar(NamedTuple):
    """How to parse a language and what to look for in it."""

    language: Language
    query: Query


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
    text = files("context").joinpath("queries", f"{query}.scm").read_text(encoding="utf-8")
    return Grammar(language, Query(language, text))
