"""What was counted, on disk: lines that are only ever added, a file a month.

    {"day": "2026-01-31", "language": "Python", "backend": "ngram", "shown": 7, ...}

Several servers write to it at once, each under a lock for as long as it takes to add a
few lines. A line that can't be read is passed over. A file that has grown is written
anew with one line for each day, language and backend; old months are cleared away.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from context.disk.files import read_bytes
from context.disk.lock import ProcessLock
from context.errors import UnreadableFileError
from lsp_server.kept.tally import NAMES, Counts, Key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

MONTHS = 13
"""So many months are kept."""
GROWN_BYTES = 128_000
LARGEST_BYTES = 4_000_000
_PATIENCE_S = 2.0
_LONGEST = 100
_MOST = 10**12
# Never through a link; Windows would change line ends.
_MORE_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

log = logging.getLogger(__name__)


def folder_in(cache_dir: Path) -> Path:
    """Where it lies below the cache folder."""
    return cache_dir / "kept"


def write(folder: Path, counts: Mapping[Key, Counts]) -> None:
    """Add what was counted.

    Raises:
        OSError: it can't be written now.
    """
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        for month in sorted({key.day[:7] for key in counts}):
            path = folder / f"{month}.jsonl"
            _append(path, {key: each for key, each in counts.items() if key.day[:7] == month})
            if path.stat().st_size > GROWN_BYTES:
                _write_anew(path)
        for old in months(folder)[:-MONTHS]:
            old.unlink(missing_ok=True)


def read(folder: Path, since: str = "") -> dict[Key, Counts]:
    """What was counted from a day on, by day, language and backend."""
    found: dict[Key, Counts] = {}
    for path in months(folder):
        if path.stem >= since[:7]:
            for key, counts in _lines(path):
                if key.day >= since:
                    found[key] = found.get(key, Counts()) + counts
    return found


def months(folder: Path) -> list[Path]:
    """The files there are, oldest first."""
    try:
        return sorted(path for path in folder.iterdir() if _MONTH.fullmatch(path.name))
    except OSError:
        return []


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """While no other process writes."""
    lock = ProcessLock(folder / "lock")
    until = time.monotonic() + _PATIENCE_S
    while not lock.try_acquire():
        if time.monotonic() > until:
            raise TimeoutError("another process holds the counts for too long")
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()


def _append(path: Path, counts: Mapping[Key, Counts]) -> None:
    """Add lines; where the last one was cut off by a full disk, on a line of their own."""
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        raise OSError(f"{path} has grown too large; delete it")
    text = "".join(_line(key, each) for key, each in sorted(counts.items()))
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _MORE_FLAGS
    opened = os.open(path, flags, 0o600)
    with os.fdopen(opened, "r+b") as file:
        if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            text = "\n" + text
        file.write(text.encode())


def _write_anew(path: Path) -> None:
    """Have one line for each day, language and backend."""
    sums: dict[Key, Counts] = {}
    for key, counts in _lines(path):
        sums[key] = sums.get(key, Counts()) + counts
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _append(fresh, sums)
    fresh.replace(path)


def _line(key: Key, counts: Counts) -> str:
    told = {name: getattr(counts, name) for name in NAMES if getattr(counts, name)}
    return json.dumps(key._asdict() | told, separators=(",", ":")) + "\n"


def _lines(path: Path) -> Iterator[tuple[Key, Counts]]:
    """What can be read of a file."""
    try:
        data = read_bytes(path, max_bytes=2 * LARGEST_BYTES)
    except UnreadableFileError as error:
        log.warning("what was counted can't be read: %s", error)
        return
    for line in data.split(b"\n"):
        found = _read_line(line)
        if found is not None:
            yield found


def _read_line(line: bytes) -> tuple[Key, Counts] | None:
    try:
        values: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    row = cast("dict[str, Any]", values)
    named = [row.get(name) for name in Key._fields]
    counts = [row.get(name, 0) for name in NAMES]
    if not (all(map(_is_name, named)) and all(map(_is_count, counts))):
        return None
    key = Key(*map(str, named))
    return (key, Counts(*counts)) if _DAY.fullmatch(key.day) else None


def _is_name(part: object) -> bool:
    return isinstance(part, str) and 0 < len(part) <= _LONGEST


def _is_count(part: object) -> bool:
    return type(part) is int and 0 <= part < _MOST
