"""What `infill bench` makes of what it measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from context.probe.holes import Hole
from context.probe.places import Place
from lsp_server.commands.scores import (
    anchor_rows,
    completion_row,
    listed,
    recall_rows,
    tables_of,
)
from lsp_server.measuring.anchored import Anchored
from lsp_server.measuring.recall import Asked
from lsp_server.measuring.served import Judged
from lsp_server.measuring.similarity import edit_similarity

HOLE = Hole("a.py", "Python", "x = ", "\n", "call()")


def _asked(language, *, is_found, budget=2048):
    place = Place("member", f"a.{language}", language, 10, 20, "name", ())
    return Asked(place, budget, is_found=is_found, is_kept=not is_found, context_ms=2.0)


def test_recall_is_told_by_language_and_together():
    """The sum comes last, and not at all where it would say the same again."""
    both = recall_rows([_asked("Go", is_found=True), _asked("C", is_found=False)])
    assert [(row["language"], row["recall"], row["recall_head_kept"]) for row in both] == [
        ("C", 0.0, 1.0), ("Go", 1.0, 0.0), ("all", 0.5, 0.5),
    ]  # fmt: skip
    one = recall_rows([_asked("Go", is_found=True, budget=budget) for budget in (8192, 2048)])
    (table,) = tables_of(Path("/r"), {"recall": one})
    assert [row[:3] for row in table.rows] == [("member", "Go", "2048"), ("member", "Go", "8192")]


def test_what_was_missed_is_listed():
    asked = [_asked("Go", is_found=False), _asked("Go", is_found=True)]
    tables = tables_of(
        Path("/r"), {"recall": recall_rows(asked), "places": [listed(item) for item in asked]}
    )
    assert tables[1].title == "1 not found"
    assert tables[1].rows == [("name", "member", "2048", "a.Go")]


def test_completions_are_right_among_all_and_among_those_shown():
    judged = [
        Judged(HOLE, is_shown=True, is_exact=True, similarity=1.0, seconds=0.010),
        Judged(HOLE, is_shown=True, is_exact=False, similarity=0.5, seconds=0.020),
        Judged(HOLE, is_shown=False, is_exact=False, similarity=0.0, seconds=0.030),
        Judged(HOLE, is_shown=False, is_exact=False, similarity=0.0, seconds=0.040),
    ]
    row = completion_row(judged)
    assert (row["shown"], row["exact_match"], row["exact_match_of_shown"]) == (0.5, 0.25, 0.5)
    assert row["edit_similarity"] == 0.75
    assert row["latency_ms"]["p50"] == 25.0


def _anchored(marks, n_read):
    """Answers at holes, `+` for a right one."""
    return [
        Anchored(
            Judged(HOLE, is_shown=True, is_exact=mark == "+", similarity=1.0, seconds=0), 9, n, 7
        )
        for mark, n in zip(marks, n_read, strict=True)
    ]


def test_settings_of_the_anchor_are_compared_hole_by_hole():
    """As many may be won as lost; a mean doesn't tell."""
    answered = {
        "off": _anchored("++--", (50, 50, 40, 60)),
        "block": _anchored("+-++", (2, 2, 2, 2)),
    }
    rows = anchor_rows(answered)
    assert [(row["exact_match"], row["won"], row["lost"]) for row in rows] == [
        (0.5, 0, 0), (0.75, 2, 1),
    ]  # fmt: skip
    assert [(row["read_again"], row["read_again_before"]) for row in rows] == [(50, 7), (2, 7)]
    (table,) = tables_of(Path("/r"), {"anchor": rows, "model": "m"})
    assert [row[0] for row in table.rows] == ["off", "block"]
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_where_nothing_is_shown_nothing_is_similar():
    row = completion_row([Judged(HOLE, is_shown=False, is_exact=False, similarity=0.0, seconds=0)])
    assert row["edit_similarity"] is None
    assert row["exact_match_of_shown"] == 0.0


@pytest.mark.parametrize(
    ("left", "right", "similarity"),
    [
        ("", "", 1.0),
        ("", "abc", 0.0),
        ("kitten", "sitting", 1 - 3 / 7),
        ("value)", "value", 1 - 1 / 6),
        ("ab", "ba", 0.0),
    ],
)
def test_similarity_counts_the_characters_to_change(left, right, similarity):
    assert edit_similarity(left, right) == pytest.approx(similarity)
    assert edit_similarity(right, left) == pytest.approx(similarity)
