"""A changed path costs that path, and comes to what a look at everything would."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import marked
import pytest

from context import repository
from context.disk import changes, crawl
from context.disk.crawl import crawl_paths
from context.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILES = """
    //- /.gitignore
    private/
    //- /main.py
    from pkg.core import run
    //- /pkg/__init__.py
    //- /pkg/core.py
    def run(): ...
    //- /pkg/deep/inner.py
    from pkg.core import run
    //- /private/a.py
    x = 1
"""
links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    marked.parse(FILES).write(folder)
    return folder.resolve()


@pytest.fixture
def known(root: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository that is indexed, and from now on mustn't be crawled."""
    made = Repository(root, cache_dir=None)
    made.refresh()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a crawl of everything")

    monkeypatch.setattr(repository, "crawl", refuse)
    return made


def assert_current(known: Repository) -> None:
    """Compare it with one that looks at everything now."""
    fresh = Repository(known.root, cache_dir=None)
    found = crawl.crawl(known.root)
    repository.crawl = lambda *_, **__: found
    fresh.refresh()
    assert known._records == fresh._records
    assert known.index.imports == fresh.index.imports
    assert known.left_out == fresh.left_out
    assert known.folders == fresh.folders


def test_a_changed_file_is_read_alone(known: Repository) -> None:
    (known.root / "main.py").write_text("from pkg.deep.inner import run\n")
    (known.root / "pkg" / "core.py").write_text("y = 1\n")
    report = known.refresh_paths(["main.py"])
    assert report.parsed == 1
    assert set(known.index.imports["main.py"]) == {"pkg/deep/inner.py", "pkg/core.py"}
    assert known.index.definers("y") == ()


def test_a_file_is_read_whatever_its_time_and_size_say(known: Repository) -> None:
    """Two saves within the clock's grain leave the same stat."""
    file = known.root / "pkg" / "core.py"
    before = file.stat()
    file.write_text("def fun(): ...\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    known.refresh_paths(["pkg/core.py"])
    assert known.index.definers("fun") == ("pkg/core.py",)


def rename_a_folder(root: Path) -> Iterable[str]:
    (root / "pkg").rename(root / "lib")
    return ["pkg", "lib"]


def remove_a_folder(root: Path) -> Iterable[str]:
    shutil.rmtree(root / "pkg" / "deep")
    return ["pkg/deep"]


def let_a_file_become_a_folder(root: Path) -> Iterable[str]:
    (root / "main.py").unlink()
    (root / "main.py").mkdir()
    (root / "main.py" / "x.py").write_text("x = 1\n")
    return ["main.py"]


def add_what_is_left_out(root: Path) -> Iterable[str]:
    (root / "private" / "b.py").write_text("x = 1\n")
    (root / ".env").write_text("KEY=1\n")
    (root / "node_modules" / "left").mkdir(parents=True)
    (root / "node_modules" / "left" / "a.js").write_text("x\n")
    return ["private/b.py", ".env", "node_modules/left/a.js", "node_modules"]


def add_deep_folders(root: Path) -> Iterable[str]:
    (root / "new" / "er" / "est").mkdir(parents=True)
    (root / "new" / "er" / "est" / "a.py").write_text("from main import run\n")
    return ["new"]


def let_a_file_say_nothing(root: Path) -> Iterable[str]:
    (root / "pkg" / "core.py").write_bytes(b"a\0b")
    return ["pkg/core.py", "gone.py", "no/such/folder/a.py"]


@pytest.mark.parametrize(
    "change",
    [
        rename_a_folder,
        remove_a_folder,
        let_a_file_become_a_folder,
        add_what_is_left_out,
        add_deep_folders,
        let_a_file_say_nothing,
    ],
)
def test_what_happens_to_folders_comes_to_the_same(known, change, monkeypatch) -> None:
    monkeypatch.setattr(repository, "crawl", repository.crawl)
    known.refresh_paths(change(known.root))
    assert_current(known)


@pytest.mark.parametrize("paths", [[""], [".gitignore"], ["pkg/.aiignore"], ["vendor/modules.txt"]])
def test_what_says_something_about_others_is_a_look_at_everything(
    known: Repository, paths: list[str]
) -> None:
    with pytest.raises(AssertionError, match="a crawl of everything"):
        known.refresh_paths(paths)


def test_very_many_paths_are_a_look_at_everything(known: Repository) -> None:
    with pytest.raises(AssertionError, match="a crawl of everything"):
        known.refresh_paths([f"{i}.py" for i in range(changes.MANY)])


@pytest.mark.parametrize("path", ["../up.py", "/abs.py", "..", "pkg/../../up.py"])
def test_a_path_outside_is_nothing(known: Repository, path: str) -> None:
    (known.root.parent / "up.py").write_text("UP = 1\n")
    known.refresh_paths([path])
    assert known.index.definers("UP") == ()


def test_settling_keeps_the_edges_of_what_changed(root: Path, tmp_path: Path) -> None:
    """They are written when nobody types, and a start before that makes them anew."""
    first = Repository(root, cache_dir=tmp_path / "cache")
    first.refresh()
    (root / "main.py").write_text("import pkg.deep.inner\n")
    first.refresh_paths(["main.py"])
    first.settle()
    first.close()
    second = Repository(root, cache_dir=tmp_path / "cache")
    assert second.refresh().parsed == 0
    assert second.index.imports == first.index.imports


def test_a_root_that_goes_away_comes_back_as_it_was(root: Path, tmp_path: Path) -> None:
    """A disk that isn't mounted for a moment costs nothing."""
    known = Repository(root, cache_dir=tmp_path / "cache")
    known.refresh()
    root.rename(tmp_path / "away")
    assert known.refresh_paths(["main.py"]).files == 0
    assert known.refresh().left_out == {"unreadable": 1}
    assert known.index.facts == {}
    (tmp_path / "away").rename(root)
    report = known.refresh()
    assert (report.files, report.parsed) == (5, 0)


def test_a_file_that_couldnt_be_read_is_tried_again(root: Path, monkeypatch) -> None:
    """It may come back with the very time and size it went with."""
    known = Repository(root, cache_dir=None)
    away = root.parent / "away"
    (root / "main.py").rename(away)
    found = crawl.crawl(root)
    away.rename(root / "main.py")
    whole = crawl.crawl(root)
    (root / "main.py").rename(away)
    monkeypatch.setattr(repository, "crawl", lambda *_, **__: whole)
    known.refresh()
    assert known.left_out["main.py"] == "missing"
    assert len(found.files) == len(whole.files) - 1
    away.rename(root / "main.py")
    known.refresh()
    assert "main.py" in known.index.facts


@links
def test_a_link_that_takes_a_files_place_is_not_read_through(root: Path, monkeypatch) -> None:
    """The crawl saw a file; by the time it is read it leads elsewhere."""
    secret = root.parent / "secret.py"
    secret.write_text("SECRET = 1\n")
    folder = root.parent / "elsewhere"
    folder.mkdir()
    (folder / "inner.py").write_text("SECRET = 1\n")
    found = crawl.crawl(root)
    (root / "main.py").unlink()
    (root / "main.py").symlink_to(secret)
    shutil.rmtree(root / "pkg" / "deep")
    (root / "pkg" / "deep").symlink_to(folder)
    monkeypatch.setattr(repository, "crawl", lambda *_, **__: found)
    known = Repository(root, cache_dir=None)
    known.refresh()
    assert known.index.definers("SECRET") == ()
    assert known.left_out["main.py"] == known.left_out["pkg/deep/inner.py"] == "outside-root"
    assert known.read("main.py") is None


def test_letters_that_the_disk_doesnt_mind_name_the_same_file(root: Path, monkeypatch) -> None:
    """As on macOS and Windows: an editor may spell a path as the user typed it."""
    monkeypatch.setattr(repository, "folds_case", lambda _: True)
    known = Repository(root, cache_dir=None)
    known.refresh()
    known.shadow("PKG/Core.py", "def typed(): ...\n")
    assert known.index.definers("typed") == ("pkg/core.py",)
    assert known.spelt("MAIN.py") == "main.py"
    assert known.spelt("New.py") == "New.py"
    (root / "main.py").rename(root / "Main.py")
    known.refresh_paths(["main.py", "Main.py"])
    assert "Main.py" in known.index.facts
    assert "main.py" not in known.index.facts


def test_files_that_differ_in_letters_alone_are_two_where_the_disk_has_two(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "A.py").write_text("y = 1\n")
    names = {found.path for found in crawl_paths(tmp_path, ["a.py"]).files}
    known = Repository(tmp_path, cache_dir=None)
    known.refresh()
    assert names == set(known.index.facts) == {file.name for file in tmp_path.iterdir()}
