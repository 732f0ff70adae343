"""Files as text: the edge where bytes come in from the disk."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from context.disk.screen import MAX_BYTES, is_binary
from context.errors import OutsideRootError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Generator

_ROOM_TO_GROW = 4_096
_LARGEST_OPENED = 16 * MAX_BYTES
# A pipe opened without O_NONBLOCK waits for somebody to write; Windows needs O_BINARY.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# What a link that isn't followed comes to, by system and by what else was asked.
_LINK_ERRORS = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
_HAS_STEPS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text; `note` says what was wrong with its bytes, None where nothing was."""

    text: str
    note: str | None = None


def read_text(path: Path) -> Decoded:
    """The text of a file, line endings as they are, a byte order mark kept out.

    Raises:
        UnreadableFileError: missing, a folder, special, unreadable, binary or over-large.
            Devices and pipes are refused before they are opened: opening one may hang.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path, *, max_bytes: int = _LARGEST_OPENED) -> bytes:
    """The bytes of a regular file of at most `max_bytes`; links are followed.

    Raises:
        UnreadableFileError: as for `read_text`, except that nothing is binary here.
    """
    with _in_words(path):
        # Looked at before it is opened, as a device may act on being opened.
        _refuse_special(path.stat(), path, max_bytes)
        return _read(os.open(path, _FLAGS), path, max_bytes)


def read_inside(root: Path, path: str, *, max_bytes: int = _LARGEST_OPENED) -> bytes:
    """The bytes of a regular file below `root`, with no link on the way from there.

    The file may have become a link, or its folder one, since it was found. So each
    step is opened from the one before and refused where it is a link; where the system
    has no such way, the file that was opened must be the one that the name, with
    every link followed, leads to.

    Raises:
        OutsideRootError: the path, or a link on it, may lead out of the root.
        UnreadableFileError: as for `read_bytes`.
    """
    place = PurePath(path)
    if place.anchor or ".." in place.parts or not place.parts:
        raise OutsideRootError(f"{path!r} is not a path below {root}; name a file in it")
    full = root / place
    with _in_words(full):
        _refuse_special(full.lstat(), full, max_bytes)
        opened = _open_by_steps(root, place) if _HAS_STEPS else _open_and_check(root, place)
        return _read(opened, full, max_bytes)


@contextmanager
def _in_words(path: Path) -> Generator[None]:
    """Say what the system says about a file the way this package does."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFileError(
            "missing", f"{path} doesn't exist; check the spelling and the working directory"
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            "unreadable", f"{path} can't be read ({error}); check its permissions"
        ) from None


def _open_by_steps(root: Path, place: PurePath) -> int:
    folder = os.open(root, _FLAGS | os.O_DIRECTORY)
    try:
        for part in place.parts[:-1]:
            deeper = os.open(part, _FLAGS | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = deeper
        return os.open(place.name, _FLAGS | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno in _LINK_ERRORS:
            message = f"{root / place} is a link or lies behind one, and those aren't followed"
            raise OutsideRootError(message) from None
        raise
    finally:
        os.close(folder)


def _open_and_check(root: Path, place: PurePath) -> int:
    # Opened first: what becomes a link later then has another name or is another file.
    opened = os.open(root / place, _FLAGS)
    if _is_inside(opened, root, place):
        return opened
    os.close(opened)
    raise OutsideRootError(f"{root / place} leads out of {root}; links aren't followed")


def _is_inside(opened: int, root: Path, place: PurePath) -> bool:
    really = Path(os.path.realpath(root / place))
    try:
        same = os.path.samestat(os.fstat(opened), really.stat())
    except OSError:
        return False
    return same and really.is_relative_to(os.path.realpath(root))


def _read(opened: int, path: Path, max_bytes: int) -> bytes:
    try:
        found = os.fstat(opened)
        _refuse_special(found, path, max_bytes)
    except BaseException:
        os.close(opened)
        raise
    with open(opened, "rb") as file:
        # It may be growing while it is read. Room for as much as is allowed would take longer
        # to be had than most files to be read.
        return file.read(min(max_bytes, found.st_size + _ROOM_TO_GROW))


def _refuse_special(found: os.stat_result, path: Path, max_bytes: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableFileError("folder", f"{path} is a folder; name a file in it")
    if stat.S_ISLNK(found.st_mode):
        raise OutsideRootError(f"{path} is a link, and those aren't followed")
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFileError(
            "special", f"{path} is a device, pipe or socket; only regular files are read"
        )
    if found.st_size > max_bytes:
        raise UnreadableFileError(
            "over-large",
            f"{path} has {found.st_size:,} bytes, more than the {max_bytes:,} that are read",
        )


def decode(data: bytes, name: str) -> Decoded:
    """The text of `data`: UTF-8, or UTF-16 and UTF-32 where a byte order mark says so.

    Raises:
        UnreadableFileError: binary; the message calls the file `name`.
    """
    if data.startswith(codecs.BOM_UTF8):
        return _as_utf8(data[3:])
    for marks, encoding in (
        ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
        ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
    ):
        if data.startswith(marks):
            return _as_marked(data, encoding)
    if is_binary(data):
        raise UnreadableFileError(
            "binary", f"{name} holds NUL bytes, so it is binary; name a text file"
        )
    return _as_utf8(data)


def _as_utf8(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError as error:
        note = f"not UTF-8 at byte {error.start}; read with replacement characters"
        return Decoded(data.decode(errors="replace"), note)


def _as_marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), f"read as {encoding.upper()}")
    except UnicodeDecodeError as error:
        note = f"not {encoding.upper()} at byte {error.start}; read with replacement characters"
        return Decoded(data.decode(encoding, errors="replace"), note)


def find_root(file: Path) -> Path:
    """The nearest folder above `file` with a `.git` in it, else the folder `file` lies in.

    `.git` may be a file: worktrees and submodules have one.
    """
    folder = file.resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder
