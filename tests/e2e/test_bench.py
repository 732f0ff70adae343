"""`infill bench` on a repository of a few files, with the embedded default."""

from __future__ import annotations

import pytest
import tiny_bpe
import wire

PADDING = "".join(f"value_{n} = {n}\n" for n in range(40))
UNITS = "class Length:\n    def in_feet(self): ...\n"
MAIN = f"from units import Length\n{PADDING}size = Length(3)\nother = size.in_feet()\n"

HOLE, END = "<｜fim▁hole｜>", "<｜fim▁end｜>"  # noqa: RUF001


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


def _copying(**sources):
    """A model that knows the sources, and goes on with them from what was typed behind the end."""

    def reply(asked):
        before, _, typed = asked["prompt"].partition(END)
        prefix = before.partition(HOLE)[0]
        for name, source in sources.items():
            known = prefix.rpartition(f"#{name}.py\n")[2] + typed
            if typed and source.startswith(known):
                return (source[len(known) :].partition("\n")[0],)
        return ("pass",)

    return reply


def test_bench_compares_the_settings_of_the_anchor(infill, repository, tmp_path_factory):
    """The same holes for each; what stands still isn't read again."""
    tokenizer = tiny_bpe.write(tmp_path_factory.mktemp("bpe"))
    with wire.serve(wire.Script(reply=_copying(main=MAIN, units=UNITS))) as server:
        pairs = {"backend": "openai", "endpoint": server.endpoint, "tokenizer": tokenizer}
        settings = [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
        ran = infill("bench", "--anchor", "--json", "-n", "4", *settings, cwd=repository)
        shown = infill("bench", "--anchor", "-n", "1", *settings, cwd=repository)
    assert ran.code == 0, ran.err
    off, line, block = ran.json["anchor"]
    assert [row["anchor"] for row in (off, line, block)] == ["off", "line", "block"]
    assert (off["exact_match"], line["exact_match"], block["exact_match"]) == (0.0, 1.0, 1.0)
    assert (block["won"], block["lost"]) == (block["holes"], 0)
    assert line["read_again"] < off["read_again"]
    assert block["read_again_before"] < line["read_again_before"] <= off["read_again_before"]
    assert "read anew" in shown.out
    assert ran.json["backend"] == "openai"


def test_bench_of_anchors_wants_a_backend_that_reads_prompts(infill, repository):
    ran = infill("bench", "--anchor", "--json", cwd=repository)
    assert (ran.code, ran.json["anchor"]) == (1, None)
    assert "'ngram' reads no prompt" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("--budgets", "many"), 2, "usage"),
        (("--budgets", "3", "--only", "recall"), 2, "budget"),
        (("-n", "0"), 2, "usage"),
        (("--only", "nothing"), 2, "usage"),
        (("--anchor", "--only", "recall"), 2, "usage"),
        (
            ("--set", "backend=openai", "--set", "endpoint=http://127.0.0.1:9/v1", "-n", "1",
             "--only", "completion"),
            3,
            "backend",
        ),
    ],
    ids=["no number", "too small", "no places", "no such part", "two measures", "nobody there"],
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
