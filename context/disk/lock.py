"""A lock that one process holds, and that the system takes back when the process ends.

By the standard library alone: `flock` where there is one, the first byte of the file on
Windows. Both belong to the open file, so two locks within a process exclude each other,
too. The file that is locked holds nothing.
"""

from __future__ import annotations

import os
import sys
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ProcessLock:
    """A lock by the name of a file; it is let go at the latest when this object is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._let_go: weakref.finalize[..., ProcessLock] | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._let_go is not None

    def try_acquire(self) -> bool:
        """Whether this object holds the lock now; never waits.

        Raises:
            OSError: the file can't be made.
        """
        if self._let_go is not None:
            return True
        opened = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if not (_lock(opened) and self._is_still_there(opened)):
            os.close(opened)
            return False
        self._let_go = weakref.finalize(self, _close, opened)
        return True

    def release(self) -> None:
        """Let another process have it."""
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()

    def _is_still_there(self, opened: int) -> bool:
        """Whether no other process has cleared the file away since it was opened."""
        try:
            return os.path.samestat(os.fstat(opened), self._path.stat())
        except OSError:
            return False


def _close(opened: int) -> None:
    with suppress(OSError):
        os.close(opened)


if sys.platform == "win32":
    import msvcrt

    def _lock(opened: int) -> bool:
        try:
            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(opened: int) -> bool:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: the database still sees to its own.
            return True
        return True
