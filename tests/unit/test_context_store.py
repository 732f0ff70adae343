"""What is kept between two starts outlives odd files, foreign tables and busy moments."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
from typing import TYPE_CHECKING

import pytest

from context.disk.crawl import _signed
from context.disk.shelf import folder_for
from context.disk.store import SCHEMA
from context.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = [
    "CREATE TABLE file (name TEXT)",
    "CREATE TABLE graph (name TEXT)",
    "CREATE VIEW file AS SELECT 1",
    "CREATE TABLE other (name TEXT); CREATE INDEX file ON other (name)",
]
YEAR_2300_NS = 10_413_792_000 * 10**9


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "a.py").write_text("import b\n")
    (folder / "b.py").write_text("x = 1\n")
    return folder.resolve()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def database(cache: Path, root: Path) -> Path:
    return folder_for(cache, root) / f"index-{SCHEMA}.sqlite3"


def parsed(cache: Path, root: Path) -> int:
    """How many files a new start has to parse."""
    with contextlib.closing(Repository(root, cache_dir=cache)) as repository:
        return repository.refresh().parsed


@pytest.mark.parametrize("tables", FOREIGN)
def test_somebody_elses_tables_are_made_anew(
    root: Path, cache: Path, tables: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With one line in the log, and the next start is warm."""
    database(cache, root).parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base:
        base.executescript(tables)
    with caplog.at_level(logging.WARNING):
        assert parsed(cache, root) == 2
    assert [record.message for record in caplog.records if "made anew" in record.message]
    assert len(caplog.records) == 1
    assert parsed(cache, root) == 0


def test_a_text_that_is_no_text_is_damage(root: Path, cache: Path) -> None:
    """The driver refuses it before a checksum could be compared."""
    assert parsed(cache, root) == 2
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base, base:
        base.execute("UPDATE file SET words = CAST(x'ff' AS TEXT) WHERE path = 'a.py'")
    assert parsed(cache, root) == 2
    assert parsed(cache, root) == 0


def test_what_a_busy_moment_kept_from_the_file_is_written_later(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another editor's write is no reason to forget everything from then on."""
    monkeypatch.setattr("context.disk.store._BUSY_S", 0.01)
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base:
        base.execute("BEGIN IMMEDIATE")
        (root / "b.py").unlink()
        (root / "c.py").write_text("y = 1\n")
        repository.refresh()
        base.rollback()
    (root / "d.py").write_text("z = 1\n")
    repository.refresh()
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base:
        rows = base.execute("SELECT path FROM file ORDER BY path").fetchall()
    assert rows == [("a.py",), ("c.py",), ("d.py",)]
    assert parsed(cache, root) == 0
    assert caplog.records == []


def test_a_busy_start_is_kept_at_its_end(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("context.disk.store._BUSY_S", 0.01)
    parsed(cache, root)
    repository = Repository(root, cache_dir=cache)
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base:
        base.execute("PRAGMA journal_mode = DELETE")
        base.execute("BEGIN EXCLUSIVE")
        assert repository.refresh().parsed == 2
        base.rollback()
    (root / "c.py").write_text("y = 1\n")
    repository.refresh()
    assert parsed(cache, root) == 0


@pytest.mark.parametrize("mtime_ns", [YEAR_2300_NS, -(10**9)])
def test_an_odd_timestamp_stops_nobody(root: Path, cache: Path, mtime_ns: int) -> None:
    with contextlib.suppress(OSError, OverflowError):
        # A file system that holds no such time has no such trouble.
        os.utime(root / "a.py", ns=(0, mtime_ns))
    assert parsed(cache, root) == 2
    assert parsed(cache, root) == 0


@pytest.mark.parametrize("mtime_ns", [YEAR_2300_NS, 2**63, -(2**63) - 1, 2**63 - 1, 0, 1])
def test_a_time_fits_the_database_and_differs_from_the_next(mtime_ns: int) -> None:
    assert -(2**63) <= _signed(mtime_ns) < 2**63
    assert _signed(mtime_ns) != _signed(mtime_ns + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize("is_link", [True, False], ids=["a link", "a folder"])
def test_the_rights_of_what_was_there_stay(
    root: Path, cache: Path, tmp_path: Path, *, is_link: bool
) -> None:
    """Somebody else's folder isn't ours to close; the file in it is for the user alone."""
    folder = folder_for(cache, root)
    theirs = tmp_path / "theirs" if is_link else folder
    theirs.mkdir(parents=True)
    theirs.chmod(0o755)
    if is_link:
        cache.mkdir()
        folder.symlink_to(theirs)
    assert parsed(cache, root) == 2
    assert theirs.stat().st_mode & 0o777 == 0o755
    assert database(cache, root).stat().st_mode & 0o777 == 0o600
    assert parsed(cache, root) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_folders_that_are_made_are_the_users_alone(root: Path, cache: Path) -> None:
    parsed(cache, root)
    for folder in (cache, folder_for(cache, root)):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_another_language_pack_reads_every_file_anew(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found without its parsers doesn't stay for as long as the file is the same."""
    assert parsed(cache, root) == 2
    monkeypatch.setattr("context.disk.store._pack", lambda: 13)
    assert parsed(cache, root) == 2
    assert parsed(cache, root) == 0
