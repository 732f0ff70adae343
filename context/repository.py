"""A repository on disk, and its index: the edge between the file system and the pure rooms.

Safe from any thread: one refresh runs at a time, readers always see a whole index.
Nothing slow is done under the lock that an open document's change takes, as that one
comes on the event loop at every keystroke.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import cached_property, lru_cache
from threading import Event, Lock
from typing import TYPE_CHECKING

from context.buffers import Buffers, entries_shown
from context.courtesy import Courtesy
from context.disk import changes
from context.disk.changes import NOTHING, Below, Changes
from context.disk.crawl import crawl, crawl_paths, folds_case, forbidden, is_outside
from context.disk.files import decode, read_inside
from context.disk.store import Store, digest_of
from context.disk.workers import Crew, examine_all
from context.errors import ContextError
from context.index import Index, build, overlaid
from context.report import IndexReport, entries_of, report_on
from context.resolve import Resolver
from context.resolve.compilation import is_database
from context.revisions import Revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from context.disk.changes import News
    from context.disk.crawl import Crawl
    from context.disk.examine import Record, Task
    from context.types import CorpusEntry

_UNREADABLE_ROOT = {"/": "unreadable"}


class Repository:
    """The files below a root, crawled, parsed, indexed and kept up to date.

    Satisfies `context.types.Corpus`. Before the first `refresh` the index is empty.

    Attributes:
        courtesy: hold it while somebody waits for an answer, and a refresh gives way.
    """

    def __init__(
        self,
        root: Path,
        *,
        cache_dir: Path | None,
        ignore: Sequence[str] = (),
        courtesy: Courtesy | None = None,
    ) -> None:
        self.root = root.resolve()
        self.courtesy = courtesy or Courtesy()
        self._crew: Crew | None = None
        self._pause = self.courtesy.give_way if courtesy is not None else None
        self._ignore = tuple(ignore)
        self._store = Store(cache_dir, self.root, pause=self.courtesy.give_way)
        self._refreshing = Lock()
        self._computing = Lock()
        # Held for a few assignments, never while something is read, parsed or built.
        self._lock = Lock()
        self._closed = Event()
        self._records: dict[str, Record] | None = None
        self._on_disk = build({})
        self._seen = self._on_disk
        self._seen_revision = 0
        self._crawl = NOTHING
        self._left_out: Mapping[str, str] = {}
        self._spellings: dict[str, str] | None = None
        self._has_unsaved_edges = False
        self._shadows = Buffers()
        # Asked for every second, and made once an index.
        self._entries_on_disk = lru_cache(maxsize=1)(entries_of)
        self._revisions = Revisions()
        self._reasons: dict[str, str | None] = {}

    @property
    def index(self) -> Index:
        """The index as of now, unsaved buffers included.

        Those are parsed here, when asked for; who asks meanwhile waits for the answer.
        """
        with self._lock:
            if self._seen_revision == self._revisions.now:
                return self._seen
        with self._computing:
            while True:
                made = self._computed()
                if made is not None:
                    return made

    @property
    def latest(self) -> Index:
        """The last index that was made, at no cost: it may lack what was typed since.

        What is gone from the disk or may no longer be sent isn't in it either.
        """
        with self._lock:
            return self._seen

    def index_around(self, path: str) -> Index:
        """The index as of now, in which a file of it may lack what was typed in it since.

        Who looks from a document brings its facts along, and needn't wait until all others
        have been asked what that edit means to them.
        """
        with self._lock:
            if self._revisions.lacks_only(path) and path in self._seen.facts:
                return self._seen
        return self.index

    @property
    def revision(self) -> int:
        """A number that grows whenever an entry is added, changed or removed."""
        return self._revisions.now

    def revision_besides(self, path: str | None) -> int:
        """A number that changes whenever a text but this buffer's (None: any's) does, or a rule."""
        with self._lock:
            return self._revisions.besides(path)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Path -> why it isn't in the index; folders, which weren't entered, end in `/`."""
        return self._left_out

    @property
    def folders(self) -> frozenset[str]:
        """The folders that the last crawl entered, by path; the root is `""`."""
        return self._crawl.folders

    @property
    def trouble(self) -> str | None:
        """For the user, why nothing is kept on disk; None where all is well."""
        return self._store.trouble

    def leaves_out(self, path: str) -> bool:
        """Whether a folder that `path` lies in isn't entered, so that it is nothing new."""
        return changes.lies_below(path, self._left_out)

    def refresh(self, on_progress: Callable[[int, int], None] | None = None) -> IndexReport:
        """Bring the index up to date with the disk: read and parse what changed, nothing else.

        `on_progress` hears how many of how many files are done, from this thread.
        """
        with self._refreshing, self._or_distrust():
            return self._refresh(on_progress)

    def refresh_paths(
        self,
        paths: Iterable[str],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date where these files or folders are, were or have come to be.

        `""` may be anything. Costs what lies there, not a crawl, unless they are many, or
        one of them says what holds for others, as an ignore file does. They are read
        whatever their time and size say.
        """
        changed = {path.strip("/") for path in paths if not path or not is_outside(path)}
        with self._refreshing, self._or_distrust():
            is_known = self._records is not None and self.root.is_dir()
            if not is_known or changes.concerns_all(changed):
                return self._refresh(on_progress)
            started = time.perf_counter()
            pause = self.courtesy.give_way
            found = crawl_paths(self.root, sorted(changed), self._ignore, pause=pause)
            below = Below(changed, self._records or {}, folds_case=self._folds_case)
            seen = changes.after_look(changed, found, self._crawl, below)
            return self._take_up(seen, started, on_progress)

    def ignore(self, patterns: Sequence[str]) -> None:
        """Leave these out from the next refresh on, and don't send them from now on."""
        with self._lock:
            self._ignore, self._reasons = tuple(patterns), {}

    def settle(self) -> None:
        """At an idle moment, do what the next request or the next start would have to."""
        self.index.prepare(self.courtesy.give_way)
        with self._refreshing:
            if self._has_unsaved_edges and not self._closed.is_set():
                self._has_unsaved_edges = False
                state = digest_of(self._on_disk.facts)
                self._store.save({}, (), (state, self._on_disk.imports))

    def spelt(self, path: str) -> str:
        """The path in the letters that the disk has it in, where the disk doesn't mind which."""
        if path in self._on_disk.facts or not self._folds_case:
            return path
        if self._spellings is None:
            self._spellings = {known.casefold(): known for known in self._on_disk.facts}
        return self._spellings.get(path.casefold(), path)

    def shadow(self, path: str, text: str | None) -> None:
        """Let an unsaved text stand in for a file, or (None) the file for itself again.

        Returns at once: nothing is read or parsed before the index is asked for, and
        nothing is ever written. A text that may not be sent is kept, as a refresh may
        find that it may, and is neither in the index nor read until then.
        """
        if is_outside(path):
            return
        path = self.spelt(path)
        with self._lock:
            if self._shadows.put(path, text):
                self._revisions.typed(path)

    def may_send(self, path: str) -> str | None:
        """Why this document must not leave the machine; None where it may.

        By the rules at the last refresh, or at the first question since.
        """
        # A refresh puts another dictionary here, and what was found out by the rules
        # from before it must not get into that one.
        reasons = self._reasons
        if path not in reasons:
            reasons[path] = forbidden(self.root, path, self._ignore)
        return reasons[path]

    def entries(self) -> Sequence[CorpusEntry]:
        """Every readable file, sorted by path.

        What is open is named by its text alone: whoever learns from texts asks once a
        second while somebody types, and parsing for it would hold up the typing.
        """
        with self._lock:
            on_disk, shadows = self._on_disk, self._shadows.now()
        shown = {path: text for path, text in shadows.items() if self.may_send(path) is None}
        entries = self._entries_on_disk(on_disk) | entries_shown(shown)
        return tuple(entries[path] for path in sorted(entries))

    def read(self, path: str, /) -> str | None:
        """The text of a file of the index as the user sees it; None when it can't be read."""
        shadow = self._shadows.get(path)
        if shadow is not None:
            return shadow if self.may_send(path) is None else None
        if path not in self._on_disk.facts or is_database(path):
            return None
        try:
            return decode(read_inside(self.root, path), path).text
        except ContextError:
            return None

    def close(self) -> None:
        """Let a refresh that is under way come to an end early; the index stays readable."""
        self._closed.set()
        self._store.close()

    @cached_property
    def _folds_case(self) -> bool:
        return folds_case(self.root)

    @contextmanager
    def _or_distrust(self) -> Generator[None]:
        """Show nothing after a refresh that failed: what may be sent could have changed.

        Whether an open document may be is asked of the disk anew; the next refresh starts over.
        """
        try:
            yield
        except BaseException:
            with self._lock:
                self._records, self._crawl, self._reasons = None, NOTHING, {}
                self._on_disk = self._seen = build({})
                self._seen_revision, self._has_unsaved_edges = -1, False
                self._revisions.swapped()
            raise

    def _refresh(self, on_progress: Callable[[int, int], None] | None) -> IndexReport:
        started = time.perf_counter()
        first = self._records is None
        before = self._store.load() if self._records is None else self._records
        crew = self._crew = Crew(self.root, self._pause, is_wanted=first and not before)
        try:
            found = crawl(self.root, self._ignore, pause=crew.counting(self.courtesy.give_way))
            if found.left_out == _UNREADABLE_ROOT:
                return self._lose_root(found, started)
            seen = changes.after_crawl(found, before)
            if len(seen.tasks) >= changes.MANY and not first and not self._store.is_writer:
                # Another server on the repository may have read them already.
                seen = changes.after_crawl(found, before | self._store.load(), before)
            report = self._take_up(seen, started, on_progress)
        finally:
            crew.close()
        if first:
            self._store.tidy()
        return report

    def _lose_root(self, found: Crawl, started: float) -> IndexReport:
        """Show nothing while the root is away, but keep what is on disk: it may come back."""
        self._records, self._crawl = None, NOTHING
        self._show(build({}))
        self._left_out = found.left_out
        return self._report(started, 0)

    def _take_up(
        self, seen: Changes, started: float, on_progress: Callable[[int, int], None] | None
    ) -> IndexReport:
        """Read what must be, and let what has come of it be the index."""
        fresh = self._examine(seen.tasks, on_progress)
        if self._closed.is_set():
            return self._report(started, len(fresh))
        news = changes.news_of(seen, fresh)
        if self._records is None:
            self._start(news, seen.before)
        elif news.changed or news.removed:
            self._swap(news, self._records)
        else:
            self._show(self._on_disk)
        self._crawl, self._spellings = news.crawl, None
        records = self._records or {}
        read = {path: item.reason for path, item in records.items() if item.reason}
        self._left_out = {**news.crawl.left_out, **read}
        return self._report(started, news.n_read)

    def _examine(
        self, tasks: Sequence[Task], on_progress: Callable[[int, int], None] | None
    ) -> dict[str, Record]:
        fresh: dict[str, Record] = {}
        stopped = self._closed.is_set
        every = examine_all(self.root, tasks, stopped=stopped, pause=self._pause, crew=self._crew)
        for task, record in every:
            self.courtesy.give_way()
            fresh[task.path] = record
            if on_progress is not None:
                on_progress(len(fresh), len(tasks))
        return fresh

    def _start(self, news: News, before: Mapping[str, Record]) -> None:
        """Make the first index, with the edges from disk where they are of these files."""
        records = {**before, **news.changed}
        for path in news.removed:
            del records[path]
        facts = changes.facts_of(records)
        state = digest_of(facts)
        edges = self._store.load_edges(state)
        pause = self.courtesy.give_way
        index = build(facts, pause) if edges is None else Index(facts, Resolver(facts), edges)
        index.prepare(pause)
        self._records = records
        self._show(index)
        if edges is None or news.changed or news.removed:
            self._store.save(news.changed, news.removed, (state, index.imports))

    def _swap(self, news: News, records: dict[str, Record]) -> None:
        """Put another index in the place of the old one, and what it is made of on disk."""
        known = ((path, item.facts) for path, item in news.changed.items())
        facts = {path: each for path, each in known if each is not None}
        gone = (news.removed | (news.changed.keys() - facts.keys())) & self._on_disk.facts.keys()
        index = changes.index_after(self._on_disk, facts, gone, self.courtesy.give_way)
        # Before it is shown: a request shouldn't be who makes its tables.
        index.prepare(self.courtesy.give_way)
        for path in news.removed:
            records.pop(path, None)
        records |= news.changed
        self._show(index, facts.keys() | gone)
        self._has_unsaved_edges = True
        self._store.save(news.changed, news.removed, None)

    def _show(self, index: Index, changed: Collection[str] | None = None) -> None:
        """Let `index`, where `changed` differ, be what is on disk; ask anew what may be sent."""
        with self._lock:
            paths = tuple(self._shadows.now())
        reasons = {path: forbidden(self.root, path, self._ignore) for path in paths}
        with self._lock:
            before, self._reasons = self._reasons, reasons
            if index is self._on_disk and reasons.items() <= before.items():
                return
            self._on_disk = self._seen = index
            is_same = all(before.get(path, reason) == reason for path, reason in reasons.items())
            is_hidden = changed is not None and self._shadows.hide(changed)
            self._revisions.swapped(is_hidden=is_same and is_hidden)

    def _computed(self) -> Index | None:
        """The index with the texts that are open; None where a refresh came in between."""
        with self._lock:
            revision, shadows, reasons = self._revisions.now, self._shadows.now(), self._reasons
            seen, on_disk = self._seen, self._on_disk
        if self._seen_revision == revision:
            return seen
        facts = self._shadows.facts(shadows, lambda path: self.may_send(path) is None)
        made = overlaid(seen, on_disk, facts)
        with self._lock:
            if self._reasons is not reasons:
                return None
            self._seen, self._seen_revision = made, revision
            self._revisions.seen(revision)
            return made

    def _report(self, started: float, n_read: int) -> IndexReport:
        seconds = time.perf_counter() - started
        return report_on(self._on_disk, self._left_out, seconds=seconds, n_read=n_read)
