"""`infill bench` on a repository of a few files, with the embedded default."""

from __future__ import annotations

import pytest

PADDING = "".join(f"value_{n} = {n}\n" for n in range(40))
UNITS = "class Length:\n    def in_feet(self): ...\n"
MAIN = f"from units import Length\n{PADDING}size = Length(3)\nother = size.in_feet()\n"


@pytest.fixture
def repository(tmp_path):
    """Two files, one of which uses the other."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "units.py").write_text(UNITS)
    (tmp_path / "main.py").write_text(MAIN)
    return tmp_path


def test_bench_reports_recall_and_completions(infill, repository):
    """The same twice for the same seed; both the class and the member are in the prompt."""
    first, again = (
        infill("bench", "--json", "-n", "4", "--budgets", "600,2000", "--list", cwd=repository).json
        for _ in range(2)
    )
    assert first["places"] == again["places"]
    assert {row["kind"]: row["recall"] for row in first["recall"]} == {
        "definition": 1.0,
        "member": 1.0,
    }
    assert {row["budget"] for row in first["recall"]} == {600, 2000}
    completion = first["completion"]
    assert completion["backend"] == "ngram"
    assert completion["holes"] == 4
    assert 0 <= completion["exact_match"] <= completion["shown"] <= 1


def test_bench_is_readable(infill, repository):
    ran = infill("bench", "-n", "2", cwd=repository)
    assert "what a prompt shows of what its place needs" in ran.out
    assert "the rest of a line, by ngram" in ran.out
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("--budgets", "many"), 2, "usage"),
        (("--budgets", "3", "--only", "recall"), 2, "budget"),
        (("-n", "0"), 2, "usage"),
        (("--only", "nothing"), 2, "usage"),
        (
            ("--set", "backend=openai", "--set", "endpoint=http://127.0.0.1:9/v1", "-n", "1",
             "--only", "completion"),
            3,
            "backend",
        ),
    ],
    ids=["no number", "too small", "no places", "no such part", "nobody there"],
)  # fmt: skip
def test_bench_ends_with_the_reason(infill, repository, arguments, code, kind):
    ran = infill("bench", "--json", *arguments, cwd=repository)
    assert (ran.code, ran.json["error"]["kind"]) == (code, kind), ran.err


def test_bench_of_nothing_is_an_honest_nothing(infill, tmp_path):
    ran = infill("bench", cwd=tmp_path)
    assert ran.code == 1
    assert "no file here" in ran.err
    told = infill("bench", "--json", cwd=tmp_path)
    assert told.code == 1
    assert told.json["completion"] is None
