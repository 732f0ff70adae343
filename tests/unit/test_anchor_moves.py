"""When an anchor moves: pastes, jumps, pauses, other files, a full reserve."""

from __future__ import annotations

import pytest
from packed import ESTIMATE, FILES, HOLE, Editor, editor

from context.types import Selection, Snippet
from inference.prompt.pack import PackState, pack


def test_the_anchor_moves_when_its_reserve_is_typed_full():
    doc = editor("a = 1\n$0\nz = 3\n", budget_tokens=1_200)
    reserve = doc.state.anchors[0].reserve
    for number in range(reserve // 4):
        doc.type(f"v{number} = 1\n")
        assert ESTIMATE.count(doc.tail) <= reserve
        assert doc.prompt.n_tokens <= 1_200
    assert 2 <= doc.n_heads <= 4


@pytest.mark.parametrize("anchoring", ["off", "line"])
def test_files_stay_while_the_document_grows(anchoring):
    """Though it would take its room from them if it were opened as it has become."""
    files = tuple(Snippet(f"{n}.py", f"{n} = 1\n" * 6, "full", "", 1, n) for n in range(200))
    doc = Editor("a = 1\n" * 36, "z = 3\n", {"anchoring": anchoring}, files=files)
    doc.files = doc.state.anchors[0].shown or doc.files
    doc.files = doc.files[: sum(part.role == "snippet" for part in doc.prompt.parts)]
    n_parts = len(doc.ask().prompt.parts)
    for _ in range(30):
        assert doc.type("value = 1\n").goes_on
    snippets = [part for part in doc.prompt.parts if part.role == "snippet"]
    assert [part.path for part in snippets] == [snippet.path for snippet in doc.files]
    opened, _ = pack(
        Selection(doc.before, doc.after, doc.files, None, ()),
        PackState(),
        path="main.py",
        tokenizer=ESTIMATE,
        **doc.options,
    )
    assert len(opened.parts) < n_parts


def test_undo_finds_the_anchor_again():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("xy")
    head, before = doc.heads[-1], doc.before
    doc.before += "".join(f"p{number} = {number}\n" for number in range(500))
    doc.ask()
    assert doc.heads[-1] != head
    doc.before = before
    doc.ask()
    assert doc.heads[-1] == head
    assert doc.tail == "b = xy"


def test_a_paste_of_500_lines_moves_the_anchor_behind_it():
    doc = editor("a = 1\n$0\nc = 3\n")
    doc.before += "".join(f"pasted_{number} = {number}\n" for number in range(500))
    doc.ask()
    assert doc.n_heads == 2
    assert doc.prompt.n_tokens <= 4_096
    assert "pasted_499 = 499\n" + HOLE in doc.prompt.text
    assert doc.tail == ""


def test_a_paste_of_a_few_lines_is_typed_text():
    doc = editor("a = 1\n$0\nc = 3\n")
    doc.before += "b = 1\nc = 2\n"
    doc.ask()
    assert doc.n_heads == 1


def test_jumping_to_and_fro_finds_both_heads_again():
    """Each place's window doesn't reach to the other."""
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor(*text.partition("line_700 = ")[:2], {"budget_tokens": 2_000})
    doc.after = text[len(doc.before) :]
    doc.jump("line_1000 = ").type("1")
    first = doc.heads[-1]
    doc.jump("line_3000 = ").type("2")
    second = doc.heads[-1]
    for number in range(3):
        doc.jump("line_1000 = 1" + "x" * number).type("x")
        assert doc.heads[-1] == first
        doc.jump("line_3000 = 2" + "y" * number).type("y")
        assert doc.heads[-1] == second


def test_at_most_four_places_are_remembered():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000})
    for number in (500, 1_000, 1_500, 2_000, 2_500):
        doc.jump(f"line_{number} = ")
    assert len(doc.state.anchors) == 4


def test_an_edit_outside_of_the_windows_moves_nothing():
    """Offsets move, as by an import that is added above by the doc; the texts don't."""
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000}).jump("line_3000 = ").type("1")
    head = doc.heads[-1]
    doc.before = "import this\n" + doc.before
    doc.ask()
    assert doc.goes_on
    assert doc.type("2").heads[-1] == head


def test_an_edit_in_the_window_makes_a_new_head():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("x")
    doc.before = doc.before.replace("a = 1", "a = 2")
    assert not doc.goes_on  # What is selected may have to change, too.
    assert f"a = 2\n{HOLE}" in doc.ask().prompt.text


def test_what_comes_above_a_whole_document_is_shown():
    """A window that began with its document still has to."""
    doc = editor("a = 1\nb = $0\nc = 3\n")
    doc.before = "import os\n" + doc.before
    assert "import os\n" in doc.ask().prompt.text


def test_what_comes_below_a_whole_document_is_shown_but_for_blanks():
    doc = editor("a = 1\nb = $0\n")
    doc.after += "\n\n"
    assert doc.ask().n_heads == 1
    doc.after += "z = 9\n"
    assert "z = 9\n" in doc.ask().prompt.text


def test_a_pause_moves_an_anchor_whose_reserve_is_half_full():
    doc = editor("a = 1\n$0\nz = 3\n", budget_tokens=1_200)
    doc.ask(is_idle=True)
    assert doc.n_heads == 1
    doc.type("some_value = 1\n" * 8)
    assert doc.n_heads == 1
    doc.ask(is_idle=True)
    assert doc.n_heads == 2
    assert doc.tail == ""


def test_closers_are_no_reason_to_move_in_a_pause():
    doc = editor("a = 1\nb = $0\nc = 3\n").type("f(", ")").ask(is_idle=True)
    assert doc.n_heads == 1


def test_other_files_leave_the_windows_where_they_are():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000}).jump("line_3000 = ").type("1")
    old = doc.state.anchors[0]
    doc.files = (*FILES, Snippet("b.py", "B = 2\n", "full", "", 1))
    new = doc.ask().state.anchors[0]
    assert "#b.py\nB = 2\n" in new.head.text
    assert (new.before, new.behind) == (old.before, old.behind)


def test_more_files_than_fit_make_the_windows_smaller():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000}, files=()).jump("line_3000 = ")
    old = doc.state.anchors[0]
    doc.files = (Snippet("b.py", "B = 2\n" * 180, "full", "", 1),)
    new = doc.ask().state.anchors[0]
    assert "#b.py\nB = 2\n" in new.head.text
    assert new.n_window < old.n_window
    assert doc.prompt.n_tokens <= 2_000


def test_who_comes_back_finds_the_head_without_what_was_chosen_elsewhere():
    text = "".join(f"line_{number} = {number}\n" for number in range(4_000))
    doc = Editor("", text, {"budget_tokens": 2_000}).jump("line_1000 = ")
    head = doc.heads[-1]
    doc.files = (*FILES, Snippet("b.py", "B = 2\n", "full", "", 1))
    doc.jump("line_3000 = ")
    assert doc.jump("line_1000 = ").heads[-1] == head
    assert doc.type("1").heads[-1] == head
    doc.files = (Snippet("b.py", "B = 2\n", "full", "", 1),)
    assert "#a.py" not in doc.ask().prompt.text


def test_a_line_that_is_too_long_is_anchored_at_the_cursor():
    doc = Editor("var a=1;" * 900, "var b=2;" * 900, {"budget_tokens": 2_000}).type("foo")
    assert doc.n_heads == 1
    assert doc.tail == ";foo"
    assert doc.prompt.n_tokens <= 2_000


def test_a_tiny_budget_has_no_anchor():
    doc = editor("a = 1\nb = $0\nc = 3\n", budget_tokens=60).type("x")
    assert doc.state.anchors == ()
    assert f"b = x{HOLE}" in doc.prompt.text
