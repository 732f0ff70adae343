"""What changes on disk is told, new folders included; what can't be watched is said."""

from __future__ import annotations

import shutil
from queue import Queue
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
import watchfiles

from context.disk import watch as watching
from context.errors import UnwatchableError
from context.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_S = 20


class Follower:
    """A repository that takes up what is told, as the server does."""

    def __init__(self, root: Path) -> None:
        self.repository = Repository(root, cache_dir=None)
        self.repository.refresh()
        self.stop = Event()
        self._told: Queue[set[str]] = Queue()
        self._thread = Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        root = self.repository.root
        for paths in watching.watch(root, lambda: self.repository.folders, stop=self.stop):
            self._told.put(paths)

    def until(self, is_so: Callable[[Repository], bool]) -> set[str]:
        """Take up what is told until something is so; everything that was told."""
        every: set[str] = set()
        while not is_so(self.repository):
            paths = self._told.get(timeout=WAIT_S)
            every |= paths
            self.repository.refresh_paths(paths)
        return every

    def end(self) -> None:
        """Stop, and see that this is the end."""
        self.stop.set()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()


@pytest.fixture
def follower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follower]:
    """A watched repository with a package in it, whose first look is over."""
    for name in ("_LOOK_MS", "_STEP_MS"):
        monkeypatch.setattr(watching, name, 20)
    monkeypatch.setattr(watching, "_ABSENCE_S", 0.02)
    root = tmp_path / "root"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg" / "a.py").write_text("x = 1\n")
    made = Follower(root)
    assert made._told.get(timeout=WAIT_S) == {""}
    yield made
    made.end()


def has(name: str) -> Callable[[Repository], bool]:
    """Whether some file defines the name."""
    return lambda repository: bool(repository.index.definers(name))


def test_a_change_is_told_by_its_path(follower: Follower) -> None:
    (follower.repository.root / "pkg" / "a.py").write_text("y = 22\n")
    assert "pkg/a.py" in follower.until(has("y"))


def test_new_folders_are_watched_from_then_on(follower: Follower) -> None:
    """Also what was written in them before the watch held."""
    folder = follower.repository.root / "new" / "er"
    folder.mkdir(parents=True)
    (folder / "b.py").write_text("b = 1\n")
    follower.until(has("b"))
    (folder / "c.py").write_text("c = 1\n")
    follower.until(has("c"))


def test_a_folder_that_comes_anew_is_watched_again(follower: Follower) -> None:
    """As when another branch is checked out: the same name, another folder."""
    folder = follower.repository.root / "pkg"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "a.py").write_text("second = 1\n")
    follower.until(has("second"))
    (folder / "a.py").write_text("third = 3\n")
    follower.until(has("third"))


def test_a_root_that_goes_and_comes_is_followed(follower: Follower) -> None:
    root = follower.repository.root
    shutil.rmtree(root)
    follower.until(lambda repository: not repository.index.facts)
    root.mkdir()
    (root / "z.py").write_text("z = 1\n")
    follower.until(has("z"))
    (root / "z.py").write_text("again = 1\n")
    follower.until(has("again"))


@pytest.mark.parametrize("error", [OSError(28, "no space left on device"), RuntimeError("limit")])
def test_what_cant_be_watched_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """So that somebody else can be asked to watch."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(watchfiles, "watch", refuse)
    with pytest.raises(UnwatchableError, match="can't be watched"):
        next(watching.watch(tmp_path, frozenset, stop=Event()))
