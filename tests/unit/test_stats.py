"""What was counted, on disk and as `infill stats` shows it."""

from __future__ import annotations

import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from lsp_server import cli
from lsp_server.kept import ledger
from lsp_server.kept.tally import Counts, Key, Tally

PYTHON = Key("2026-11-23", "Python", "ngram")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "infill" / "kept"


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    """Runs `infill stats` and gives its exit code, standard output and standard error."""
    monkeypatch.setattr("lsp_server.commands.stats.cache_folder", lambda: tmp_path / "infill")
    monkeypatch.setattr("lsp_server.cli._leave_workspace", lambda _: None)

    def run(*arguments):
        code = cli.run(["stats", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_what_is_written_is_read_back(folder):
    ledger.write(folder, {PYTHON: Counts(shown=3, accepted=2, characters=20, kept=15)})
    ledger.write(folder, {PYTHON: Counts(shown=1), PYTHON._replace(day="2026-10-31"): Counts(1)})
    assert ledger.read(folder)[PYTHON] == Counts(4, 2, 0, 20, 15)
    assert list(ledger.read(folder, "2026-11-01")) == [PYTHON]
    assert [path.name for path in ledger.months(folder)] == ["2026-10.jsonl", "2026-11.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_the_user_may_look(folder):
    ledger.write(folder, {PYTHON: Counts(1)})
    (file,) = ledger.months(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links can't be told apart on opening")
def test_nothing_is_written_through_a_link(folder, tmp_path):
    folder.mkdir(parents=True)
    (folder / "2026-11.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="2026-11"):
        ledger.write(folder, {PYTHON: Counts(1)})
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "line",
    [
        b"{nonsense",
        b"\x00\xff\xfe",
        b"[" * 100_000,
        b"[1, 2]",
        b'{"day": "2026-11-23", "language": "Python"}',
        b'{"day": "yesterday!", "language": "Python", "backend": "ngram"}',
        b'{"day": "2026-11-23", "language": 7, "backend": "ngram"}',
        b'{"day": "2026-11-23", "language": "Python", "backend": "ngram", "shown": -1}',
        b'{"day": "2026-11-23", "language": "Python", "backend": "ngram", "shown": true}',
        b'{"day": "2026-11-23", "language": "Python", "backend": "ngram", "kept": 1e300}',
    ],
)
def test_a_line_that_is_none_is_passed_over(folder, line):
    """And what is written behind one that was cut off isn't lost."""
    ledger.write(folder, {PYTHON: Counts(1)})
    with (folder / "2026-11.jsonl").open("ab") as file:
        file.write(line)
    ledger.write(folder, {PYTHON: Counts(2)})
    assert ledger.read(folder) == {PYTHON: Counts(3)}


def test_servers_write_at_once(folder):
    with ThreadPoolExecutor(4) as servers:
        for _ in range(20):
            servers.submit(ledger.write, folder, {PYTHON: Counts(1)})
    assert ledger.read(folder) == {PYTHON: Counts(20)}


def test_a_file_doesnt_grow_for_ever(folder, monkeypatch):
    monkeypatch.setattr(ledger, "GROWN_BYTES", 1000)
    for _ in range(50):
        ledger.write(folder, {PYTHON: Counts(1)})
    assert (folder / "2026-11.jsonl").stat().st_size < 1100
    assert ledger.read(folder) == {PYTHON: Counts(50)}


def test_old_months_are_cleared_away(folder):
    for month in range(1, 13):
        ledger.write(folder, {Key(f"2024-{month:02}-01", "Go", "ngram"): Counts(1)})
    ledger.write(folder, {PYTHON: Counts(1), PYTHON._replace(day="2025-01-01"): Counts(1)})
    assert len(ledger.months(folder)) == ledger.MONTHS
    assert ledger.months(folder)[0].stem == "2024-02"


def test_what_couldnt_be_written_is_counted_on():
    called = []
    tally = Tally(today=lambda: "2026-11-23", on_change=lambda: called.append(1))
    tally.add("Python", "ngram", shown=1)
    taken = tally.take()
    tally.add("Python", "ngram", shown=1, kept=2)
    tally.put_back(taken)
    assert tally.take() == {PYTHON: Counts(shown=2, kept=2)}
    assert called == [1, 1]


def test_the_table_has_a_row_for_each_language_and_backend(folder, shown, monkeypatch):
    today = Tally().today()
    ledger.write(
        folder,
        {
            Key(today, "Python", "ngram"): Counts(200, 50, 3, 1000, 870),
            Key(today, "Go", "openai"): Counts(10),
        },
    )
    code, out, _ = shown()
    assert code == 0
    lines = [line.split() for line in out.splitlines()[1:5]]
    assert lines == [
        ["language", "backend", "shown", "accepted", "of", "shown", "characters", "kept"],
        ["Python", "ngram", "200", "50", "25.0%", "1,000", "87.0%"],
        ["Go", "openai", "10", "0", "0.0%", "0"],
        ["all", "210", "50", "23.8%", "1,000", "87.0%"],
    ]
    _, out, _ = shown("--json")
    told = json.loads(out)
    assert told["total"]["kept_share"] == 0.87
    assert told["rows"][1] == {
        "language": "Go",
        "backend": "openai",
        "shown": 10,
        "accepted": 0,
        "rejected": 0,
        "characters": 0,
        "kept": 0,
        "accepted_share": 0.0,
        "kept_share": None,
    }


def test_nothing_counted_says_what_to_do(shown):
    code, _, err = shown()
    assert code == 1
    assert "stats.enabled" in err
    assert json.loads(shown("--json")[1])["rows"] == []
    assert shown("--days", "0")[0] == 2
