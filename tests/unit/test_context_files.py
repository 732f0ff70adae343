"""Files become text, or an error that says what was found."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from context.disk import files
from context.disk.files import find_root, read_text
from context.errors import ContextError, OutsideRootError, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("data", "text", "has_note"),
    [
        (b"a\r\nb\n", "a\r\nb\n", False),
        (b"\xef\xbb\xbfa", "a", False),
        ("\u00e4\U0001f600".encode(), "\u00e4\U0001f600", False),
        (b"\xff\xfea\x00", "a", True),
        (b"\xfe\xff\x00a", "a", True),
        (b"caf\xe9", "caf\ufffd", True),
        (b"", "", False),
    ],
)
def test_bytes_become_text(tmp_path: Path, *, data: bytes, text: str, has_note: bool) -> None:
    """UTF-8, UTF-16 by its mark, anything else with replacements and a note."""
    (tmp_path / "f").write_bytes(data)
    found = read_text(tmp_path / "f")
    assert found.text == text
    assert (found.note is not None) == has_note


def kind_of(path: Path) -> str:
    with pytest.raises(ContextError) as caught:
        read_text(path)
    assert str(path) in str(caught.value)
    return caught.value.kind


def test_what_is_no_text_file_is_refused_by_kind(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\x7fELF\x00\x01")
    assert kind_of(tmp_path / "binary") == "binary"
    assert kind_of(tmp_path / "nowhere") == "missing"
    assert kind_of(tmp_path) == "folder"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_refused_without_opening_it(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert kind_of(tmp_path / "pipe") == "special"


def test_the_root_is_the_nearest_folder_with_git(tmp_path: Path) -> None:
    """A worktree's `.git` is a file."""
    inner = tmp_path / "outer" / "inner" / "pkg"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / ".git").mkdir()
    assert find_root(inner / "a.py") == (tmp_path / "outer").resolve()
    (tmp_path / "outer" / "inner" / ".git").write_text("gitdir: elsewhere\n")
    assert find_root(inner / "a.py") == (tmp_path / "outer" / "inner").resolve()


SAFE = pytest.mark.parametrize("by_steps", [True, False])


@pytest.fixture
def below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """How a file below a root is read, by either way that a system may have."""

    def read(path: str, *, by_steps: bool) -> bytes:
        if not by_steps:
            monkeypatch.setattr(files, "_HAS_STEPS", False)
        return files.read_inside(tmp_path / "root", path)

    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "sub" / "a.py").write_text("x = 1\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.py").write_text("SECRET = 1\n")
    return read


@SAFE
def test_a_file_below_the_root_is_read(below, by_steps) -> None:
    assert below("sub/a.py", by_steps=by_steps) == b"x = 1\n"


@SAFE
@pytest.mark.parametrize("path", ["", "../out/a.py", "sub/../../out/a.py", "/etc/passwd"])
def test_a_path_that_leads_out_is_refused(below, by_steps, path) -> None:
    with pytest.raises(OutsideRootError):
        below(path, by_steps=by_steps)


@SAFE
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_root_is_refused(tmp_path: Path, below, by_steps) -> None:
    """A file that is one, a folder on the way, and one that leads to itself."""
    root = tmp_path / "root"
    (root / "file.py").symlink_to(tmp_path / "out" / "a.py")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "loop").symlink_to(root / "loop")
    for path in ("file.py", "folder/a.py", "loop"):
        with pytest.raises(OutsideRootError):
            below(path, by_steps=by_steps)


@SAFE
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, below, by_steps) -> None:
    """A pipe would hang whoever opens it."""
    os.mkfifo(tmp_path / "root" / "pipe")
    for path, kind in (("pipe", "special"), ("sub", "folder"), ("gone.py", "missing")):
        with pytest.raises(UnreadableFileError) as caught:
            below(path, by_steps=by_steps)
        assert caught.value.kind == kind


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_that_takes_a_files_place_hangs_nobody(tmp_path: Path, below, monkeypatch) -> None:
    """After the look at it, and before it is opened."""
    monkeypatch.setattr(files, "_refuse_special", _once_blind(files._refuse_special))
    os.mkfifo(tmp_path / "root" / "pipe")
    with pytest.raises(UnreadableFileError, match="device, pipe or socket"):
        below("pipe", by_steps=True)


def _once_blind(look):
    looks = iter([True])

    def see(*arguments: object) -> None:
        if not next(looks, False):
            look(*arguments)

    return see
