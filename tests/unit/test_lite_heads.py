"""What was read of prompts: which is gone on from, which is copied, which goes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.runners.safetensors.heads import Heads
from inference.runners.tape import Tape, common_length


class Tokens:
    """A cache that knows how many tokens it has, one byte each."""

    def __init__(self, length=0, *, can_crop=True):
        self.length, self.can_crop = length, can_crop

    @property
    def n_bytes(self):
        """A byte a token."""
        return self.length

    def crop(self, length):
        """Keep that many."""
        assert self.can_crop or length == self.length
        self.length = length

    def copy(self, length):
        """Another with that many."""
        return Tokens(length)


def row(*ids):
    return np.array(ids, dtype=np.int32)


def read(heads, prompt):
    """Have the prompt read and kept; how many of its tokens were there already."""
    head = heads.take(prompt)
    n_cached = len(head.tape)
    assert head.cache.length == n_cached < len(prompt)
    assert list(head.tape.ids) == list(prompt[:n_cached])
    head.tape.extend(prompt[n_cached:])
    head.cache.length = len(prompt)
    head.n_prompt = len(prompt)
    heads.keep(head)
    return n_cached


def test_a_prompt_that_goes_on_reads_the_rest():
    heads = Heads(Tokens, 1_000)
    assert read(heads, row(1, 2, 3)) == 0
    assert read(heads, row(1, 2, 3, 4)) == 3
    assert read(heads, row(1, 2, 9)) == 2
    assert heads.n_kept == 1


def test_the_last_token_is_read_again_as_something_must_follow_from_it():
    heads = Heads(Tokens, 1_000)
    read(heads, row(1, 2, 3))
    assert read(heads, row(1, 2, 3)) == 2
    assert read(heads, row(1, 2)) == 1


def test_another_files_head_is_copied_from_where_there_is_room():
    heads = Heads(Tokens, 1_000)
    one, other = row(*range(300)), row(*range(100), *range(1000, 1200))
    read(heads, one)
    assert read(heads, other) == 100
    assert heads.n_kept == 2
    assert read(heads, one) == 299
    assert read(heads, other) == 299


def test_and_given_up_where_there_is_none():
    heads = Heads(Tokens, 310)
    read(heads, row(*range(300)))
    assert read(heads, row(*range(100), *range(1000, 1200))) == 100
    assert heads.n_kept == 1


def test_an_answers_tokens_are_no_loss():
    heads = Heads(Tokens, 10_000)
    read(heads, row(*range(300)))
    head = heads.take(row(*range(301)))
    head.tape.extend(row(*range(5000, 5400)))
    head.cache.length = len(head.tape)
    heads.keep(head)
    assert read(heads, row(*range(302))) == 300
    assert heads.n_kept == 1


def test_the_least_recently_used_goes_first():
    heads = Heads(Tokens, 700)
    files = [row(*range(start, start + 300)) for start in (0, 1000, 2000)]
    read(heads, files[0])
    read(heads, files[1])
    read(heads, files[0])
    read(heads, files[2])
    assert read(heads, files[0]) == 299
    assert read(heads, files[1]) == 0


def test_what_is_too_much_alone_is_kept_until_something_else_is_read():
    heads = Heads(Tokens, 100)
    read(heads, row(*range(300)))
    assert read(heads, row(*range(301))) == 300
    other = heads.take(row(*range(1000, 1300)))
    assert heads.n_kept == 0
    heads.keep(other)
    assert heads.n_kept == 0


def test_what_cant_be_taken_back_is_only_gone_on_from():
    heads = Heads(lambda: Tokens(can_crop=False), 1_000)
    read(heads, row(1, 2, 3))
    assert read(heads, row(1, 2, 3, 4)) == 3
    assert read(heads, row(1, 2, 9, 9)) == 0
    assert read(heads, row(1, 2, 3, 4, 5)) == 4


def test_what_was_said_and_not_read_is_cut_off():
    heads = Heads(Tokens, 1_000)
    head = heads.take(row(1, 2, 3))
    head.tape.extend(row(1, 2, 3))
    head.cache.length = 2
    heads.keep(head)
    assert read(heads, row(1, 2, 3, 4)) == 2


@pytest.mark.parametrize(
    ("one", "other", "n"), [((), (), 0), ((1,), (2,), 0), ((1, 2), (1, 2, 3), 2), ((5,), (5,), 1)]
)
def test_how_many_both_begin_with(one, other, n):
    assert common_length(row(*one), row(*other)) == n


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=200), min_size=1, max_size=12),
    st.integers(0, 600),
)
def test_heads_hold_what_they_say_and_no_more_than_they_may(prompts, limit):
    """Whatever was asked before: `read` asserts that what is reused is the prompt's own."""
    heads = Heads(Tokens, limit)
    for prompt in prompts:
        read(heads, row(*prompt))
        assert heads.n_bytes <= limit or heads.n_kept == 1


def test_a_tape_grows_and_is_cut():
    tape = Tape(row(1))
    for number in range(2, 2000):
        tape.extend([number])
    tape.crop(1500)
    assert list(tape.ids) == list(range(1, 1501))
    tape.crop(9999)
    assert len(tape) == 1500
