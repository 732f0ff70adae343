"""Cuts judge a stream line by line, each line once."""

from __future__ import annotations

import pytest

from inference.answer import cuts
from inference.answer.cuts import CutScanner, cut_at, cut_repetition
from inference.answer.hole import hole_at
from inference.answer.scopes import cut_scope


def test_each_line_is_judged_once(monkeypatch):
    """Or an answer of 4,096 tokens would cost minutes."""
    judged = []

    def pass_on(lines, _hole):
        judged.append(lines[-1])

    monkeypatch.setitem(cuts.CUTS_BY_EXTENT, "block", (("never", pass_on),))
    scanner = CutScanner(hole_at("x = ", "\n"), "block")
    for piece in ["1\r", "\nab", "\n", "\n", "c"]:
        assert not scanner.feed(piece)
    assert judged == [(0, "1"), (2, "ab"), (5, "")]


@pytest.mark.parametrize("pieces", [["1\ny\n\nz\n"], list("1\ny\n\nz\n")])
def test_the_stream_may_end_with_the_line_that_a_cut_ends_it_at(pieces):
    """At the top level, what stands after a blank line is something else."""
    scanner = CutScanner(hole_at("x = ", "\n"), "block")
    assert [scanner.feed(piece) for piece in pieces] == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize(
    ("cut", "text", "kept"),
    [
        (cut_scope, "1\n        y\n    z\nw\n", "1\n        y\n    z\n"),
        (cut_repetition, "ab\ncd\nab\ncd\nab\ncd\n", "ab\ncd\n"),
        (cut_repetition, "x = [" + "12, " * 30 + "\n", "x = [12, "),
    ],
)
def test_a_cut_tells_where_the_text_should_end(cut, text, kept):
    assert cut_at(text, hole_at("def f():\n    x = ", "\n"), cut) == len(kept)


def test_a_text_without_an_ended_line_is_not_cut():
    assert cut_at("ab" * 40, hole_at("x = ", "\n"), cut_repetition) is None
