"""Files become text, or an error that says what was found."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from context.errors import ContextError
from context.files import find_root, read_text

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
