"""Looking contexts up."""

from __future__ import annotations

import numpy as np

from inference.ngram.stores import LONGEST, far, near


def newest_first(*tokens: int) -> np.ndarray:
    """A context as the stores want it."""
    padded = [0] * LONGEST + list(tokens)
    return np.array(padded[-LONGEST:][::-1], np.int32)


def stream(*tokens: int) -> np.ndarray:
    """A stream with the marks around it."""
    return np.array([0] * LONGEST + [*tokens, 0], np.int32)


def test_far_finds_every_place_with_its_agreement() -> None:
    """Each place that shares the last token, and how many tokens it shares."""
    ids = stream(5, 6, 7, 9, 6, 7, 5, 6, 7)
    found = far(ids, np.zeros(ids.size, np.uint8), 10).find(newest_first(8, 5, 6, 7))
    agreed = dict(zip(found.at.tolist(), found.length.tolist(), strict=True))
    assert agreed == {LONGEST + 3: 3, LONGEST + 6: 2, LONGEST + 9: 3}


def test_far_knows_nothing_of_a_new_token() -> None:
    """A token that only the buffer has is no error."""
    ids = stream(5, 6)
    assert far(ids, np.zeros(ids.size, np.uint8), 7).find(newest_first(99)).at.size == 0


def test_far_samples_what_is_common() -> None:
    """Of thousands of places a few stand for all, by weight."""
    ids = stream(*([5, 6] * 4000))
    found = far(ids, np.zeros(ids.size, np.uint8), 10).find(newest_first(7, 6))
    assert found.at.size < 200
    assert round(float(found.weight.sum())) == 4000


def test_near_keeps_the_longest_and_the_closest() -> None:
    """Where there are too many places, those that share more and stand closer are kept."""
    ids = stream(*([5, 6] * 300), 8, 6, *([5, 6] * 300))
    index = near(ids, np.arange(1, ids.size), focus=LONGEST + 100)
    found = index.find(newest_first(8, 6))
    assert LONGEST + 602 in found.at.tolist()
    assert found.at.size < 200
    assert abs(int(np.median(found.at)) - (LONGEST + 100)) < 100


def test_an_empty_stream() -> None:
    """A repository without documents has nothing to say."""
    ids = np.zeros(LONGEST, np.int32)
    assert far(ids, np.zeros(ids.size, np.uint8), 4).find(newest_first(5)).at.size == 0
