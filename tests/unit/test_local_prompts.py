"""Prompts travel to a model's process without what it holds already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import BackendError
from inference.local.frames import FrameError, frame, parse_line
from inference.local.messages import (
    ask_fields,
    fault_fields,
    plan_fields,
    read_ask,
    read_fault,
    read_plan,
    read_step,
    step_fields,
)
from inference.local.prompts import Heard, Sent, as_bytes, from_bytes, n_common_head
from inference.runners.runner import Ask, Plan, Step

ID = st.integers(0, 2**32 - 1)


def test_a_keystroke_sends_what_is_new():
    sent, head = Sent(), tuple(range(5000))
    sent.spell((*head, 1, 2))
    spelling, rest = sent.spell((*head, 1, 2, 3))
    assert spelling[1] == 5002
    assert rest == as_bytes((3,))


def test_another_file_doesnt_take_the_place_of_the_first():
    sent, head = Sent(), tuple(range(3000))
    one, other = (*head, *range(9000, 12000)), (*head, *range(20000, 23000))
    sent.spell(one)
    sent.spell(other)
    for prompt in (one, other, one):
        assert len(sent.spell((*prompt, 7))[1]) <= 4


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.lists(ID, max_size=5))))
def test_both_sides_always_hold_the_same(edits):
    """Whatever is asked in which of several files, however far back it was changed."""
    sent, heard = Sent(), Heard()
    files = [(n,) * 20 for n in range(4)]
    for file, n_kept, typed in edits:
        files[file] = (*files[file][:n_kept], *typed)
        assert heard.read(*sent.spell(files[file])) == files[file]


@given(st.lists(ID, max_size=9), st.integers(0, 9), st.integers(2040, 2060))
def test_how_much_is_common(tail, n_same, n_head):
    head = tuple(range(n_head))
    one, other = (*head, *tail), (*head, *tail[:n_same], -1)
    expected = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    assert n_common_head(one, other) == expected


@pytest.mark.parametrize(
    ("spelling", "rest"),
    [([0, 1, 0], b""), ([0, -1, 0], b""), ([0, 0, 99], b""), ([0, 0], b""), ([0, 0, 0], b"123")],
)
def test_what_cant_be_meant_is_refused(spelling, rest):
    with pytest.raises(FrameError):
        Heard().read(spelling, rest)


def test_ids_as_bytes():
    assert as_bytes((1, 258)) == b"\x01\0\0\0\x02\x01\0\0"
    assert from_bytes(as_bytes((1, 258))) == (1, 258)


@pytest.mark.parametrize(
    "question",
    [
        Ask((1, 2, 3), healing="de", max_new_tokens=7, temperature=0.5, top_p=0.9, priority=-1),
        Ask(None, "def ü\ud800\n", top_k=5),
    ],
)
def test_a_question_arrives_as_it_was(question):
    fields, payload = ask_fields(question, Sent())
    assert read_ask(parse_line(frame(fields)), payload, Heard()) == question


@pytest.mark.parametrize(
    "step",
    [Step(), Step((1, 2), "a\u2028", -0.5, "stop", 9, 0), Step((1,), logprob=0.0)],
)
def test_a_step_arrives_as_it_was(step):
    assert read_step(parse_line(frame(step_fields(step)))) == step


def test_a_fault_and_a_plan_arrive_as_they_were(tmp_path):
    fault = read_fault(fault_fields(BackendError("no room", cause="memory", retry_after_s=3.0)))
    assert (str(fault), fault.cause, fault.retry_after_s) == ("no room", "memory", 3.0)
    assert read_fault({"message": "x", "cause": "of another version"}).cause == "failed"
    for plan in (Plan(tmp_path), Plan(tmp_path, tmp_path / "t.json", "cpu", "int8", 9, 8, 7)):
        assert read_plan(plan_fields(plan)) == plan


@pytest.mark.parametrize("line", [b"", b"{}", b"[]\n", b"{\n", b"[" * 9999 + b"\n", b"\xff\n"])
def test_what_is_no_message_is_refused(line):
    with pytest.raises(FrameError):
        parse_line(line)


@pytest.mark.parametrize("bad", [-1, 2**32])
def test_an_id_that_no_model_has_is_told_and_the_next_prompt_still_understood(bad):
    sent, heard = Sent(), Heard()
    with pytest.raises(BackendError, match="below 0 or above") as caught:
        ask_fields(Ask((1, 2, bad)), sent)
    assert caught.value.cause == "tokenizer"
    for ids in ((1, 2, 3), (1, 2, 3, 4)):
        assert read_ask(*ask_fields(Ask(ids), sent), heard).token_ids == ids
