"""What becomes of generated text, by tables: a document with a cursor, a text, a result.

The result is the document after the completion was accepted, with `⟦ ⟧` around the
inserted text; or, in angle brackets, why there is nothing to offer.
"""

from __future__ import annotations

import pytest
from marked import parse

from inference.answer import postprocess
from inference.answer.hole import hole_at
from inference.answer.postprocess import fit
from inference.types import NoCompletion


def _fitted(fixture, text, extent="block", *, torn=False):
    marked = parse(fixture)
    prefix, suffix = marked.text[: marked.cursor], marked.text[marked.cursor :]
    fitted = fit(text, hole_at(prefix, suffix), extent, torn=torn)
    if isinstance(fitted, NoCompletion):
        return f"<{fitted.reason}>"
    assert "\n" not in suffix[: fitted.n_replaced]
    return f"{prefix}⟦{fitted.text}⟧{suffix[fitted.n_replaced :]}"


BRACKETS = [
    ("f($0)", "a, b)", "f(⟦a, b⟧)"),
    ("f($0)", "a, b", "f(⟦a, b⟧)"),
    ("f($0)", "g(x)", "f(⟦g(x)⟧)"),
    ("f($0)", "g(x))", "f(⟦g(x)⟧)"),
    ("f($0)", "a):", "f(⟦a):⟧"),
    ("f($0)", "a)(b)", "f(⟦a)(b)⟧"),
    ("f(g($0))", "a)", "f(g(⟦a⟧))"),
    ("f(g($0))", "a), b", "f(g(⟦a), b⟧)"),
    ("f(g($0))", "a))", "f(g(⟦a⟧))"),
    ("f($0)", "x) + g(y", "f(⟦x) + g(y⟧)"),
    ("f('$0')", "hello')", "f('⟦hello⟧')"),
    ("f('$0')", "a', 'b')", "f('⟦a', 'b⟧')"),
    ("f('$0')", "a)b", "f('⟦a)b⟧')"),
    ("f('$0')", "a', b='", "f('⟦a', b='⟧')"),
    ("f(x='$0')", "a', y='b", "f(x='⟦a', y='b⟧')"),
    ("f(g(h($0))", "a)", "f(g(h(⟦a)⟧))"),
    ("x[$0]", "'key']", "x[⟦'key'⟧]"),
    ("x = {$0}", "'a': f({})}", "x = {⟦'a': f({})⟧}"),
    ("# **$0**", "***", "# **⟦***⟧**"),
    ("a = $0;", "b + c;", "a = ⟦b + c⟧;"),
    ("f($0, z)", "x, z)", "f(⟦x⟧, z)"),
    ("f($0, z)", "x", "f(⟦x⟧, z)"),
    ("f($0) -> int:", "a: int) -> int:", "f(⟦a: int⟧) -> int:"),
    ("f($0)", ")", "<it only repeats what follows the cursor>"),
    ("x = $0", "  ", "<the model generated nothing but blanks>"),
    ("x = $0", "", "<the model generated nothing>"),
]


@pytest.mark.parametrize(("fixture", "text", "expected"), BRACKETS)
def test_what_stands_on_the_line_is_not_doubled(fixture, text, expected):
    assert _fitted(fixture, text) == expected


LINES = [
    # The model goes on with the lines that are there already.
    ("a = $0\nb = 2\nc = 3\n", "1\nb = 2\nc = 3\n", "a = ⟦1⟧\nb = 2\nc = 3\n"),
    ("a = $0\nb = 2\nc = 3\n", "1\nb = 2\nc = 3\nd = 5", "a = ⟦1⟧\nb = 2\nc = 3\n"),
    ("a = $0\n\nb = 2\n", "1\n\n\nb = 2\n", "a = ⟦1⟧\n\nb = 2\n"),
    # A bracket that is there already, and one that belongs to the text.
    ("f(\n    a,\n    $0\n)\n", "b,\n)\n", "f(\n    a,\n    ⟦b,⟧\n)\n"),
    (
        "//- /main.py\ndef h():\n    f(\n    $0\n    )\n",
        "g(\n    )\n",
        "def h():\n    f(\n    ⟦g(\n    )⟧\n    )\n",
    ),
    (
        "x = [$0\n]\n",
        "\n    f(\n        a,\n    ),\n]\n",
        "x = [⟦\n    f(\n        a,\n    ),⟧\n]\n",
    ),
    ("x = f($0\n)\n", "\n    [\n        a,\n    ]\n)\n", "x = f(⟦\n    [\n        a,\n    ]⟧\n)\n"),
    ("if (x) {$0\n}\n", "\n  y();\n}\n", "if (x) {⟦\n  y();⟧\n}\n"),
    # The whole is there already.
    ("$0\nreturn x\n", "return x", "<it only repeats what follows the cursor>"),
    # A line that is like the next by its beginning only stays.
    ("a = $0\nbar = 2\n", "1\nba", "a = ⟦1\nba⟧\nbar = 2\n"),
]


@pytest.mark.parametrize(("fixture", "text", "expected"), LINES)
def test_lines_that_follow_are_not_doubled(fixture, text, expected):
    assert _fitted(fixture, text) == expected


SCOPES = [
    # A statement in a block: what follows stays in that block.
    (
        "def f():\n    $0\n",
        "a = 1\n    return a\n\ndef g():\n    pass\n",
        "def f():\n    ⟦a = 1\n    return a⟧\n",
    ),
    # A line that opens a block is followed by the block alone.
    ("def f():\n    if x:$0\n", "\n        y()\n    z()\n", "def f():\n    if x:⟦\n        y()⟧\n"),
    (
        "def f():\n    if x:$0\n",
        "\n        y()\n    else:\n        z()\n    w()\n",
        "def f():\n    if x:⟦\n        y()\n    else:\n        z()⟧\n",
    ),
    (
        "function f() {$0\n",
        "\n  return 1;\n}\n\nfunction g() {\n}\n",
        "function f() {⟦\n  return 1;\n}⟧\n",
    ),
    ("x = f($0\n", "\n    a,\n)\ny = 1\n", "x = f(⟦\n    a,\n)⟧\n"),
    (
        "def f($0\n",
        "\n    a,\n):\n    return a\n\n\ndef g():\n    pass\n",
        "def f(⟦\n    a,\n):\n    return a⟧\n",
    ),
    (
        "try {$0\n",
        "\n  a();\n} catch (e) {\n  b();\n}\nc();\n",
        "try {⟦\n  a();\n} catch (e) {\n  b();\n}⟧\n",
    ),
    # At the top level a blank line ends it.
    ("x = $0\n", "1\ny = 2\n\nz = 3\n", "x = ⟦1\ny = 2⟧\n"),
    (
        "def f(x)$0\n",
        ":\n    a = x\n\n    return a\n\n\ndef g():\n    pass\n",
        "def f(x)⟦:\n    a = x\n\n    return a⟧\n",
    ),
    # The cursor stands before the indentation.
    ("def f():\n$0\n", "    return 1\n\ndef g():\n", "def f():\n⟦    return 1⟧\n"),
    ("\tif x {$0\n", "\n\t\ty()\n\t}\n\tz()\n", "\tif x {⟦\n\t\ty()\n\t}⟧\n"),
    ("    $0\n", "\nx = 1\n", "<what was generated lies outside of the cursor's block>"),
]


@pytest.mark.parametrize(("fixture", "text", "expected"), SCOPES)
def test_a_completion_stays_in_its_block(fixture, text, expected):
    assert _fitted("//- /main.py\n" + fixture, text) == expected


REPETITIONS = [
    ("$0", "foo()\nbar()\nbar()\nbar()\nbar()\n", "⟦foo()\nbar()⟧"),
    ("$0", "foo()\nfoo()\n", "⟦foo()\nfoo()⟧"),
    ("$0", "foo\nbar\nfoo\nbar\nfoo\nbar\n", "⟦foo\nbar⟧"),
    ("x = [$0", "'ab', " * 30, "x = [⟦'ab',⟧"),
    ("x = [$0]", "0, " * 12 + "0", "x = [⟦" + "0, " * 12 + "0⟧]"),
    ("$0", "foo()\n" + " \n" * 40 + "bar()\n", "⟦foo()⟧"),
    ("# $0", "-" * 60, "# ⟦" + "-" * 60 + "⟧"),
]


@pytest.mark.parametrize(("fixture", "text", "expected"), REPETITIONS)
def test_a_loop_is_left(fixture, text, expected):
    assert _fitted(fixture, text) == expected


ONE_LINE = [
    ("x = $0\n", "1\ny = 2", "x = ⟦1⟧\n"),
    ("x = 1$0\n", "\ny = 2\nz = 3", "x = 1⟦\ny = 2⟧\n"),
    ("f($0)\n", "a\nb", "f(⟦a⟧)\n"),
    ("f($0)\n", "\nb", "<nothing was generated for this line>"),
]


@pytest.mark.parametrize(("fixture", "text", "expected"), ONE_LINE)
def test_one_line_is_one_line(fixture, text, expected):
    assert _fitted(fixture, text, "line") == expected


def test_code_behind_the_cursor_is_not_torn_apart_by_a_block():
    assert _fitted("x = $0 + y\n", "a\nb = 1\n") == "x = ⟦a⟧ + y\n"


def test_a_bracket_behind_the_cursor_gets_its_own_line():
    fixture = "//- /main.py\n    f($0)\n"
    text = "\n        a,\n"
    assert _fitted(fixture, text + "    )\n    g()") == "    f(⟦\n        a,\n    ⟧)\n"
    assert _fitted(fixture, text) == "    f(⟦\n        a,\n    ⟧)\n"


def test_what_was_torn_off_is_dropped_where_whole_lines_remain():
    assert _fitted("x = $0\n", "1\ny = compu", torn=True) == "x = ⟦1⟧\n"
    assert _fitted("x = $0\n", "compu", torn=True) == "x = ⟦compu⟧\n"
    assert _fitted("x = $0\n", "a <\uff5cfim\u2581ho", torn=True) == "x = ⟦a⟧\n"


def test_line_ends_are_the_documents():
    assert _fitted("a = 1\r\nx = $0\r\n", "1\ny = 2\n") == "a = 1\r\nx = ⟦1\r\ny = 2⟧\r\n"


@pytest.mark.parametrize(("opened", "closed"), [("(", ")"), ("'", "'"), ("=", "=")])
@pytest.mark.parametrize("text", ["x", "x)", ")" * 300, "x''" * 50])
def test_a_line_of_signs_without_end_is_not_looked_at_sign_by_sign(
    monkeypatch, opened, closed, text
):
    asked = []
    monkeypatch.setattr(postprocess, "imbalance", lambda *_: asked.append(1) or 0)
    fit(text, hole_at("y = " + opened * 20_000, closed * 20_000 + "\n"), "block")
    assert len(asked) <= 200
