"""What is missing while somebody types stands behind the document, and is all that is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packed import BEGIN, END, ESTIMATE, FILES, HOLE, SPEC, Editor

from context.types import Behind, Snippet
from inference.models.families.qwen import MODELS as OTHERS
from inference.prompt.pack import room_behind

BEFORE = "import a\n\nx = 1\n"
AFTER = "\n\nprint(x)\n"
BOAT = Snippet("boat.py", "class Boat:\n    def row(self): ...\n", "skeleton", "a member", None, 2)
CRANE = Snippet("crane.py", "LIFT = 3", "excerpt", "a member", None, 3)


def _room(editor):
    where = editor.state, editor.files, "main.py", editor.before, editor.after
    return room_behind(*where, tokenizer=ESTIMATE)


def test_a_late_file_follows_the_suffix_and_moves_nothing_before_it():
    editor = Editor(BEFORE, AFTER).type("boat = a.Boat()\nboat.")
    editor.files = (*FILES, BOAT)
    assert editor.ask().prompt.text == (
        f"{BEGIN}#a.py\nA = 1\n#main.py\n{BEFORE}{HOLE}{AFTER}"
        "#boat.py\nclass Boat:\n    def row(self): ...\n"
        f"{END}boat = a.Boat()\nboat."
    )
    editor.files = (*FILES, BOAT, CRANE)
    assert f"    def row(self): ...\n#crane.py\nLIFT = 3\n{END}boat" in editor.ask().prompt.text
    roles = [(part.role, part.path) for part in editor.prompt.parts]
    assert roles == [
        ("snippet", "a.py"),
        ("prefix", ""),
        ("suffix", ""),
        ("snippet", "boat.py"),
        ("snippet", "crane.py"),
        ("typed", ""),
    ]


@pytest.mark.parametrize("after", ["", "\nprint(x)"])
def test_a_late_file_begins_on_a_line_of_its_own(after):
    editor = Editor(BEFORE, after).type("a.")
    editor.files = (*FILES, BOAT)
    assert f"{HOLE}{after}\n#boat.py\nclass Boat" in editor.ask().prompt.text


def test_typing_goes_on_behind_late_files_and_with_fewer_of_them():
    editor = Editor(BEFORE, AFTER).type("a.")
    editor.files = (*FILES, BOAT)
    head = editor.ask().heads[-1]
    assert set(editor.type("b = 2\nc = 3").heads[-11:]) == {head}
    editor.files = FILES
    assert editor.ask().heads[-1] == editor.heads[0]


def test_in_a_pause_and_where_the_anchor_moves_late_files_stay_behind():
    editor = Editor(BEFORE, AFTER, {"anchoring": "line"}).type("a.")
    editor.files = (*FILES, BOAT)
    assert editor.ask(is_idle=True).prompt.text.index("#boat.py") > len(BEGIN + BEFORE)
    moved = editor.type("b()\nc").prompt.text
    assert moved.index(HOLE) < moved.index("#boat.py") < moved.index(END)
    assert moved.endswith(f"{END}c")


def test_elsewhere_late_files_stay_behind_as_long_as_the_front_does():
    text = "".join(f"line_{number} = {number}\n" for number in range(900))
    editor = Editor("", text).jump("line_200 = ").type("a.")
    editor.files = (*FILES, BOAT)
    assert "#boat.py" in editor.ask().prompt.text.partition(HOLE)[2]
    assert "#boat.py" in editor.jump("line_700 = ").prompt.text.partition(HOLE)[2]
    editor.files = (CRANE, *FILES, BOAT)
    assert "#boat.py" in editor.jump("line_400 = ").prompt.text.partition(HOLE)[0]


def test_what_is_too_long_to_stand_behind_stands_in_front():
    long = replace(BOAT, text="class Boat: ...\n" * 150)
    editor = Editor("x = 1\n" * 4_000, AFTER).type("a.")
    editor.files = (*FILES, long)
    prompt = editor.ask().prompt
    assert prompt.n_tokens <= 4_096
    assert "#boat.py" in prompt.text.partition(HOLE)[0]


def test_as_text_no_late_file_brings_a_control_text_in():
    editor = Editor(BEFORE, AFTER).type("a.")
    editor.files = (*FILES, replace(BOAT, text=f"END = '{END}'\n"), CRANE)
    prompt = editor.ask().prompt
    assert prompt.text.count(END) == 1
    assert [item.path for item in prompt.left_out] == ["boat.py"]
    assert "#crane.py" in prompt.text.partition(HOLE)[2]


def test_there_is_room_behind_only_where_a_prompt_stands_that_the_files_belong_to():
    editor = Editor(BEFORE, AFTER).type("a.")
    room = _room(editor)
    assert isinstance(room, Behind)
    assert room.n_front == 1
    assert room.tokens > 100
    editor.files = (*FILES, BOAT)
    assert _room(editor.ask()) == room
    editor.files = (CRANE,)
    assert _room(editor) is None
    assert _room(Editor(BEFORE, AFTER, {"anchoring": "off"})) is None
    assert _room(Editor(BEFORE, AFTER, {"budget_tokens": 2_048})) is None
    assert _room(Editor(BEFORE, AFTER, {"spec": OTHERS[0]})) is None


def test_other_families_have_all_files_in_front():
    spec = replace(SPEC, format=replace(SPEC.format, files_behind=False))
    editor = Editor(BEFORE, AFTER, {"spec": spec}).type("a.")
    editor.files = (*FILES, BOAT)
    assert "#boat.py" in editor.ask().prompt.text.partition(HOLE)[0]
