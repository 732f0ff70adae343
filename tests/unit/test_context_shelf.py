"""Of several servers one writes; what nobody needs any more is cleared away."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import time
from typing import TYPE_CHECKING

import pytest

from context.disk import shelf, store
from context.disk.lock import ProcessLock
from context.disk.shelf import folder_for
from context.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path


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


def opened(root: Path, cache: Path) -> Repository:
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    return repository


def rows(cache: Path, root: Path) -> list[str]:
    """The paths that are kept on disk."""
    file = folder_for(cache, root) / f"index-{store.SCHEMA}.sqlite3"
    with contextlib.closing(sqlite3.connect(file)) as base:
        return [path for (path,) in base.execute("SELECT path FROM file ORDER BY path")]


def test_a_lock_is_one_holders_alone_and_passes_on(tmp_path: Path) -> None:
    first, second = ProcessLock(tmp_path / "lock"), ProcessLock(tmp_path / "lock")
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert second.try_acquire()
    del second
    assert first.try_acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file stays there")
def test_a_lock_whose_file_was_cleared_away_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes that lock different files of one name would both write."""
    lock, path = ProcessLock(tmp_path / "lock"), tmp_path / "lock"
    take = "context.disk.lock._lock"
    monkeypatch.setattr(take, lambda _: path.unlink() is None)
    assert not lock.try_acquire()
    monkeypatch.undo()
    assert lock.try_acquire()


def test_one_server_writes_and_the_others_read(root: Path, cache: Path) -> None:
    """What a reader finds out first, it keeps to itself until the writer is gone."""
    writer = opened(root, cache)
    reader = Repository(root, cache_dir=cache)
    assert reader.refresh().parsed == 0
    (root / "c.py").write_text("import a\n")
    reader.refresh()
    assert set(reader.index.imports["c.py"]) == {"a.py"}
    assert rows(cache, root) == ["a.py", "b.py"]
    writer.close()
    (root / "d.py").write_text("import c\n")
    reader.refresh_paths(["d.py"])
    assert rows(cache, root) == ["a.py", "b.py", "c.py", "d.py"]
    assert Repository(root, cache_dir=cache).refresh().parsed == 0


def test_a_reader_takes_from_the_writer_what_has_changed_much(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a switch of branches one of two servers parses, not both."""
    monkeypatch.setattr("context.disk.changes.MANY", 2)
    writer, reader = opened(root, cache), opened(root, cache)
    for name in ("a.py", "b.py", "c.py"):
        (root / name).write_text("y = 22\n")
    assert writer.refresh().parsed == 3
    assert reader.refresh().parsed == 0
    assert reader.index.definers("y") == ("a.py", "b.py", "c.py")


def test_a_reader_leaves_a_damaged_file_to_the_writer(
    root: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = opened(root, cache)
    file = folder_for(cache, root) / f"index-{store.SCHEMA}.sqlite3"
    file.write_bytes(b"no database" * 1_000)
    with caplog.at_level(logging.WARNING):
        assert Repository(root, cache_dir=cache).refresh().parsed == 2
    assert caplog.records == []
    assert file.read_bytes().startswith(b"no database")
    writer.close()


def test_what_an_older_version_kept_goes_with_one_line(
    root: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not what a newer one keeps, nor what a server of an older one has open."""
    folder = folder_for(cache, root)
    folder.mkdir(parents=True)
    names = [f"index-{schema}.sqlite3" for schema in (1, 2, store.SCHEMA + 1)]
    for name in [*names, "index-1.sqlite3-wal"]:
        (folder / name).write_bytes(b"x")
    lock = ProcessLock(folder / "index-2.lock")
    assert lock.try_acquire()
    with caplog.at_level(logging.INFO, logger="context.disk.shelf"):
        opened(root, cache)
    left = {file.name for file in folder.iterdir() if f"-{store.SCHEMA}." not in file.name}
    assert left == {"index-2.sqlite3", "index-2.lock", f"index-{store.SCHEMA + 1}.sqlite3"}
    assert len(caplog.records) == 1


def test_repositories_that_nobody_opens_are_cleared_away(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ones in use stay, and so does what isn't ours."""
    folders = {}
    repositories = {}
    for name in ("old", "used", "new"):
        root = tmp_path / name
        root.mkdir()
        (root / "a.py").write_text("x = 1\n")
        repositories[name] = opened(root.resolve(), cache)
        folders[name] = folder_for(cache, root.resolve())
    (cache / "ngram-1").mkdir()
    long_ago = time.time() - shelf.UNUSED_S - 60
    for name in ("old", "used"):
        for file in folders[name].iterdir():
            os.utime(file, (long_ago, long_ago))
    repositories["old"].close()
    shelf.evict(cache, folders["new"])
    assert sorted(cache.iterdir()) == sorted([cache / "ngram-1", folders["new"], folders["used"]])
    repositories["used"].close()
    monkeypatch.setattr(shelf, "MAX_BYTES", 10)
    monkeypatch.setattr(shelf, "UNUSED_S", 10**9)
    shelf.evict(cache, folders["new"])
    assert sorted(cache.iterdir()) == sorted([cache / "ngram-1", folders["new"]])


def test_a_read_only_index_is_still_read(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing more is kept then, and the user is told why."""
    opened(root, cache).close()

    def refuse(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError(f"attempt to write a readonly database: {path}")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(store, "_connect", refuse)
    repository = Repository(root, cache_dir=cache)
    with caplog.at_level(logging.WARNING):
        assert repository.refresh().parsed == 0
        (root / "c.py").write_text("x = 1\n")
        assert repository.refresh().parsed == 1
    assert "readonly" in (repository.trouble or "")
    assert len(caplog.records) == 1
