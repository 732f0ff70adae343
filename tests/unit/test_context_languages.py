"""Languages are known by name, by ending and by an editor's id."""

from __future__ import annotations

import pytest

from context.language_table import LANGUAGES
from context.languages import from_lsp, line_comment, of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "Python"),
        ("a/b.pyi", "Python"),
        ("x.d.ts", "TypeScript"),
        ("x.tsx", "TypeScript"),
        ("x.jsx", "JSX"),
        ("x.mjs", "JavaScript"),
        ("main.go", "Go"),
        ("Makefile", "Makefile"),
        ("deep/CMakeLists.txt", "CMake"),
        ("Dockerfile", "Dockerfile"),
        ("x.C", "C++"),
        ("x.c", "C"),
        ("README", "Text"),
        ("", "Text"),
        (".py", "Python"),
        ("a.tar.gz", "Text"),
    ],
)
def test_a_path_names_its_language(path: str, language: str) -> None:
    assert of(path) == language


def test_an_editors_id_wins_over_the_ending() -> None:
    assert from_lsp("typescriptreact", "x.txt") == "TypeScript"
    assert from_lsp("no-such-id", "x.go") == "Go"


def test_line_comments() -> None:
    assert line_comment("Python") == "#"
    assert line_comment("TypeScript") == "//"
    assert line_comment("HTML") is None
    assert line_comment("Text") is None


def test_no_ending_and_no_id_belongs_to_two_languages() -> None:
    for column in ("endings", "lsp", "files"):
        values = [value for row in LANGUAGES for value in getattr(row, column).split()]
        assert len(values) == len(set(values))
        assert all(value == value.lower() for value in values)
