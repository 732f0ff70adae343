"""A repository on disk, and its index: the edge between the file system and the pure rooms.

Safe from any thread: one refresh runs at a time, readers always see a whole index.
Nothing slow is done under the lock that an open document's change takes, as that one
comes on the event loop at every keystroke.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from threading import Event, Lock
from typing import TYPE_CHECKING

from context import languages, screen
from context.crawl import crawl, ignored_by
from context.errors import ContextError
from context.examine import Record, Task
from context.files import read_text
from context.index import Index, build, overlaid
from context.parse import parse_open
from context.resolve import Resolver
from context.store import Store, digest_of
from context.text import digest, to_bytes
from context.types import CorpusEntry
from context.workers import examine_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from context.crawl import Found
    from context.facts import FileFacts
    from context.resolve import Edges

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a refresh came to; the fields are those of `infill index --json`."""

    files: int = 0
    by_language: Mapping[str, int] = field(default_factory=dict[str, int])
    edges: int = 0
    seconds: float = 0.0
    from_cache: int = 0
    parsed: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])


class Repository:
    """The files below a root, crawled, parsed, indexed and kept up to date.

    Satisfies `context.types.Corpus`. Before the first `refresh` the index is empty.
    """

    def __init__(self, root: Path, *, cache_dir: Path | None, ignore: Sequence[str] = ()) -> None:
        self.root = root.resolve()
        self._ignore = tuple(ignore)
        self._store = Store(cache_dir, self.root)
        self._refreshing = Lock()
        self._computing = Lock()
        # Held for a few assignments, never while something is read, parsed or built.
        self._lock = Lock()
        self._closed = Event()
        self._records: dict[str, Record] | None = None
        self._on_disk = build({})
        self._seen = self._on_disk
        self._seen_revision = 0
        self._left_out: Mapping[str, str] = {}
        self._shadows: dict[str, str] = {}
        self._parsed: dict[str, tuple[str, FileFacts]] = {}
        self._revision = 0
        self._reasons: dict[str, str | None] = {}

    @property
    def index(self) -> Index:
        """The index as of now, unsaved buffers included.

        Those are parsed here, when asked for; who asks meanwhile waits for the answer.
        """
        with self._lock:
            if self._seen_revision == self._revision:
                return self._seen
        with self._computing:
            while True:
                made = self._computed()
                if made is not None:
                    return made

    @property
    def revision(self) -> int:
        """A number that grows whenever an entry is added, changed or removed."""
        return self._revision

    @property
    def left_out(self) -> Mapping[str, str]:
        """Path -> why it isn't in the index; folders, which weren't entered, end in `/`."""
        return self._left_out

    def refresh(self, on_progress: Callable[[int, int], None] | None = None) -> IndexReport:
        """Bring the index up to date with the disk: read and parse what changed, nothing else.

        `on_progress` hears how many of how many files are done, from this thread.
        """
        with self._refreshing:
            started = time.perf_counter()
            found = crawl(self.root, self._ignore)
            before = self._store.load() if self._records is None else self._records
            tasks, records = _compare(found.files, before)
            fresh = self._examine(tasks, on_progress)
            if self._closed.is_set():
                return self._report(time.perf_counter() - started, len(fresh))
            records.update(fresh)
            removed = before.keys() - records.keys()
            if fresh or removed or self._records is None:
                self._swap(records, fresh, removed)
            else:
                self._show(self._on_disk)
            self._note_left_out(found.left_out, records)
            return self._report(time.perf_counter() - started, len(tasks))

    def shadow(self, path: str, text: str | None) -> None:
        """Let an unsaved text stand in for a file, or (None) the file for itself again.

        Returns at once: nothing is read or parsed before the index is asked for, and
        nothing is ever written. A text that may not be sent is kept, as a refresh may
        find that it may, and is neither in the index nor read until then.
        """
        if _outside(path):
            return
        with self._lock:
            if self._shadows.get(path) == text:
                return
            if text is None:
                del self._shadows[path]
            else:
                self._shadows[path] = text
            self._revision += 1

    def may_send(self, path: str) -> str | None:
        """Why this document must not leave the machine; None where it may.

        By the rules at the last refresh, or at the first question since.
        """
        # A refresh puts another dictionary here, and what was found out by the rules
        # from before it must not get into that one.
        reasons = self._reasons
        if path not in reasons:
            reasons[path] = self._forbidden(path)
        return reasons[path]

    def entries(self) -> Sequence[CorpusEntry]:
        """Every readable file, sorted by path.

        What is open is named by its text alone: whoever learns from texts asks once a
        second while somebody types, and parsing for it would hold up the typing.
        """
        with self._lock:
            on_disk, shadows = self._on_disk, dict(self._shadows)
        entries = {
            path: CorpusEntry(path, facts.language, facts.digest)
            for path, facts in on_disk.facts.items()
        }
        for path, text in shadows.items():
            if self.may_send(path) is None:
                name = digest(to_bytes(text))
                entries[path] = CorpusEntry(path, languages.of(path, text), name)
        return tuple(entries[path] for path in sorted(entries))

    def read(self, path: str, /) -> str | None:
        """The text of a file of the index as the user sees it; None when it can't be read."""
        shadow = self._shadows.get(path)
        if shadow is not None:
            return shadow if self.may_send(path) is None else None
        if path not in self._on_disk.facts:
            return None
        try:
            return read_text(self.root / path).text
        except ContextError:
            return None

    def close(self) -> None:
        """Let a refresh that is under way come to an end early; the index stays readable."""
        self._closed.set()

    def _examine(
        self, tasks: Sequence[Task], on_progress: Callable[[int, int], None] | None
    ) -> dict[str, Record]:
        fresh: dict[str, Record] = {}
        for task, record in examine_all(self.root, tasks, stopped=self._closed.is_set):
            fresh[task.path] = record
            if on_progress is not None:
                on_progress(len(fresh), len(tasks))
        return fresh

    def _swap(
        self, records: dict[str, Record], fresh: Mapping[str, Record], removed: set[str]
    ) -> None:
        """Put the new index in the place of the old one, and on disk."""
        facts = _facts(records)
        state = digest_of(facts)
        edges = self._store.load_edges(state) if self._records is None else None
        index = self._built(facts, edges)
        self._records = records
        self._show(index)
        index.prepare()
        if edges is None or fresh or removed:
            self._store.save(fresh, removed, (state, index.imports))

    def _built(self, facts: dict[str, FileFacts], edges: dict[str, Edges] | None) -> Index:
        if edges is not None:
            return Index(facts, Resolver(facts), edges)
        if facts.keys() == self._on_disk.facts.keys():
            return self._on_disk.with_texts(facts)
        return build(facts)

    def _show(self, index: Index) -> None:
        """Let `index` be what is on disk, and ask anew which of the open texts may be sent."""
        with self._lock:
            paths = tuple(self._shadows)
        reasons = {path: self._forbidden(path) for path in paths}
        with self._lock:
            before, self._reasons = self._reasons, reasons
            if index is self._on_disk and reasons.items() <= before.items():
                return
            self._on_disk = self._seen = index
            self._revision += 1

    def _computed(self) -> Index | None:
        """The index with the texts that are open; None where a refresh came in between."""
        with self._lock:
            revision, shadows, reasons = self._revision, dict(self._shadows), self._reasons
            seen, on_disk = self._seen, self._on_disk
        if self._seen_revision == revision:
            return seen
        made = overlaid(seen, on_disk, self._parse(shadows))
        with self._lock:
            if self._reasons is not reasons:
                return None
            self._seen, self._seen_revision = made, revision
            return made

    def _parse(self, shadows: Mapping[str, str]) -> dict[str, FileFacts]:
        """The facts of those texts that may be sent; what hasn't changed isn't parsed again."""
        parsed: dict[str, tuple[str, FileFacts]] = {}
        for path, text in shadows.items():
            known = self._parsed.get(path)
            if self.may_send(path) is not None:
                continue
            if known is None or known[0] != text:
                known = (text, parse_open(path, languages.of(path, text), text))
            parsed[path] = known
        self._parsed = parsed
        return {path: facts for path, (_, facts) in parsed.items()}

    def _forbidden(self, path: str) -> str | None:
        if screen.is_secret(path):
            return "its name says that it holds secrets"
        if _outside(path):
            return None
        source = ignored_by(self.root, path, self._ignore)
        return f"it is left out by {source}" if source else None

    def _note_left_out(self, crawled: Mapping[str, str], records: Mapping[str, Record]) -> None:
        read = {path: record.reason for path, record in records.items() if record.reason}
        self._left_out = {**crawled, **read}

    def _report(self, seconds: float, n_read: int) -> IndexReport:
        facts = self._on_disk.facts
        return IndexReport(
            files=len(facts),
            by_language=dict(sorted(Counter(item.language for item in facts.values()).items())),
            edges=self._on_disk.n_edges,
            seconds=seconds,
            from_cache=max(0, len(facts) - n_read),
            parsed=n_read,
            left_out=dict(sorted(Counter(self._left_out.values()).items())),
        )


def _compare(
    files: Sequence[Found], before: Mapping[str, Record]
) -> tuple[list[Task], dict[str, Record]]:
    """What must be read again, and the records that still hold."""
    tasks: list[Task] = []
    kept: dict[str, Record] = {}
    for file in files:
        known = before.get(file.path)
        if known and (known.mtime_ns, known.size) == (file.mtime_ns, file.size):
            kept[file.path] = known
        else:
            facts = known.facts if known else None
            tasks.append(Task(file.path, file.mtime_ns, file.size, facts))
    return tasks, kept


def _facts(records: Mapping[str, Record]) -> dict[str, FileFacts]:
    """The facts of the files that have some, sorted by path."""
    known = ((path, records[path].facts) for path in sorted(records))
    return {path: facts for path, facts in known if facts is not None}


def _outside(path: str) -> bool:
    """Whether a path isn't one below the root: absolute, climbing, or on a Windows drive."""
    pure = PurePath(path)
    return not path or bool(pure.anchor) or ".." in pure.parts
