"""What is left of a completion once its user has typed on: `|` is the cursor."""

from __future__ import annotations

import pytest

from context.types import Snapshot
from inference.types import Completion
from lsp_server.inline.through import is_typed, left_of, over_closed


def at(marked: str) -> Snapshot:
    """The document with its cursor where the bar stands."""
    cursor = marked.index("|")
    return Snapshot("a.py", "Python", 1, marked.replace("|", "", 1), cursor)


def after(marked: str, text: str, then: str, n_replaced: int = 0) -> tuple[str, str] | None:
    """What is left of a completion, and the document with it; None where nothing is."""
    was, now = at(marked), at(then)
    made = Completion(text, (was.cursor, was.cursor + n_replaced))
    left = left_of(made, was, now)
    if left is None:
        return None
    start, end = left.replace
    return left.text, now.text[:start] + left.text + now.text[end:]


def test_typing_on_leaves_the_rest():
    assert after("x = |\n", "f(1)", "x = f(|\n") == ("1)", "x = f(1)\n")


def test_the_very_place_has_all_of_it():
    assert after("x = |\n", "f(1)", "x = |\n") == ("f(1)", "x = f(1)\n")


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("x = g|\n", "something else was typed"),
        ("x = F|\n", "in another case"),
        ("x =|\n", "deleted beyond where it began"),
        ("x = f|\ny\n", "another suffix"),
        ("y = f|\n", "another prefix"),
        ("x = f(1)|\n", "nothing is left"),
        ("x = f(1)  |\n", "more was typed than there is"),
        ("x =| f\n", "the cursor went back"),
    ],
)
def test_what_does_not_go_together(then, why):
    assert after("x = |\n", "f(1)", then) is None, why


def test_brackets_that_the_editor_closed_stay_where_they_end_it():
    assert after("x = |\n", "f(a, b)", "x = f(|)\n") == ("a, b", "x = f(a, b)\n")
    assert after("x = |\n", "f([a], b)", "x = f([|])\n") == ("a], b", "x = f([a], b)\n")


def test_and_are_replaced_where_it_goes_on_behind_them():
    assert after("x = |\n", "f(a) + 1", "x = f(|)\n") == ("a) + 1", "x = f(a) + 1\n")


def test_quotes_are_closed_like_brackets():
    assert after("x = |\n", 'f("a", 1)', 'x = f("|")\n') == ('a", 1', 'x = f("a", 1)\n')


def test_what_the_editor_closed_may_be_typed_over():
    assert after("x = |\n", "f(a) + 1", "x = f(a)|\n") == (" + 1", "x = f(a) + 1\n")


def test_what_it_replaces_may_be_typed_over_too():
    assert after("x = f(|)\n", "a) + 1", "x = f(a|)\n", 1) == (") + 1", "x = f(a) + 1\n")
    assert after("x = f(|)\n", "a) + 1", "x = f(a)|\n", 1) == (" + 1", "x = f(a) + 1\n")


def test_but_not_deleted():
    assert after("x = f(|)\n", "a) + 1", "x = f(a|\n", 1) is None


def test_brackets_that_enter_moves_apart():
    left = after("|\n", "def f() {\n    g();\n}", "def f() {\n    |\n}\n")
    assert left == ("g();", "def f() {\n    g();\n}\n")


def test_what_nobody_closed_is_another_suffix():
    assert after("x = |\n", "f(a)", "x = f|)\n") is None
    assert after("x = |\n", "f(a)", "x = f(|]\n") is None


def test_indentation_that_the_editor_made():
    text = "\n    return x\n"
    assert after("def f():|\n", text, "def f():\n    |\n") == (
        "return x\n",
        "def f():\n    return x\n\n",
    )
    assert after("def f():|\n", text, "def f():\n  |\n") == (
        "  return x\n",
        "def f():\n    return x\n\n",
    )


def test_indentation_that_the_editor_writes_with_tabs():
    text = "\n        if x:\n            y()\n        z()"
    left = after("\tf:|\n", text, "\tf:\n\t\t|\n")
    assert left == ("if x:\n\t\t\ty()\n\t\tz()", "\tf:\n\t\tif x:\n\t\t\ty()\n\t\tz()\n")
    left = after("\tf:|\n", text, "\tf:\n\t\tif x:\n\t\t\ty|\n")
    assert left == ("()\n\t\tz()", "\tf:\n\t\tif x:\n\t\t\ty()\n\t\tz()\n")


def test_a_line_that_is_indented_too_far_is_put_right():
    text = "return x\n\ny = 1"
    left = after("def f():\n    |\n", text, "def f():\n    return x\n    |\n")
    assert left == ("\ny = 1", "def f():\n    return x\n\ny = 1\n")
    left = after("    |\n", "x\ny", "    x\n    |\n")
    assert left == ("y", "    x\ny\n")


def test_an_empty_line_may_hold_blanks():
    left = after("|\n", "a\n\nb = 1", "a\n    \nb|\n")
    assert left == (" = 1", "a\n    \nb = 1\n")


def test_lines_that_end_otherwise():
    left = after("f:|\r\n", "\r\n    a\r\n    b", "f:\r\n    a\r\n    |\r\n")
    assert left == ("b", "f:\r\n    a\r\n    b\r\n")


def test_all_of_it_is_typed_where_the_rest_was_closed():
    was, now = at("x = |\n"), at("x = f(a|)\n")
    assert is_typed(Completion("f(a)", (4, 4)), was, now)
    assert not is_typed(Completion("f(a, b)", (4, 4)), was, now)
    assert not is_typed(Completion("f(a)", (4, 4)), was, at("x = f(a)|\n"))


def test_what_comes_behind_the_closed_is_offered_from_before_it():
    was, now = at("x = f(a)|\n"), at("x = f(a|)\n")
    left = over_closed(Completion("\ny = 1", (8, 8)), was, now)
    assert left is not None
    assert (left.text, left.replace) == (")\ny = 1", (7, 8))
    assert over_closed(Completion("\ny = 1", (8, 8)), was, at("x = f(b|)\n")) is None
