"""What a look at the disk means for what is known already: what to read, keep and forget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from context.disk import ignore, screen
from context.disk.crawl import Crawl
from context.disk.examine import Record, Task
from context.index import build

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from context.disk.crawl import Found
    from context.facts import FileFacts
    from context.index import Index

MANY = 500
"""From so many changed paths on, a walk over everything is no dearer than one to each."""
NOTHING = Crawl((), {}, frozenset())
# A change to one of these says something about other files.
_RULES = frozenset({*ignore.NAMES, ignore.ATTRIBUTES, *screen.MARKERS})
# What may be otherwise at the next look although the file's time and size stay the same.
_PASSING = frozenset({"missing", "unreadable", "outside-root"})
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done.

    Attributes:
        crawl: what there is now, of the whole repository; its files are left away.
        before: the records of all that was looked at, as they were.
        kept: those that still hold.
        tasks: what must be read.
    """

    crawl: Crawl
    before: Mapping[str, Record]
    kept: Mapping[str, Record]
    tasks: Sequence[Task]


@dataclass(frozen=True, slots=True)
class News:
    """What was done.

    Attributes:
        crawl: with what couldn't be read among the left out.
        changed: the records that are new.
        removed: the paths that have none any more.
        n_read: how many files were read for it.
    """

    crawl: Crawl
    changed: Mapping[str, Record]
    removed: frozenset[str]
    n_read: int


def after_crawl(
    crawl: Crawl, known: Mapping[str, Record], before: Mapping[str, Record] | None = None
) -> Changes:
    """The changes after a walk over everything: a file whose time and size hold, holds.

    `before` is what the index was made of, where others have found out more since.
    """
    kept, tasks = _compare(crawl.files, known)
    return Changes(replace(crawl, files=()), known if before is None else before, kept, tasks)


def after_look(paths: set[str], found: Crawl, known: Crawl, below: Below) -> Changes:
    """The changes after a look at some paths alone, which are read whatever their times say."""
    records = below.records
    kept, tasks = _compare(found.files, records)
    again = sorted(path for path in kept if path in paths)
    tasks += [
        Task(path, kept[path].mtime_ns, kept[path].size, kept.pop(path).facts) for path in again
    ]
    left_out = below.without(known.left_out) | found.left_out
    gone = below.among(known.folders)
    # The same object where they are the same ones: who watches them looks at it often.
    is_same = not gone and not found.folders
    folders = known.folders if is_same else known.folders - gone | found.folders
    return Changes(Crawl((), left_out, folders), records, kept, tasks)


def news_of(changes: Changes, fresh: Mapping[str, Record]) -> News:
    """What has become of the repository once the files were read."""
    passing = {path: item.reason for path, item in fresh.items() if item.reason in _PASSING}
    changed = {
        path: item
        for path, item in {**changes.kept, **fresh}.items()
        if path not in passing and changes.before.get(path) is not item
    }
    there = (changes.kept.keys() | fresh.keys()) - passing.keys()
    crawl = replace(changes.crawl, left_out={**changes.crawl.left_out, **passing})
    return News(crawl, changed, frozenset(changes.before.keys() - there), len(changes.tasks))


class Below:
    """Some paths, in whatever letters where the disk doesn't mind, and what lies below them."""

    def __init__(self, paths: set[str], known: Mapping[str, Record], *, folds_case: bool) -> None:
        self._fold: Callable[[str], str] = str.casefold if folds_case else str
        self._wanted = {self._fold(path) for path in paths}
        # What was a file has nothing below it.
        deeper = self._wanted if folds_case else self._wanted - known.keys()
        self._deeper = tuple(path + "/" for path in sorted(deeper))
        self._is_exact = not folds_case and not self._deeper
        self.records = self._of(known)

    def without(self, items: Mapping[str, _Value]) -> dict[str, _Value]:
        """The items whose paths are none of these, and not below them."""
        made = dict(items)
        for path in self.among(items):
            del made[path]
        return made

    def among(self, paths: Collection[str]) -> set[str]:
        """Those of `paths` that are one of these or lie below; a folder may end in `/`."""
        if self._is_exact:
            either = (each for path in self._wanted for each in (path, path + "/", path + "/*"))
            return {path for path in either if path in paths}
        return {path for path in paths if self._holds(path.rstrip("/"))}

    def _of(self, known: Mapping[str, Record]) -> dict[str, Record]:
        if self._is_exact:
            return {path: known[path] for path in sorted(self._wanted)}
        return {path: item for path, item in known.items() if self._holds(path)}

    def _holds(self, path: str) -> bool:
        folded = self._fold(path)
        return folded in self._wanted or folded.startswith(self._deeper)


def concerns_all(paths: set[str]) -> bool:
    """Whether a change to these paths may concern files that aren't among them."""
    return len(paths) >= MANY or "" in paths or any(_name(path) in _RULES for path in paths)


def lies_below(path: str, folders: Collection[str]) -> bool:
    """Whether a folder that `path` lies in is one of `folders`, which end in `/`."""
    parts = path.split("/")[:-1]
    above = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))
    return any(folder in folders for folder in above)


def facts_of(records: Mapping[str, Record]) -> dict[str, FileFacts]:
    """The facts of the files that have some, sorted by path."""
    known = ((path, records[path].facts) for path in sorted(records))
    return {path: facts for path, facts in known if facts is not None}


def _compare(
    files: Sequence[Found], before: Mapping[str, Record]
) -> tuple[dict[str, Record], list[Task]]:
    kept: dict[str, Record] = {}
    tasks: list[Task] = []
    for file in files:
        known = before.get(file.path)
        if known and (known.mtime_ns, known.size) == (file.mtime_ns, file.size):
            kept[file.path] = known
        else:
            facts = known.facts if known else None
            tasks.append(Task(file.path, file.mtime_ns, file.size, facts))
    return kept, tasks


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def index_after(
    index: Index,
    facts: Mapping[str, FileFacts],
    gone: Collection[str],
    pause: Callable[[], None],
) -> Index:
    """The index in which these files say something else, are new or gone; many, and it is built."""
    if len(facts) + len(gone) < MANY:
        return index.with_texts(facts, gone)
    kept = {path: known for path, known in index.facts.items() if path not in gone}
    return build({**kept, **facts}, pause)
