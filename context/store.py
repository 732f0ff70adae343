"""The index on disk: records by path, and the edges they make, in one SQLite file.

A repository has a folder of its own below the cache folder, readable by the user
alone. Whatever goes wrong with the file (damaged, locked, on a read-only disk) the
server works without it: one line in the log, no exception. A file that is damaged or
holds somebody else's tables is made anew; while another process writes, what is to be
kept waits for the next time.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from contextlib import closing, suppress
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from zlib import crc32

from context.examine import Record
from context.facts import FileFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from context.resolve import Edges

# Counted up whenever rows or what a parser puts into them change their meaning.
SCHEMA = 3
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


def folder_for(cache_dir: Path, root: Path) -> Path:
    """The folder below `cache_dir` that belongs to the repository at `root`."""
    name = blake2b(str(root).encode(errors="surrogatepass"), digest_size=8).hexdigest()
    label = "".join(char for char in root.name if char.isascii() and char.isalnum())[:32]
    return cache_dir / f"{label or 'root'}-{name}"


class Store:
    """The file, or nothing in its place: every method works either way, from any thread.

    Two that save take turns: that is the caller's to see to.
    """

    def __init__(self, cache_dir: Path | None, root: Path) -> None:
        # What the file ought to hold and doesn't yet; None for a record to take out.
        self._owed: dict[str, Record | None] = {}
        self._path: Path | None = None
        if cache_dir is not None:
            self._path = _prepare(cache_dir, folder_for(cache_dir, root))

    def load(self) -> dict[str, Record]:
        """Every record by path; none where there is no usable file."""
        try:
            return self._read()
        except (sqlite3.Error, OSError) as error:
            self._go_on_after(error)
            return {}

    def load_edges(self, digest: str) -> dict[str, Edges] | None:
        """The edges saved for a repository of this digest; None where others or none are."""
        if self._path is None:
            return None
        try:
            with closing(_connect(self._path)) as base:
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
        graph: tuple[str, Mapping[str, Edges]],
    ) -> None:
        """Put records in, take others out, and keep the edges under their digest."""
        if self._path is None:
            return
        self._owed |= dict.fromkeys(removed)
        self._owed |= changed
        try:
            with closing(_connect(self._path)) as base, base:
                _write(base, self._owed, graph)
            self._owed = {}
        except (sqlite3.Error, OSError) as error:
            self._go_on_after(error)

    def _read(self) -> dict[str, Record]:
        if self._path is None:
            return {}
        with closing(_connect(self._path)) as base:
            rows = base.execute("SELECT * FROM file")
            return {row[0]: _record(row) for row in rows if row[-1] == _checksum(row[:-1])}

    def _go_on_after(self, error: Exception) -> None:
        # What isn't SQLite's own complaint is about what was read from the file.
        code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        # The lowest byte is the kind of error, the others say more about it.
        kind = code & 0xFF
        if isinstance(error, OSError) or kind not in _BUSY | _DAMAGED:
            self._give_up(error)
        elif kind in _DAMAGED:
            self._start_over(error)
        else:
            _log.info("The index at %s is being written to (%s)", self._path, error)

    def _start_over(self, error: Exception) -> None:
        _log.warning("The index at %s is damaged (%s) and is made anew", self._path, error)
        if self._path is None:
            return
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _give_up(self, error: Exception) -> None:
        if self._path is not None:
            _log.warning("Working without the index at %s (%s)", self._path, error)
        self._path, self._owed = None, {}


_MARKS = ", ".join("?" * 12)


def digest_of(facts: Mapping[str, FileFacts]) -> str:
    """A name for a repository's state: other files, texts or Python, other name."""
    found = blake2b(repr(sys.version_info[:2]).encode(), digest_size=16)
    for path in sorted(facts):
        found.update(f"{path}\0{facts[path].digest}\0".encode())
    return found.hexdigest()


def _prepare(cache_dir: Path, folder: Path) -> Path | None:
    """Where the file goes, in folders that are the user's alone if they are made here.

    Those that are there already, or that a link leads to, stay as they are.
    """
    try:
        for each in (cache_dir, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        _log.warning("Working without an index on disk: %s can't be made (%s)", folder, error)
        return None
    return folder / f"index-{SCHEMA}.sqlite3"


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


def _write(
    base: sqlite3.Connection,
    records: Mapping[str, Record | None],
    graph: tuple[str, Mapping[str, Edges]],
) -> None:
    gone = [(path,) for path, record in records.items() if record is None]
    base.executemany("DELETE FROM file WHERE path = ?", gone)
    rows = [_row(path, record) for path, record in records.items() if record is not None]
    base.executemany(f"INSERT OR REPLACE INTO file VALUES ({_MARKS})", rows)  # noqa: S608 -- marks only
    digest, edges = graph
    coded = json.dumps(edges, separators=(",", ":"))
    row = (digest, coded, _checksum((coded,)))
    base.execute("INSERT OR REPLACE INTO graph VALUES (1, ?, ?, ?)", row)


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
    facts = FileFacts(path, *fields) if not reason else None
    return Record(mtime_ns, size, facts, reason)


def _checksum(columns: tuple[Any, ...]) -> int:
    """What tells that a row is as it was written; SQLite doesn't notice a changed byte."""
    return crc32("\0".join(map(str, columns)).encode())


def _decode_edges(coded: str) -> dict[str, Edges]:
    edges: dict[str, dict[str, list[str]]] = json.loads(coded)
    return {
        path: {to: tuple(names) for to, names in links.items()} for path, links in edges.items()
    }
