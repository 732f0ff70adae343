"""What tells this user's requests from others' on a shared server, and tells nothing else."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

_FILE = "salt"
_BYTES = 16
_HEX_DIGITS = 2 * _BYTES


@cache
def user_salt(folder: Path | None) -> str:
    """A random text that this user always has and nobody else knows.

    Kept in the folder, readable by the user alone; where it can't be kept, and without a
    folder, it lasts as long as this process. Losing it costs a server's cache, no more.
    """
    if folder is None:
        return _passing()
    file = folder / _FILE
    return _read(file) or _written(file)


def session_name(salt: str, root: Path) -> str:
    """A name of this user's repository that is always the same and says nothing of either."""
    return hashlib.sha256(f"{salt}\0{root}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _passing() -> str:
    return secrets.token_hex(_BYTES)


def _read(file: Path) -> str | None:
    try:
        text = file.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return text if len(text) == _HEX_DIGITS else None


def _written(file: Path) -> str:
    """A new one; that of another server where that was quicker."""
    salt = _passing()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made readable by its owner alone, and whole before it has its name.
        descriptor, made = tempfile.mkstemp(dir=file.parent, prefix=_FILE)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(salt)
    except OSError:
        return salt
    with suppress(OSError):
        Path(made).replace(file)
    return _read(file) or salt
