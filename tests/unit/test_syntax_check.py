"""What of a completion the syntax lets pass: a document with a cursor, a text, what is left."""

from __future__ import annotations

import pytest

from context.checks.syntax import syntax_check
from context.checks.viable import viable
from context.languages import of
from context.parsing.opened import opened
from context.types import Snapshot

PYTHON = "def f():\n    $0\n"
BRACES = "function f() {\n  $0\n}\n"


def _sound(path, document, text, n_replaced=0):
    at = document.index("$0")
    snapshot = Snapshot(path, of(path), 1, document.replace("$0", ""), at)
    return text[: syntax_check(snapshot).sound(text, n_replaced)]


WHOLE = [
    ("a.py", PYTHON, "return 1"),
    # A head whose body is still to come, a call that goes on in the next line.
    ("a.py", PYTHON, "if x:"),
    ("a.py", PYTHON, "try:"),
    ("a.py", PYTHON, "@property"),
    ("a.py", PYTHON, "foo("),
    ("a.py", PYTHON, "foo(\n        a,"),
    ("a.py", PYTHON, "if x:\n        return 1\n    else:\n        return 2"),
    ("a.py", PYTHON, "x = '''\nabc\n'''"),
    ("a.py", "x = foo($0\ny = 1\n", "a)"),
    # The document was open there before.
    ("a.py", "x = foo($0\ny = 1\n", "a"),
    ("a.py", "class A:\n    def f(self):\n        if x:\n$0\n        y = 1\n", "            z()"),
    # What has lost its head below is no completion's fault.
    ("a.py", "$0\n    return x\n", "import os"),
    ("a.js", BRACES, "if (x) {"),
    ("a.js", BRACES, "if (x) {\n    a();"),
    ("a.js", BRACES, "try {"),
    ("a.js", BRACES, "foo(function () {"),
    ("a.jsx", BRACES, "return <div>a</div>;"),
    ("a.js", "foo(function () {$0\n", "\n  a();\n});"),
    ("a.go", "package a\n\nfunc f() {\n\t$0\n}\n", "for i := range x {\n\t\ta()"),
    ("a.rb", "def f\n  $0\nend\n", "y.each do |a|"),
    ("a.sh", "f() {\n  $0\n}\n", "if x; then"),
    ("a.lua", "function f()\n  $0\nend\n", "for i = 1, 2 do"),
    ("a.rs", "fn f() {\n    $0\n}\n", "match x {\n        A => 1,"),
    # No grammar, no opinion; nor of a page's template.
    ("a.cob", "$0\n", "))))"),
    ("a.vue", "<template>\n  $0\n</template>\n<script>\nlet a = 1\n</script>\n", "<p>((</p>"),
]


@pytest.mark.parametrize(("path", "document", "text"), WHOLE)
def test_what_is_right_so_far_passes(path, document, text):
    assert _sound(path, document, text) == text


CUT = [
    ("a.py", PYTHON, "return foo(a, b", "return foo"),
    ("a.py", PYTHON, "a = 1\n    b = foo(c", "a = 1"),
    ("a.py", PYTHON, "return 1\n  b = 2", "return 1"),
    ("a.py", PYTHON, "return 1\n        b = 2", "return 1"),
    ("a.py", PYTHON, "if x:\n    return 1", "if x:"),
    ("a.py", PYTHON, "x = 'abc", ""),
    ("a.py", PYTHON, "x =", ""),
    ("a.py", "x = foo($0)\ny = 1\n", "a, b]", "a, b"),
    ("a.py", "class A:\n    def f(self):\n        if x:\n$0\n        y = 1\n", "        z()", ""),
    ("a.js", BRACES, "a();\n}\nb();", "a();"),
    ("a.js", BRACES, "}", ""),
    ("a.js", BRACES, "const a = b c", "const a = b"),
    # The lines of the block are there already: nothing is to come that could close another.
    ("a.js", "if (x) {\n  $0\n    a();\n}\n", "b({", ""),
    ("a.rb", "def f\n  $0\nend\n", "end", ""),
    ("a.sh", "f() {\n  $0\n}\n", "fi", ""),
]


@pytest.mark.parametrize(("path", "document", "text", "left"), CUT)
def test_what_breaks_the_document_is_cut_off(path, document, text, left):
    assert _sound(path, document, text) == left


def test_errors_elsewhere_are_nobody_s_fault():
    """A document that is broken far from the cursor still gets completions, and only right ones."""
    document = "x = = 1\n\n\ndef f():\n    $0\n\n\ny = = 2\n"
    assert _sound("a.py", document, "return 1") == "return 1"
    assert _sound("a.py", document, "return 1)") == "return 1"


def test_offsets_are_code_points():
    assert _sound("a.py", "# é𐐀\ndef f():\n    $0\n", "a = 'é𐐀'\n    b = )") == "a = 'é𐐀'"


def test_what_a_text_replaces_is_gone():
    assert _sound("a.py", "f($0)\n", "a)(b)", 1) == "a)(b)"


@pytest.mark.parametrize(
    "text", ["(" * 2_000, '\\"' * 4_000, "\n" * 2_000, "\0", "\ud800", "}\n" * 500]
)
def test_any_text_gets_an_answer(text):
    assert 0 <= len(_sound("a.py", PYTHON, text)) <= len(text)


SIGNATURE = (
    "def f(\n    a: int = 1,\n    $0\n        a=a,\n        b=b,\n    )\n\n\ndef g():\n    pass\n"
)
BRACED = "class A {\n  f(\n    $0\n      a.b(c);\n    }\n  }\n}\n"


@pytest.mark.parametrize(
    ("path", "document", "text", "left"),
    [
        ("a.py", SIGNATURE, "time: Types = DEFAULT,", "time: Types = DEFAULT,"),
        ("a.py", SIGNATURE, "x,", "x,"),
        ("a.py", SIGNATURE, "x: int,\n    y z,", "x: int,"),
        ("a.py", SIGNATURE, "x]", ""),
        ("a.ts", BRACED, "a: string,", "a: string,"),
        ("a.ts", BRACED, "a: string] b", ""),
        (
            "A.java",
            "class A {\n  void f(\n    $0\n      a.b(c);\n    }\n  }\n}\n",
            "int a,",
            "int a,",
        ),
    ],
)
def test_where_what_follows_has_lost_its_head_what_stands_above_decides(path, document, text, left):
    """Somebody retypes a signature: nothing that could be typed makes the document right."""
    assert _sound(path, document, text) == left


@pytest.mark.parametrize(
    ("path", "above", "text", "left"),
    [
        ("a.py", "def f():\n    ", "foo(a, b c", "foo(a, b "),
        ("a.py", "def f():\n    ", "x = '''abc", "x = '''abc"),
        ("a.ts", "function f() {\n  ", "x = `abc", "x = `abc"),
        ("a.ts", "function f() {\n  ", "x = 'abc", ""),
        ("a.go", "package a\nfunc f() {\n\t", "func(a int,", "func(a int,"),
        ("a.rb", "class A\n  def f\n    ", "x.y do |a|", "x.y do |a|"),
        ("a.rs", "impl A {\n  fn f() {\n    ", "match x {\n  A => b,", "match x {\n  A => b,"),
        ("a.rs", "impl A {\n  fn f() {\n    ", "foo(a, b c", "foo(a, b "),
    ],
)
def test_a_mistake_is_where_no_token_can_follow(path, above, text, left):
    tree = opened(path, of(path), above + "\n")
    assert tree is not None
    assert text[: viable(tree, len(above), len(above), text)] == left
