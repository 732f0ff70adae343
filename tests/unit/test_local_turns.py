"""Whose turn it is, and what is left of an answer that made way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.local.turns import Turn, Turns
from inference.runners.runner import Ask, Step


def _turn(number: int = 0, *, priority: int = 0, warm: bool = False, **asked) -> Turn:
    question = Ask(
        asked.pop("ids", None), max_new_tokens=0 if warm else 10, priority=priority, **asked
    )
    return Turn(question, number, lambda _: None)


def _order(*waiting: Turn) -> list[int]:
    turns = Turns()
    for turn in waiting:
        turns.add(turn)
    taken = [turns.take() for _ in range(len(waiting) + 1)]
    return [turn.number for turn in taken if turn]


def test_the_newest_first_but_the_urgent_before_it_and_warm_ups_last():
    asked = _turn(1), _turn(2), _turn(3, priority=-1), _turn(4, warm=True), _turn(5, priority=1)
    assert _order(*asked) == [3, 2, 1, 5, 4]


def test_what_is_left_has_no_turn():
    left = _turn(1)
    left.leave()
    assert _order(left, _turn(2)) == [2]
    turns = Turns()
    turns.add(left)
    assert not turns


def test_what_is_asked_alike_waits_and_what_is_urgent_doesnt():
    turns = Turns()
    turns.add(_turn(1))
    assert not turns.outranks(_turn(0))
    assert turns.outranks(_turn(0, warm=True))
    assert turns.outranks(_turn(0, priority=1))


@given(st.integers(0, 9), st.booleans())
def test_an_answer_goes_on_from_what_it_had_come_to(n_said, by_text):
    """The rest of the question, asked anew, has the rest of the answer."""
    turn = _turn(ids=None if by_text else (1, 2), text="ab", healing="t0")
    for number in range(n_said):
        turn.heard(Step((10 + number,), f"t{number}\n"))
    turn.pause()
    said = "".join(f"t{number}\n" for number in range(n_said))
    assert turn.ask.max_new_tokens == 10 - n_said
    assert turn.ask.healing == ("" if n_said else "t0")
    if by_text:
        assert turn.ask.text == "ab" + said
    else:
        assert turn.ask.token_ids == (1, 2, *range(10, 10 + n_said))


def test_an_answer_is_only_interrupted_at_the_end_of_a_line():
    """Half a character may wait for its other bytes anywhere else."""
    turn = _turn()
    assert turn.may_pause(Step())
    expected = {" x": False, "x\n": True, "": False}
    for text, may in expected.items():
        step = turn.heard(Step((1,), text))
        assert turn.may_pause(step) is may
    assert not turn.may_pause(turn.heard(Step((1, 2), "a\n")))
    assert not turn.may_pause(turn.heard(Step((1,), "a\n", finish_reason="stop")))


def test_who_asked_hears_of_one_prompt():
    turn = _turn(ids=(1,) * 100)
    turn.heard(Step((5,), "a\n", n_prompt=100, n_cached=3))
    turn.pause()
    last = turn.heard(Step((6,), "b", finish_reason="stop", n_prompt=101, n_cached=100))
    assert (last.n_prompt, last.n_cached) == (100, 3)
