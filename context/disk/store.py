"""The index on disk: records by path, and the edges they make, in one SQLite file.

Several servers may have the same repository open. One of them, whoever holds the lock
first, writes; the others read what it wrote, keep to themselves what they find out,
and one of them takes over when it ends. Being killed costs no more than what wasn't
written yet: SQLite's log sees to that. Whatever goes wrong with the file (damaged,
locked, on a read-only or full disk) the server works without it: one line in the log,
no exception, and `trouble` for the user.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from contextlib import closing
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zlib import crc32

from context.disk import shelf
from context.disk.examine import Record
from context.disk.lock import ProcessLock
from context.facts import FileFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from context.disk.shelf import Shelf
    from context.resolve import Edges

# Counted up whenever rows or what a parser puts into them change their meaning.
SCHEMA = 5
DISTRIBUTION = "tree-sitter-language-pack"
_BUSY_S = 0.5
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# Of our statements SQLite finds nothing wrong but that they don't fit the file's tables.
_DAMAGED = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_log = logging.getLogger(__name__)

_TABLES = """
    CREATE TABLE IF NOT EXISTS file (
        path TEXT PRIMARY KEY, mtime_ns INTEGER, size INTEGER, reason TEXT,
        language TEXT, digest TEXT, imports TEXT, outline TEXT, words TEXT, manifest TEXT,
        package TEXT, checksum INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS graph (
        id INTEGER PRIMARY KEY, digest TEXT, edges TEXT, checksum INTEGER
    );
"""


def _go_on() -> None:
    """Nobody needs a pause."""


class Store:
    """The file, or nothing in its place: every method works either way, from any thread.

    Two that save take turns: that is the caller's to see to. `pause` is called between
    two rows: it may let others go first.

    Attributes:
        trouble: for the user, why nothing is kept; None while everything is well.
    """

    def __init__(
        self, cache_dir: Path | None, root: Path, *, pause: Callable[[], None] = _go_on
    ) -> None:
        self.trouble: str | None = None
        self._pause = pause
        # What the file ought to hold and doesn't yet; None for a record to take out.
        self._owed: dict[str, Record | None] = {}
        self._cache_dir = cache_dir
        self._shelf: Shelf | None = None
        self._lock: ProcessLock | None = None
        if cache_dir is not None:
            self._open(cache_dir, root)

    @property
    def is_writer(self) -> bool:
        """Whether this process keeps the file; tried anew at each question where it isn't."""
        if self._lock is None or self._lock.is_held:
            return self._lock is not None
        try:
            return self._lock.try_acquire()
        except OSError as error:
            self._give_up(error)
            return False

    def load(self) -> dict[str, Record]:
        """Every record by path; none where there is no usable file."""
        if self._shelf is None:
            return {}
        self._shelf.touch()
        # Who comes first is the one that writes.
        _ = self.is_writer
        try:
            return self._read()
        except (sqlite3.Error, OSError) as error:
            self._go_on_after(error)
            return {}

    def load_edges(self, digest: str) -> dict[str, Edges] | None:
        """The edges saved for a repository of this digest; None where others or none are."""
        if self._shelf is None:
            return None
        try:
            with closing(_connect(self._shelf.database)) as base:
                query = "SELECT edges, checksum FROM graph WHERE digest = ?"
                row = base.execute(query, (digest,)).fetchone()
            return _decode_edges(row[0]) if row and row[1] == _checksum(row[:1]) else None
        except (sqlite3.Error, OSError, ValueError) as error:
            self._go_on_after(error)
            return None

    def save(
        self,
        changed: Mapping[str, Record],
        removed: Iterable[str],
        graph: tuple[str, Mapping[str, Edges]] | None,
    ) -> None:
        """Put records in, take others out, and keep the edges, if given, under their digest.

        In a process that doesn't write this is remembered for the time when it does.
        """
        if self._shelf is None:
            return
        self._owed |= dict.fromkeys(removed)
        self._owed |= changed
        if not self.is_writer:
            return
        try:
            with closing(_connect(self._shelf.database)) as base, base:
                self._write(base, graph)
            self._owed = {}
        except (sqlite3.Error, OSError) as error:
            self._go_on_after(error)

    def tidy(self) -> None:
        """Clear away what earlier versions left, and repositories that nobody opens any more."""
        if self._shelf is not None and self._cache_dir is not None and self.is_writer:
            shelf.clear_older(self._shelf)
            shelf.evict(self._cache_dir, self._shelf.folder)

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            self._lock.release()

    def _open(self, cache_dir: Path, root: Path) -> None:
        try:
            self._shelf = shelf.make(cache_dir, root, SCHEMA)
        except OSError as error:
            folder = shelf.folder_for(cache_dir, root)
            _log.warning("Working without an index on disk: %s can't be made (%s)", folder, error)
            self.trouble = _trouble(folder, error)
            return
        self._lock = ProcessLock(self._shelf.lock)

    def _read(self) -> dict[str, Record]:
        if self._shelf is None:
            return {}
        try:
            base = _connect(self._shelf.database)
        except sqlite3.Error as error:
            if _kind(error) not in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
                raise
            # On a read-only disk it can still be read; then nothing more is kept.
            base = _connect_to_read(self._shelf.database)
            self._give_up(error)
        with closing(base):
            return dict(self._records(base))

    def _records(self, base: sqlite3.Connection) -> Iterator[tuple[str, Record]]:
        for row in base.execute("SELECT * FROM file"):
            self._pause()
            if row[-1] == _checksum(row[:-1]):
                yield row[0], _record(row)

    def _write(
        self, base: sqlite3.Connection, graph: tuple[str, Mapping[str, Edges]] | None
    ) -> None:
        gone = [(path,) for path, record in self._owed.items() if record is None]
        base.executemany("DELETE FROM file WHERE path = ?", gone)
        base.executemany(f"INSERT OR REPLACE INTO file VALUES ({_MARKS})", self._rows())  # noqa: S608 -- marks only
        if graph is not None:
            digest, edges = graph
            coded = _encode_edges(edges, self._pause)
            row = (digest, coded, _checksum((coded,)))
            base.execute("INSERT OR REPLACE INTO graph VALUES (1, ?, ?, ?)", row)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for path, record in self._owed.items():
            if record is not None:
                self._pause()
                yield _row(path, record)

    def _go_on_after(self, error: Exception) -> None:
        kind = _kind(error)
        if isinstance(error, OSError) or kind not in _BUSY | _DAMAGED:
            self._give_up(error)
        elif kind in _BUSY or not self.is_writer:
            # Whoever writes makes a damaged file anew.
            _log.info("The index at %s can't be used now (%s)", self._place, error)
        else:
            self._start_over(error)

    def _start_over(self, error: Exception) -> None:
        if self._shelf is not None:
            _log.warning("The index at %s is damaged (%s) and is made anew", self._place, error)
            self._shelf.clear()

    def _give_up(self, error: Exception) -> None:
        if self._shelf is not None:
            _log.warning("Working without the index at %s (%s)", self._place, error)
            self.trouble = _trouble(self._shelf.folder, error)
        self._shelf, self._owed = None, {}
        self.close()

    @property
    def _place(self) -> Path | None:
        return self._shelf.database if self._shelf else None


_MARKS = ", ".join("?" * 12)


def _kind(error: Exception) -> int:
    """What kind of error it is; what isn't SQLite's own is about what was read from the file."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    # The lowest byte is the kind of error, the others say more about it.
    return code & 0xFF


def _trouble(folder: Path, error: Exception) -> str:
    return f"the index can't be kept in {folder} ({error}), so each start makes it anew"


def digest_of(facts: Mapping[str, FileFacts]) -> str:
    """A name for a repository's state: other files, texts or Python, other name."""
    found = blake2b(repr(sys.version_info[:2]).encode(), digest_size=16)
    for path in sorted(facts):
        found.update(f"{path}\0{facts[path].digest}\0".encode())
    return found.hexdigest()


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        # SQLite gives the files that it puts beside this one the same rights.
        path.touch(mode=0o600)
    base = sqlite3.connect(path, timeout=_BUSY_S)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")
        base.executescript(_TABLES)
        _refuse_foreign(base)
    except BaseException:
        base.close()
        raise
    return base


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """The file as it is, with no log played back and nothing put beside it."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_S)


def _refuse_foreign(base: sqlite3.Connection) -> None:
    if _tables(base) != _our_tables():
        raise sqlite3.DatabaseError("its tables are others than ours")


def _tables(base: sqlite3.Connection) -> list[tuple[Any, ...]]:
    query = "SELECT name, sql FROM sqlite_master WHERE name IN ('file', 'graph') ORDER BY name"
    return base.execute(query).fetchall()


@cache
def _our_tables() -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(":memory:")) as base:
        base.executescript(_TABLES)
        return _tables(base)


def _row(path: str, record: Record) -> tuple[Any, ...]:
    columns = _columns(path, record)
    return (*columns, _checksum(columns))


def _columns(path: str, record: Record) -> tuple[Any, ...]:
    facts = record.facts
    head = (path, record.mtime_ns, record.size, record.reason)
    if facts is None:
        return (*head, "", "", "", "", "", "", "")
    return (*head, *facts.fields())


def _record(row: tuple[Any, ...]) -> Record:
    path, mtime_ns, size, reason, *fields, _ = row
    # What is left out has facts where it says how others are read (a compilation database).
    facts = FileFacts(path, *fields) if not reason or fields[1] else None
    return Record(mtime_ns, size, facts, reason)


def _checksum(columns: tuple[Any, ...]) -> int:
    """What tells that a row is as it was written; SQLite doesn't notice a changed byte.

    Nor does it hold with other parsers: what was read without a language pack, or with
    another, is read anew.
    """
    return crc32("\0".join(map(str, columns)).encode(), _pack())


@cache
def _pack() -> int:
    """A number for the language pack that is installed; 0 where none is."""
    try:
        return crc32(version(DISTRIBUTION).encode())
    except PackageNotFoundError:
        return 0


def _encode_edges(edges: Mapping[str, Edges], pause: Callable[[], None]) -> str:
    items: list[str] = []
    for path, links in edges.items():
        pause()
        items.append(f"{json.dumps(path)}:{json.dumps(links, separators=(',', ':'))}")
    return "{" + ",".join(items) + "}"


def _decode_edges(coded: str) -> dict[str, Edges]:
    edges: dict[str, dict[str, list[str]]] = json.loads(coded)
    return {
        path: {to: tuple(names) for to, names in links.items()} for path, links in edges.items()
    }
