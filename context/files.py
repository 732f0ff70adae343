"""Files as text: the edge where bytes come in from the disk."""

from __future__ import annotations

import codecs
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.errors import UnreadableFileError
from context.screen import MAX_BYTES, is_binary

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST_OPENED = 16 * MAX_BYTES


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
    """The bytes of a regular file of at most `max_bytes`.

    Raises:
        UnreadableFileError: as for `read_text`, except that nothing is binary here.
    """
    try:
        _refuse_special(path, max_bytes)
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFileError(
            "missing", f"{path} doesn't exist; check the spelling and the working directory"
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            "unreadable", f"{path} can't be read ({error}); check its permissions"
        ) from None


def _refuse_special(path: Path, max_bytes: int) -> None:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableFileError("folder", f"{path} is a folder; name a file in it")
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
