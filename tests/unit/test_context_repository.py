"""A repository is read once, remembered, and never in the way."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import marked
import pytest

from context.disk import workers
from context.disk.shelf import folder_for
from context.disk.store import SCHEMA
from context.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from context.report import IndexReport
    from context.types import Corpus

FILES = """
    //- /pkg/__init__.py
    from .core import run
    //- /pkg/core.py
    def run(): ...
    //- /main.py
    from pkg import run
    //- /notes.md
    words
    //- /.env
    KEY=1
    //- /.gitignore
    private.py
    //- /private.py
    SECRET = 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    marked.parse(FILES).write(folder)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def database(cache: Path, root: Path) -> Path:
    return folder_for(cache, root.resolve()) / f"index-{SCHEMA}.sqlite3"


def started(root: Path, cache: Path) -> IndexReport:
    """What a server that comes and goes finds."""
    with contextlib.closing(Repository(root, cache_dir=cache)) as repository:
        return repository.refresh()


def test_a_refresh_reports_what_it_did(root: Path, cache: Path) -> None:
    report = started(root, cache)
    assert (report.files, report.edges, report.parsed, report.from_cache) == (5, 3, 5, 0)
    assert report.by_language == {"Markdown": 1, "Python": 3, "Text": 1}
    assert report.left_out == {"ignored": 1, "secret": 1}


def test_before_the_first_refresh_the_index_is_empty(root: Path) -> None:
    repository = Repository(root, cache_dir=None)
    assert (repository.index.order, repository.entries(), repository.revision) == ((), (), 0)


def test_a_warm_start_reads_and_parses_nothing(root: Path, cache: Path) -> None:
    """Not even a file that has become unreadable in the meantime is missed."""
    first = Repository(root, cache_dir=cache)
    first.refresh()
    second = Repository(root, cache_dir=cache)
    report = second.refresh()
    assert (report.parsed, report.from_cache) == (0, 5)
    assert second.index.imports == first.index.imports
    assert second.index.order == first.index.order
    assert report.left_out == {"ignored": 1, "secret": 1}


def test_only_what_changed_is_parsed(root: Path, cache: Path) -> None:
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    revision = repository.revision
    (root / "main.py").write_text("import pkg.core\nx = 1\n")
    (root / "notes.md").unlink()
    (root / "new.py").write_text("import main\n")
    report = repository.refresh()
    assert (report.parsed, report.files) == (2, 5)
    assert set(repository.index.imports["main.py"]) == {"pkg/core.py"}
    assert set(repository.index.imports["new.py"]) == {"main.py"}
    assert repository.revision > revision
    again = Repository(root, cache_dir=cache)
    assert again.refresh().parsed == 0
    assert again.index.imports == repository.index.imports


def test_a_touched_file_keeps_its_facts(root: Path, cache: Path) -> None:
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    before = repository.index.facts["main.py"]
    os.utime(root / "main.py", ns=(1, 1))
    repository.refresh()
    assert repository.index.facts["main.py"] is before


def test_progress_counts_to_the_end(root: Path) -> None:
    heard: list[tuple[int, int]] = []
    Repository(root, cache_dir=None).refresh(lambda done, total: heard.append((done, total)))
    assert heard[-1] == (5, 5)


def test_it_is_a_corpus(root: Path) -> None:
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    corpus: Corpus = repository
    paths = [entry.path for entry in corpus.entries()]
    assert paths == [".gitignore", "main.py", "notes.md", "pkg/__init__.py", "pkg/core.py"]
    assert corpus.read("main.py") == "from pkg import run\n"
    assert corpus.read("nowhere.py") is None
    assert corpus.read(".env") is None
    assert corpus.read("../outside") is None


def test_a_buffer_shadows_its_file(root: Path, cache: Path) -> None:
    """It is in the index and the corpus, and never in the cache."""
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    repository.shadow("main.py", "import pkg.core\ndef fresh(): ...\n")
    repository.shadow("unsaved.py", "from main import fresh\n")
    assert repository.index.definers("fresh") == ("main.py",)
    assert set(repository.index.imports["unsaved.py"]) == {"main.py"}
    assert repository.read("unsaved.py") == "from main import fresh\n"
    assert "unsaved.py" in [entry.path for entry in repository.entries()]
    repository.refresh()
    assert repository.index.definers("fresh") == ("main.py",)
    fresh = Repository(root, cache_dir=cache)
    fresh.refresh()
    assert fresh.index.definers("fresh") == ()
    repository.shadow("main.py", None)
    repository.shadow("unsaved.py", None)
    assert repository.index.definers("fresh") == ()
    assert "unsaved.py" not in repository.index.facts


def test_the_same_text_again_is_no_change(root: Path) -> None:
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    repository.shadow("main.py", "x = 1\n")
    index, revision = repository.index, repository.revision
    repository.shadow("main.py", "x = 1\n")
    assert repository.index is index
    assert repository.revision == revision


@pytest.mark.parametrize("path", [".env", "private.py", "id_rsa", "/abs.py", "../up.py", ""])
def test_what_may_not_be_sent_gets_in_by_no_buffer(root: Path, path: str) -> None:
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    repository.shadow(path, "SECRET = 2\n")
    assert path not in repository.index.facts
    assert repository.index.definers("SECRET") == ()


def test_why_a_document_may_not_be_sent(root: Path) -> None:
    repository = Repository(root, cache_dir=None, ignore=["vendored/"])
    assert repository.may_send("main.py") is None
    assert repository.may_send("elsewhere.py") is None
    assert "secret" in (repository.may_send("deep/.env.local") or "")
    assert ".gitignore" in (repository.may_send("private.py") or "")
    assert "settings" in (repository.may_send("vendored/deep/a.py") or "")


def test_a_refresh_that_fails_leaves_nothing_to_be_sent_by_old_rules(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an ignore file names by now stays here, whatever kept the index from being made."""
    repository = Repository(root, cache_dir=cache)
    repository.refresh()
    repository.shadow("main.py", "x = 1\n")
    assert repository.may_send("pkg/core.py") is None
    (root / ".gitignore").write_text("core.py\n")
    with monkeypatch.context() as broken:
        broken.setattr("context.repository.crawl", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            repository.refresh()
    assert repository.may_send("pkg/core.py") == "it is left out by .gitignore"
    assert repository.read("pkg/core.py") is None
    assert set(repository.index.facts) == {"main.py"}
    repository.refresh_paths(["main.py"])
    assert "pkg/__init__.py" in repository.index.facts
    assert "pkg/core.py" not in repository.index.facts


def test_what_was_left_out_is_told_by_path(root: Path) -> None:
    (root / "blob.py").write_bytes(b"a\0b")
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    assert repository.left_out == {".env": "secret", "blob.py": "binary", "private.py": "ignored"}


def test_a_damaged_cache_is_made_anew(
    root: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log, and the next start is warm again."""
    started(root, cache)
    database(cache, root).write_bytes(b"not a database" * 1_000)
    with caplog.at_level(logging.WARNING):
        assert started(root, cache).parsed == 5
    assert len(caplog.records) == 1
    assert started(root, cache).parsed == 0


def test_a_row_that_has_changed_on_disk_is_read_anew(root: Path, cache: Path) -> None:
    started(root, cache)
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base, base:
        base.execute("UPDATE file SET imports = '[[' WHERE path = 'main.py'")
        base.execute("UPDATE graph SET edges = '{}'")
    repository = Repository(root, cache_dir=cache)
    assert repository.refresh().parsed == 1
    assert set(repository.index.imports["main.py"]) == {"pkg/__init__.py", "pkg/core.py"}


def test_a_locked_cache_is_done_without(
    root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another editor is writing: this one goes on without waiting long."""
    started(root, cache)
    monkeypatch.setattr("context.disk.store._BUSY_S", 0.01)
    with contextlib.closing(sqlite3.connect(database(cache, root))) as base:
        base.execute("BEGIN EXCLUSIVE")
        (root / "new.py").write_text("x = 1\n")
        assert started(root, cache).files == 6
        base.rollback()


def test_a_cache_that_cant_be_is_done_without(
    root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        assert Repository(root, cache_dir=tmp_path / "file" / "cache").refresh().files == 5
    assert len(caplog.records) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_cache_is_the_users_alone(root: Path, cache: Path) -> None:
    started(root, cache)
    assert database(cache, root).parent.stat().st_mode & 0o777 == 0o700


def test_an_empty_folder_and_a_missing_one_are_repositories_too(tmp_path: Path) -> None:
    assert Repository(tmp_path, cache_dir=None).refresh().files == 0
    missing = Repository(tmp_path / "gone", cache_dir=None)
    assert missing.refresh().left_out == {"unreadable": 1}


@pytest.fixture
def in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_BYTES", 0)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("in_processes")
def test_workers_say_the_same_and_import_nothing_of_the_workspace(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository's own `json.py` and `context/` would otherwise run at indexing."""
    inline = {entry.path: entry.digest for entry in _refreshed(root).entries()}
    trap = "import pathlib\npathlib.Path(__file__).with_name('SPRUNG').touch()\n"
    for name in ("json.py", "context/__init__.py", "sitecustomize.py", "tree_sitter.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(trap)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root))
    repository = _refreshed(root)
    found = {entry.path: entry.digest for entry in repository.entries()}
    assert found.items() >= inline.items()
    assert repository.index.facts["json.py"].imports[0].module == "pathlib"
    assert not list(root.rglob("SPRUNG"))


@pytest.mark.usefixtures("in_processes")
def test_a_file_that_kills_its_worker_is_left_out(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others of its batch are indexed all the same."""
    bomb = (
        "import os, sys; sys.path.extend(sys.argv[1:]); from context.disk import worker;"
        "real = worker._answer;"
        "worker._answer = lambda root, path, known:"
        " os._exit(1) if path == 'main.py' else real(root, path, known);"
        "worker.serve()"
    )
    monkeypatch.setattr(workers, "_BOOT", bomb)
    repository = _refreshed(root)
    assert repository.left_out["main.py"] == "unparsable"
    assert "pkg/core.py" in repository.index.facts


def _refreshed(root: Path) -> Repository:
    repository = Repository(root, cache_dir=None)
    repository.refresh()
    return repository


def test_the_border_types_load_nothing_heavy() -> None:
    """Every room imports them at start-up."""
    heavy = "tree_sitter", "sqlite3", "pathspec", "json", "asyncio"
    code = f"import context.types, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("in_processes")
def test_workers_that_die_of_themselves_blame_no_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they were to read is read without them."""
    monkeypatch.setattr(workers, "_BOOT", "raise SystemExit(1)")
    repository = _refreshed(root)
    assert "unparsable" not in repository.left_out.values()
    assert "pkg/core.py" in repository.index.facts


def test_who_looks_from_a_document_does_not_wait_for_its_own_edit(tmp_path: Path) -> None:
    """Every other edit is in the index; its own, which is looked from, need not be."""
    (tmp_path / "a.py").write_text("A = 1\n")
    (tmp_path / "b.py").write_text("B = 1\n")
    repository = Repository(tmp_path, cache_dir=None)
    repository.refresh()
    _ = repository.index
    repository.shadow("a.py", "A = NEW_A = 1\n")
    assert repository.index_around("a.py") is repository.latest
    assert "NEW_A" in repository.index_around("b.py").facts["a.py"].words
    repository.shadow("new.py", "C = 1\n")
    assert "new.py" in repository.index_around("new.py").facts
