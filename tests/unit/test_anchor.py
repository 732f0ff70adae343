"""What is typed and deleted at the cursor: where it goes, and what stays where it was."""

from __future__ import annotations

import pytest
from packed import BEGIN, END, ESTIMATE, HOLE, Editor, editor

LINES = "".join(f"line_{number} = {number}\n" for number in range(60))


def test_typing_adds_behind_the_end_sentinel_and_moves_nothing():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("a + 1")
    assert doc.n_heads == 1
    assert doc.prompt.text == (
        f"{BEGIN}#a.py\nA = 1\n#main.py\na = 1\n{HOLE}\nc = 3\n{END}b = a + 1"
    )


@pytest.mark.parametrize(("anchoring", "n_heads"), [("block", 1), ("line", 3)])
def test_a_new_line_moves_the_anchor_of_a_line_only(anchoring, n_heads):
    doc = editor("a = 1\n$0\nz = 3\n", anchoring=anchoring).type("b = 1\nc = 2\nd")
    assert doc.n_heads == n_heads
    assert doc.tail == {"block": "b = 1\nc = 2\nd", "line": "d"}[anchoring]


def test_nothing_is_anchored_when_it_is_off():
    doc = editor("a = 1\nb = $0\nc = 3\n", anchoring="off").type("a")
    assert doc.prompt.text == f"{BEGIN}#a.py\nA = 1\n#main.py\na = 1\nb = a{HOLE}\nc = 3\n{END}"
    assert doc.goes_on


@pytest.mark.parametrize(
    ("opened", "closed"),
    [("(", ")"), ("f('", "')"), ("[{", "}]"), ('"""', '"""'), ("{\n    ", "\n}"), ("<b>", "</b>")],
)
def test_what_the_editor_closes_by_itself_is_no_change_of_the_suffix(opened, closed):
    doc = editor("a = 1\nb = $0\nc = 3\n").type(opened, closed).type("x")
    assert doc.n_heads == 1
    assert doc.tail == "b = " + opened + "x"


def test_typing_over_a_closed_bracket_moves_nothing():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("f(", ")").type("x")
    doc.after = doc.after.removeprefix(")")
    doc.type(")")
    assert doc.n_heads == 1
    assert doc.tail == "b = f(x)"


def test_a_bracket_that_closes_the_cursors_line_is_left_to_be_typed():
    """It stands in no prompt, as typing over it would change the suffix."""
    doc = editor("b = f($0)\nc = 3\n")
    assert doc.prompt.text.endswith(f"#main.py\n{HOLE}\nc = 3\n{END}b = f(")
    doc.type("x")
    doc.after = doc.after.removeprefix(")")
    assert doc.type(")").n_heads == 1


@pytest.mark.parametrize("fixture", ["b = f($0) + 1\n", "b = f($0]\n", "b = $0)\n", "f($0, x)\n"])
def test_what_else_stands_right_of_the_cursor_is_shown(fixture):
    doc = editor(fixture)
    rest = fixture.partition("$0")[2]
    assert HOLE + rest + END in doc.prompt.text


def test_a_bracket_that_closes_nothing_typed_is_a_change():
    doc = editor("a = 1\nb = $0\nc = 3\n")
    doc.after = ")" + doc.after
    doc.ask()
    assert doc.n_heads == 2
    assert f"{HOLE})\nc" in doc.prompt.text


def test_typing_where_the_line_goes_on_moves_nothing():
    doc = editor("a = 1\nfoo(a, $0c)\nd = 3\n").type("bb, ")
    assert doc.n_heads == 1
    assert f"{HOLE}c)\nd = 3\n{END}foo(a, bb, " in doc.prompt.text


def test_deleting_what_was_typed_moves_nothing():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("abc\nd").back(5)
    assert doc.n_heads == 1
    assert doc.tail == "b = "


def test_deleting_to_before_the_anchor_moves_it_there():
    doc = editor("a = 1\nb = 2\n$0\nc = 3\n").back(3)
    assert doc.n_heads == 2
    assert doc.prompt.text.endswith(f"#main.py\na = 1\n{HOLE}\nc = 3\n{END}b =")


def test_deleting_forward_changes_the_suffix():
    doc = editor("a = 1\nb = $0xyz\nc = 3\n")
    doc.after = doc.after[1:]
    doc.ask()
    assert doc.n_heads == 2
    assert f"{HOLE}yz\nc = 3\n{END}b = " in doc.prompt.text


def test_deleting_forward_keeps_a_brief_suffix():
    """As it is read anew for each character, where it could have twice as much."""
    doc = Editor("a = 1\n", "xyz\n" + LINES * 9, {"budget_tokens": 2_000}, files=())
    first = doc.state.anchors[0]
    doc.after = doc.after[1:]
    doc.ask()
    second = doc.state.anchors[0]
    assert first.behind[1:].startswith(second.behind)
    assert ESTIMATE.count(second.behind) * 2 <= ESTIMATE.count(first.behind)


def test_deleting_forward_pushes_no_other_place_out():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000})
    first = doc.jump("line_1000 = ").heads[-1]
    doc.jump("line_3000 = ")
    for _ in range(9):
        doc.after = doc.after[1:]
        doc.ask()
    assert doc.jump("line_1000 = ").heads[-1] == first


def test_a_pause_shows_all_of_the_suffix_again():
    doc = Editor("a = 1\n", "xyz\n" + LINES * 9, {"budget_tokens": 2_000}, files=())
    first = doc.state.anchors[0]
    doc.after = doc.after[1:]
    doc.ask(is_idle=True)
    assert first.behind[1:] == doc.state.anchors[0].behind


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb =", "xyz\nc = 3\n"),
        ("a = 1\nb = ", "yz\nc = 3\n"),
        ("a = 1\nb = xy", "z\nc = 3\n"),
        ("a = 1\n", "b = xyz\nc = 3\n"),
        ("a =", "xyz\nc = 3\n"),
        ("a = 1\nb = 1\nd = ", "xyz\nc = 3\n"),
    ],
)
def test_what_is_done_in_a_line_or_right_before_it_goes_on(before, after):
    """Nothing is selected anew for it, though the prompt's head may have to move."""
    doc = editor("a = 1\nb = $0xyz\nc = 3\n")
    doc.before, doc.after = before, after
    assert doc.goes_on


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = xyz\nc", " = 3\n"),
        ("a", " = 1\nb = xyz\nc = 3\n"),
        ("a = 2\nb = ", "xyz\nc = 3\n"),
        ("a = 1\nb = ", "xyz\nc = 4\n"),
        ("a = 1\nb = ", "xyz"),
    ],
)
def test_another_place_is_no_going_on(before, after):
    doc = editor("a = 1\nb = $0xyz\nc = 3\n")
    doc.before, doc.after = before, after
    assert not doc.goes_on
