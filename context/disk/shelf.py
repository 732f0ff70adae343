"""The folder below the user's cache folder that each repository's index lies in.

Readable by the user alone where it is made here. A repository that nobody has opened
for a while is cleared away, and so are the oldest where all take too much room; never
one that a process holds the lock of.
"""

from __future__ import annotations

import logging
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from context.disk.lock import ProcessLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNUSED_S = 45 * 24 * 3600
"""A repository that wasn't opened for so long is cleared away."""
MAX_BYTES = 2_000_000_000
"""All repositories together; some 200,000 files' worth."""
_FOLDER = re.compile(r"[A-Za-z0-9]{1,32}-[0-9a-f]{16}")
_INDEX = re.compile(r"index-(\d+)\.(?:sqlite3(?:-wal|-shm|-journal)?|lock)")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one repository's index of one schema lies."""

    folder: Path
    schema: int

    @property
    def database(self) -> Path:
        """The file itself."""
        return self.folder / f"index-{self.schema}.sqlite3"

    @property
    def lock(self) -> Path:
        """What the process that writes holds; its time tells when it was last opened."""
        return self.folder / f"index-{self.schema}.lock"

    def touch(self) -> None:
        """Note that the repository is in use."""
        with suppress(OSError):
            os.utime(self.lock)

    def clear(self) -> None:
        """Take the database away, what was written last to it first.

        A log without its database is nothing, while one that is left beside a new
        database would be played back into it.
        """
        for ending in ("-wal", "-shm", "-journal", ""):
            with suppress(OSError):
                self.database.with_name(self.database.name + ending).unlink(missing_ok=True)


def folder_for(cache_dir: Path, root: Path) -> Path:
    """The folder below `cache_dir` that belongs to the repository at `root`."""
    name = blake2b(str(root).encode(errors="surrogatepass"), digest_size=8).hexdigest()
    label = "".join(char for char in root.name if char.isascii() and char.isalnum())[:32]
    return cache_dir / f"{label or 'root'}-{name}"


def make(cache_dir: Path, root: Path, schema: int) -> Shelf:
    """The repository's shelf; a folder that is there already, or a link, stays as it is.

    Raises:
        OSError: it can't be made.
    """
    folder = folder_for(cache_dir, root)
    for each in (cache_dir, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Shelf(folder, schema)


def clear_older(shelf: Shelf) -> None:
    """Take away what earlier versions of Infill have left, but not under one that runs."""
    found = (_INDEX.fullmatch(name) for name in _names(shelf.folder))
    schemas = {int(match[1]) for match in found if match}
    for schema in sorted(schema for schema in schemas if schema < shelf.schema):
        if _clear(Shelf(shelf.folder, schema)):
            _log.info("The index in %s was an older version's and is made anew", shelf.folder)


def evict(cache_dir: Path, keep: Path) -> None:
    """Clear away what nobody has opened for long, and the oldest while all take too much."""
    now = time.time()
    room = MAX_BYTES
    for used, size, folder in sorted(_used(cache_dir), reverse=True):
        room -= size
        if folder != keep and (now - used > UNUSED_S or room < 0) and _clear_folder(folder):
            room += size
            _log.info("The index in %s was not used for long and is cleared away", folder)


def _used(cache_dir: Path) -> Iterator[tuple[float, int, Path]]:
    """When each repository was last in use, how many bytes it takes, and where it lies."""
    for name in _names(cache_dir):
        folder = cache_dir / name
        if not _FOLDER.fullmatch(name) or folder.is_symlink():
            continue
        with suppress(OSError):
            found = [entry.stat() for entry in folder.iterdir()]
            if any(map(_INDEX.fullmatch, _names(folder))):
                yield max(s.st_mtime for s in found), sum(s.st_size for s in found), folder


def _clear_folder(folder: Path) -> bool:
    """Whether nobody had it open, so that it is gone."""
    found = (_INDEX.fullmatch(name) for name in _names(folder))
    schemas = {int(match[1]) for match in found if match}
    if not all(_clear(Shelf(folder, schema)) for schema in sorted(schemas)):
        return False
    for name in _names(folder):
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()
    return True


def _clear(shelf: Shelf) -> bool:
    lock = ProcessLock(shelf.lock)
    try:
        if not lock.try_acquire():
            return False
        shelf.clear()
        lock.release()
        # Who comes in between opens a file that is gone, notices, and tries again later.
        shelf.lock.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 -- names are wanted, not paths
    except OSError:
        return []
