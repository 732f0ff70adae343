"""Answers of a `.gguf`'s runner, token by token, with a model that says what it is told."""

from __future__ import annotations

import numpy as np

from inference.runners.gguf.rows import Row
from inference.runners.gguf.run import Desk, answer
from inference.runners.healing import Continuations
from inference.runners.runner import Ask
from inference.runners.tape import Tape

SPELT = (b"a", "é".encode()[:1], "é".encode()[1:], b"bc", b"")
END = 4


class Model:
    """Says these tokens, one after the other."""

    n_batch = 64

    def __init__(self, says: tuple[int, ...]) -> None:
        self.says = iter(says)
        self.spell = SPELT.__getitem__

    def read(self, _sequence, _ids, _place, n_rows):
        """So far above all others that it is always drawn."""
        logits = np.zeros((n_rows, len(SPELT)), np.float32)
        for row in logits:
            row[next(self.says)] = 99
        return logits


def answered(*says: int, healing: str = "", n_most: int = 9):
    continuations = Continuations(enumerate(SPELT[:END]))
    desk = Desk(Model(says), frozenset({END}), lambda: continuations, economy=None)
    prompt = np.array([3, 3], np.int32)
    row = Row(0, Tape(np.empty(0, np.int32)))
    steps = list(answer(desk, row, prompt, Ask((3, 3), healing=healing), n_most))
    ids = tuple(one for step in steps for one in step.token_ids)
    return ids, "".join(step.text for step in steps), steps[-1].finish_reason


def test_a_character_in_two_tokens_is_said_whole():
    assert answered(0, 1, 2, END) == ((0, 1, 2), "aé", "stop")


def test_half_a_character_at_the_end_is_left_out():
    assert answered(0, 1, END) == ((0, 1), "a", "stop")
    assert answered(0, 1, n_most=2) == ((0, 1), "a", "length")


def test_an_answer_begins_as_it_must():
    assert answered(0, 0, END, healing="b") == ((3, 0), "bca", "stop")


def test_an_answer_that_cannot_begin_as_it_must_ends():
    """Nothing in the vocabulary spells it."""
    assert answered(0, 0, END, healing="z") == ((), "", "stop")
