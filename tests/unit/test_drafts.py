"""Drafts: what comes next is looked up in what was said, and only where that pays."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.runners.drafts import MOST, Draft, Economy, look_up


def draft(*ids, most=MOST):
    return look_up(np.array(ids, dtype=np.int32), most)


def test_what_followed_the_last_time_is_the_draft():
    assert draft(7, 1, 2, 3, 4, 9, 1, 2) == Draft((3, 4, 9, 1, 2), 2)
    assert draft(7, 1, 2, 3, 4, 9, 1, 2, most=2) == Draft((3, 4), 2)


def test_the_place_that_agrees_longest_wins_then_the_latest():
    assert draft(5, 1, 2, 30, 8, 1, 2, 40, 6, 5, 1, 2) == Draft((30, 8, 1, 2, 40, 6, 5, 1, 2), 3)
    assert draft(1, 2, 30, 8, 1, 2, 40, 6, 1, 2, most=1) == Draft((40,), 2)


def test_one_token_that_agrees_is_no_reason():
    assert draft(1, 2, 3, 2) is None
    assert draft() is None
    assert draft(4) is None


def test_a_loop_goes_on():
    assert draft(8, 8, 8, 8, most=3) == Draft((8,), 3)


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 8))
def test_a_draft_is_what_stood_behind_the_same_words(ids, most):
    found = draft(*ids, most=most)
    if found is None:
        return
    n_matched, said = found.n_matched, list(found.ids)
    assert 1 <= len(said) <= most
    end = ids[-n_matched:]
    places = [i for i in range(n_matched, len(ids)) if ids[i - n_matched : i] == end]
    assert any(ids[place : place + len(said)] == said for place in places)


def taught(step_s, extra_s, n_right, n_drafted=8, times=60):
    economy = Economy()
    sample = Draft(tuple(range(n_drafted)), 5)
    for _ in range(times):
        economy.learn(None, 0, 0, step_s)
        economy.learn(sample, n_drafted, n_right, step_s + n_drafted * extra_s)
    return economy.worth(sample)


def test_right_drafts_that_cost_little_are_taken_whole():
    assert taught(0.1, 0.001, 8) == 8


def test_wrong_ones_and_dear_ones_are_not():
    assert taught(0.1, 0.05, 0) == 0
    assert taught(0.1, 0.2, 8) == 0


def test_what_was_given_up_is_tried_again_some_time():
    economy = Economy()
    sample = Draft((1, 2, 3, 4), 5)
    for _ in range(30):
        economy.learn(None, 0, 0, 0.1)
        economy.learn(sample, 4, 0, 0.18)
    assert economy.worth(sample) == 0
    assert any(economy.worth(sample) for _ in range(200))
