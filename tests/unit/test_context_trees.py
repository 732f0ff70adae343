"""A text that is typed in has the facts that a new start would give it."""

from __future__ import annotations

import pytest

from context.languages import of
from context.parsing import opened as opened_module
from context.parsing import trees as trees_module
from context.parsing.blanked import readable
from context.parsing.grammars import grammar_of
from context.parsing.parse import parse, parse_open
from context.parsing.trees import Trees, tree_of

LONG = "".join(
    f"class Shape{n}(Base):\n    '''Doc {n}.'''\n    def area(self, k):\n        return k * {n}\n\n"
    for n in range(250)
)
TYPED = "\n\nimport os\ndef fresh(a, b):\n    return {'é': a}\n"


def test_a_long_text_is_followed_through_every_keystroke(monkeypatch) -> None:
    """In the middle of it, forwards and backwards; what is shown is what a full parse sees."""
    seen = []
    real = Trees.tree

    def tree(self, path, grammar, data):
        seen.append(bool(self._kept.get(path)))
        return real(self, path, grammar, data)

    monkeypatch.setattr(Trees, "tree", tree)
    monkeypatch.setattr(opened_module, "_OPEN", Trees())
    middle = LONG.index("class Shape120")
    texts = [LONG[:middle] + TYPED[:end] + LONG[middle:] for end in range(0, len(TYPED), 5)]
    for text in [*texts, *reversed(texts[:-3]), LONG[: len(LONG) // 2], LONG]:
        assert parse_open("grown.py", "Python", text) == parse("grown.py", "Python", text)
    assert seen[0] is False
    assert all(seen[1:])


def test_few_trees_are_kept_and_none_of_short_texts() -> None:
    trees = Trees()
    grammar = grammar_of("Python", "a.py")
    for name in "abcdefg":
        trees.tree(name, grammar, LONG.encode())
    trees.tree("short", grammar, b"x = 1\n")
    assert list(trees._kept) == ["d", "e", "f", "g"]


def test_another_grammar_under_the_same_path_starts_anew() -> None:
    trees = Trees()
    python, go = (grammar_of(name, "a") for name in ("Python", "Go"))
    trees.tree("a", python, LONG.encode())
    found = trees.tree("a", go, b"package a\n" * 2_500)
    assert found.language == go.language


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("a.sh", "a?"),
        ("a.sh", "@a"),
        ("a.lua", "<"),
        ("a.lua", "\\"),
        ("a.kt", "/*"),
        ("a.rb", "%w("),
        ("a.py", "\\\n"),
    ],
)
def test_what_is_read_again_and_again_is_given_up(path: str, unit: str) -> None:
    """By a count of what the parser reads, which is the same on every machine."""
    text = unit * (12_000 // len(unit))
    grammar = grammar_of(of(path), path)
    assert tree_of(grammar, text.encode()) is None
    assert parse(path, of(path), text).definitions == ()


def test_a_scanner_that_never_asks_finds_the_text_at_its_end() -> None:
    grammar = grammar_of("Swift", "a.swift")
    assert tree_of(grammar, b"#" * 20_000) is None


@pytest.mark.parametrize(
    ("path", "unit"), [("a.java", "A<B<"), ("a.cs", "a<"), ("a.c", "a=>"), ("a.sh", "a|")]
)
def test_a_heap_of_signs_with_many_meanings_costs_no_more_than_another(
    path: str, unit: str
) -> None:
    """At 48 KB it took minutes: every reading of it all was gone through at its end."""
    text = unit * (12_000 // len(unit)) + "\n"
    data = readable(of(path), path, text.encode())[1]
    assert len(data) == len(text)
    assert unit[1:].encode() not in data
    assert parse(path, of(path), text).path == path


def test_few_angles_and_arrows_stay() -> None:
    text = b"class A { boolean a = b < c; /* => */ }\n" * 60
    assert readable("Java", "A.java", text) == ("Java", text)


def test_a_document_that_was_given_up_is_tried_now_and_then(monkeypatch) -> None:
    """At a change of many bytes, or at the eighth keystroke; others are none of this."""
    tried = []
    real = trees_module.tree_of

    def counted(grammar, data, before=None):
        tried.append(len(data))
        return real(grammar, data, before)

    monkeypatch.setattr(trees_module, "tree_of", counted)
    trees, grammar = Trees(), grammar_of("Shell", "a.sh")
    text = b"a?" * 5_000
    for n in range(9):
        assert trees.tree("a.sh", grammar, text + b"a" * n) is None
    assert tried == [10_000, 10_008]
    assert trees.tree("b.sh", grammar, b"echo\n") is not None
    assert trees.tree("a.sh", grammar, b"echo\n") is not None
    assert trees.tree("a.sh", grammar, b"echo 1\n") is not None
