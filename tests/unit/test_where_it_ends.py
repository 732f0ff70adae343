"""Where a statement, a block and a definition end that a model would go on from."""

from __future__ import annotations

import pytest

from inference.answer.hole import hole_at
from inference.answer.postprocess import fit


def _left(marked: str, text: str, extent: str, *, fills: bool = False) -> str:
    """What is left of a text at the `$0` of a document; the reason where nothing is."""
    prefix, _, suffix = marked.partition("$0")
    found = fit(text, hole_at(prefix, suffix, fills=fills), extent)
    return getattr(found, "text", None) or found.reason


@pytest.mark.parametrize(
    ("marked", "text", "left"),
    [
        ("x = $0\n", "f(1)\ny = 2\n", "f(1)"),
        ("x = $0\n", "f(\n    1,\n)\ny = 2\n", "f(\n    1,\n)"),
        ("x = $0\n", "{\n  a: [\n    1,\n  ],\n};\ny();\n", "{\n  a: [\n    1,\n  ],\n};"),
        ("x = f($0\n", "1,\n    2)\ny = 2\n", "1,\n    2)"),
        ("x = f($0)\n", "1\n    2)\ny = 2\n", "1"),
        ("for x $0\n", "in y:\n    z()\n", "in y:"),
        ("for (x $0\n", "of y) {\n  z();\n}\n", "of y) {"),
        ("if (x)$0\n", " {\n  z();\n}\n", " {"),
        ("x.each($0\n", "(a) => {\n  z();\n});\n", "(a) => {"),
        ("return $0\n", "{\n  a: 1,\n};\ny();\n", "{\n  a: 1,\n};"),
        ("x = $0\n", "a +\n    b\ny = 2\n", "a +\n    b"),
        ("x$0\n", "++\ny++\n", "++"),
        ('x = "($0\n', 'a"\ny = 2\n', 'a"'),
        ("$0\n", "\n\nx = 1\ny = 2\n", "\n\nx = 1"),
        ("x = $0\n", "f(\n" + "    1,\n" * 40, "f("),
    ],
)
def test_a_statement_ends_where_its_brackets_do(marked: str, text: str, left: str) -> None:
    """But for a block's, whose header is shown at once."""
    assert _left(marked, text, "line") == left


@pytest.mark.parametrize(
    ("marked", "text", "left"),
    [
        ("def f():\n    $0\n", "a\n    b\n\n    c\n", "a\n    b"),
        (
            "def f():\n    $0\n",
            "if a:\n        b\n\n        c\n    d\n",
            "if a:\n        b\n\n        c",
        ),
        ("def f():\n    x\n    $0\n", "a\n    b\nc\n", "a\n    b"),
        ("f() {\n  x;\n  $0\n", "a;\n  b;\n}\n\ng() {\n", "a;\n  b;\n}"),
        ("f() {\n  x;\n  $0\n}\n", "a;\n  b;\n}\n\ng() {\n", "a;\n  b;"),
        ("f() {\n  x;\n  $0\n  y;\n}\n", "a;\n}\n", "a;"),
    ],
)
def test_a_block_ends_with_a_blank_line_or_its_indentation(marked, text, left) -> None:
    """What closes it comes along where the document hasn't it."""
    assert _left(marked, text, "block") == left


@pytest.mark.parametrize(
    ("marked", "text", "left"),
    [
        ("def f():\n    $0\n", "a\n\n    b\nc\n", "a\n\n    b"),
        ("def f():\n    $0\n", "if a:\n        b\n    c\nd\n", "if a:\n        b\n    c"),
        ("def f():$0\n", "\n    a\n\n    b\n\nc\n", "\n    a\n\n    b"),
        ("def f(a,\n      b):$0\n", "\n    a\n\n    b\n\nc\n", "\n    a\n\n    b"),
        ("int f(int a,\n      int b) {$0\n", "\n  a;\n  b;\n}\n\nint g() {\n", "\n  a;\n  b;\n}"),
        ("if (a) {$0\n", "\n  b;\n} else {\n  c;\n}\n", "\n  b;\n}"),
        ("f() {$0\n}\n", "\n  a;\n\n  b;\n}\ng();\n", "\n  a;\n\n  b;"),
        ("def f(x)$0\nend\n", "\n  a\n\n  b\nend\n", "\n  a\n\n  b"),
        ("x = {$0\n", "}\ny = 2\n", "}"),
        ("if a:$0\n", "\nb\n", "what was generated lies outside of the cursor's block"),
    ],
)
def test_a_block_that_was_empty_is_filled(marked: str, text: str, left: str) -> None:
    assert _left(marked, text, "function", fills=True) == left


@pytest.mark.parametrize(
    ("marked", "text", "left"),
    [
        ("$0\n", "@a\ndef f():\n    b\n\n    c\n\n\ndef g():\n", "@a\ndef f():\n    b\n\n    c"),
        ("$0\n", "int f()\n{\n  a;\n}\nint g()\n{\n", "int f()\n{\n  a;\n}"),
        ("class A:\n    $0\n", "x: int\n    y: int\n\n    def f():\n", "x: int\n    y: int"),
        ("class A {\n  $0\n}\n", "f() {\n    a;\n  }\n\n  g() {\n", "f() {\n    a;\n  }"),
        ("@a\n$0\n\n\n@bb\ndef g():\n", "@bb\ndef f():\n    c\n", "@bb\ndef f():\n    c"),
        (
            "$0\n\n\n@bb\ndef g():\n",
            "@bb\ndef g():\n    c\n",
            "it only repeats what follows the cursor",
        ),
    ],
)
def test_a_definition_comes_alone(marked: str, text: str, left: str) -> None:
    """With what decorates it, if that is what the next one has, too."""
    assert _left(marked, text, "function") == left
