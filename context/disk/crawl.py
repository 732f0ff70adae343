"""The files of a repository, and what was left out: one walk, one stat a file, no reads.

Only ignore files are opened. The walk is sorted, so two runs over the same tree
tell the same story.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest
from itertools import chain, islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from context.disk import ignore, screen
from context.disk.files import decode, read_inside, read_text
from context.disk.ignore import Ignores
from context.errors import ContextError
from context.resolve.compilation import DATABASE, MAX_BYTES, is_database

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

MAX_FILES = 100_000
"""In a repository. More are hardly anybody's sources, and what is indexed is held in memory."""
MAX_ENTRIES = 20_000
"""In one folder. Such a folder holds data; of its files the first by name are taken."""
# A folder below this depth is a loop of mounts or a mistake.
_MAX_DEPTH = 100
_IGNORE_FILES = (*ignore.NAMES, ignore.ATTRIBUTES)
_WINDOWS = os.name == "nt"
_INT64 = 2**64


@dataclass(frozen=True, slots=True)
class Found:
    """A file worth reading, and the stat that tells whether it has changed since.

    Attributes:
        mtime_ns: the lower 64 bits of it, with a sign: what a database holds.
    """

    path: str
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class Crawl:
    """What a walk found.

    Attributes:
        files: sorted by path.
        left_out: the reason for each file that isn't among them. A folder that wasn't
            entered is one entry, with a `/` at its end; what a walk had no room for
            is one, with a `*` in the place of the names.
        folders: those that were entered, without a `/`; the root is `""`.
    """

    files: tuple[Found, ...]
    left_out: dict[str, str]
    folders: frozenset[str]


@dataclass(slots=True)
class _Walk:
    root: Path
    pause: Callable[[], None]
    files: list[Found] = field(default_factory=list[Found])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    folders: set[str] = field(default_factory=set[str])
    todo: deque[tuple[str, Ignores]] = field(default_factory=deque[tuple[str, Ignores]])

    def result(self) -> Crawl:
        """What was found so far."""
        files = sorted(self.files, key=lambda found: found.path)
        return Crawl(tuple(files), dict(sorted(self.left_out.items())), frozenset(self.folders))


def _go_on() -> None:
    """Nobody needs a pause."""


def crawl(root: Path, patterns: Sequence[str] = (), *, pause: Callable[[], None] = _go_on) -> Crawl:
    """Every file below `root` that may be read and sent.

    Ignored folders aren't entered, nor are those that tools fill. Links are never
    followed: what they lead to inside the root is found where it really lies, and
    what lies outside isn't this repository's. The folders nearest the root come
    first, so that a repository of too many files keeps its own before any data.
    `pause` is called often: it may let others go first.
    """
    walk = _Walk(root, pause)
    walk.todo.append(("", root_rules(root, patterns)))
    _walk_all(walk)
    return walk.result()


def crawl_paths(
    root: Path,
    paths: Iterable[str],
    patterns: Sequence[str] = (),
    *,
    pause: Callable[[], None] = _go_on,
) -> Crawl:
    """What `crawl` would find at these paths and below them, without a look at the rest.

    Names are taken from the folders' own lists, so a path in other letters than the
    disk has it finds nothing on a disk that tells them apart, and its file on others.
    """
    walk = _Walk(root, pause)
    top = root_rules(root, patterns)
    wanted: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        wanted.setdefault(folder, set()).add(name)
    for folder in sorted(wanted):
        rules = _rules_on_the_way(walk, top, folder)
        if rules is not None:
            _visit_all(walk, folder, rules, wanted[folder])
    _walk_all(walk)
    return walk.result()


def _rules_on_the_way(walk: _Walk, top: Ignores, folder: str) -> Ignores | None:
    """The rules that hold for the folder's parent; None where the walk wouldn't get there."""
    ignores, above = top, ""
    for part in folder.split("/") if folder else ():
        at = f"{above}/{part}" if above else part
        ignores = ignores.deeper(above, _texts(walk.root, above, _IGNORE_FILES))
        try:
            status = (walk.root / at).lstat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISDIR(status.st_mode) or _kept_out(at, status, ignores):
            return None
        if screen.by_marker(at, partial(_has, walk.root / at)):
            return None
        above = at
    return ignores


def _has(folder: Path, name: str) -> bool:
    return (folder / name).exists()


def _walk_all(walk: _Walk) -> None:
    while walk.todo:
        folder, outer = walk.todo.popleft()
        if len(walk.files) >= MAX_FILES:
            walk.left_out[folder + "/"] = "too many files"
        else:
            _visit_all(walk, folder, outer, None)


def _visit_all(walk: _Walk, folder: str, outer: Ignores, names: set[str] | None) -> None:
    """Take note of a folder's entries, or of those among `names`."""
    entries = _list(walk, folder)
    if names is None:
        walk.folders.add(folder)
    listed = frozenset(entry.name for entry in entries)
    if folder and (reason := screen.by_marker(folder, listed.__contains__)):
        walk.folders.discard(folder)
        walk.left_out[folder + "/"] = reason
        return
    ignores = outer.deeper(folder, _texts(walk.root, folder, listed))
    folded = {name.casefold() for name in names or ()}
    for entry in entries:
        if names is not None and entry.name not in names and entry.name.casefold() not in folded:
            continue
        walk.pause()
        path = f"{folder}/{entry.name}" if folder else entry.name
        if _visit(walk, entry, path, ignores) and path.count("/") < _MAX_DEPTH:
            walk.todo.append((path, ignores))


def root_rules(root: Path, patterns: Sequence[str]) -> Ignores:
    """The rules that hold at `root`: the caller's, git's own, and those of folders above it."""
    above = tuple(_rules_above(root))
    if Ignores(above).reason("") is not None:
        # Somebody who opens an ignored folder wants to work in it.
        above = ()
    exclude = _text_of(root / ".git" / "info" / "exclude")
    own = [ignore.rules(ignore.SETTINGS, patterns)] if patterns else []
    git = [ignore.rules(ignore.GIT, exclude.splitlines())] if exclude else []
    return Ignores((*own, *above, *git))


def ignored_by(root: Path, path: str, patterns: Sequence[str] = ()) -> str | None:
    """Which ignore file leaves out `path`, or a folder it lies in; None where none does.

    What lies deeper than any walk goes is left out unasked.
    """
    if path.count("/") > _MAX_DEPTH:
        return "its depth"
    ignores = root_rules(root, patterns)
    folder = ""
    *folders, name = path.split("/")
    for part in folders:
        ignores = ignores.deeper(folder, _texts(root, folder, ignore.NAMES))
        folder = f"{folder}/{part}" if folder else part
        reason = ignores.reason(folder + "/")
        if reason is not None:
            return reason
    ignores = ignores.deeper(folder, _texts(root, folder, ignore.NAMES))
    return ignores.reason(f"{folder}/{name}" if folder else name)


def forbidden(root: Path, path: str, patterns: Sequence[str] = ()) -> str | None:
    """Why a document at `path` must not be sent, in words; None where it may."""
    if screen.is_secret(path):
        return "its name says that it holds secrets"
    if is_outside(path):
        return None
    source = ignored_by(root, path, patterns)
    return f"it is left out by {source}" if source else None


def is_outside(path: str) -> bool:
    """Whether a path isn't one below the root: absolute, climbing, or on a Windows drive."""
    pure = PurePath(path)
    return not path or bool(pure.anchor) or ".." in pure.parts


def folds_case(root: Path) -> bool:
    """Whether the disk takes `root` written in other letters for the same folder."""
    try:
        return root.samefile(str(root).swapcase()) and str(root) != str(root).swapcase()
    except OSError:
        return False


def _rules_above(root: Path) -> Iterator[ignore.Rules]:
    if (root / ".git").exists():
        return
    top = next((folder for folder in root.parents if (folder / ".git").exists()), None)
    if top is None:
        return
    way = root.relative_to(top).parts
    for depth in range(len(way)):
        text = _text_of(top.joinpath(*way[:depth], ignore.GIT))
        if text:
            above = "/".join(way[depth:]) + "/"
            yield ignore.rules(ignore.GIT, text.splitlines(), above=above)


def _list(walk: _Walk, folder: str) -> list[os.DirEntry[str]]:
    """A folder's entries by name; of too many its folders and its first files."""
    try:
        # As a string: a path object takes longer to make than most folders to list.
        with os.scandir(os.path.join(walk.root, folder)) as scan:  # noqa: PTH118 -- as above
            entries = list(islice(scan, MAX_ENTRIES + 1))
            if len(entries) <= MAX_ENTRIES:
                return sorted(entries, key=lambda entry: entry.name)
            walk.left_out[f"{folder}/*" if folder else "*"] = "crowded folder"
            every = chain(entries, _paused(scan, walk.pause))
            return nsmallest(MAX_ENTRIES, every, key=_folders_first)
    except (OSError, ValueError):
        walk.left_out[folder + "/"] = "unreadable"
        return []


def _paused(
    scan: Iterable[os.DirEntry[str]], pause: Callable[[], None]
) -> Iterator[os.DirEntry[str]]:
    for entry in scan:
        pause()
        yield entry


def _folders_first(entry: os.DirEntry[str]) -> tuple[bool, str]:
    return not entry.is_dir(follow_symlinks=False), entry.name


def _texts(root: Path, folder: str, present: Collection[str]) -> dict[str, str]:
    """The ignore files of a folder that are `present`, in their fixed order; links are none."""
    read: dict[str, str] = {}
    for name in _IGNORE_FILES:
        if name in present:
            try:
                path = f"{folder}/{name}" if folder else name
                read[name] = decode(read_inside(root, path), name).text
            except ContextError:
                continue
    return {name: text for name, text in read.items() if text}


def _text_of(path: Path) -> str:
    try:
        return read_text(path).text
    except ContextError:
        return ""


def _visit(walk: _Walk, entry: os.DirEntry[str], path: str, ignores: Ignores) -> bool:
    """Take note of one entry; True for a folder to go into."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        walk.left_out[_printable(path)] = "unreadable"
        return False
    if stat.S_ISDIR(status.st_mode):
        reason = _kept_out(path, status, ignores)
        if reason is not None:
            walk.left_out[_printable(path) + "/"] = reason
            if reason not in {"link", "unprintable name"} and "/" not in path:
                _find_database(walk, path)
        return reason is None
    reason = _left_out(status, path, ignores)
    if reason is None and len(walk.files) >= MAX_FILES:
        reason = "too many files"
    if reason is None:
        walk.files.append(Found(path, _signed(status.st_mtime_ns), status.st_size))
    else:
        walk.left_out[_printable(path)] = reason
    return False


def _find_database(walk: _Walk, folder: str) -> None:
    """Take note of a compilation database in a build folder, though that isn't entered."""
    path = f"{folder}/{DATABASE}"
    try:
        status = (walk.root / path).lstat()
    except (OSError, ValueError):
        return
    if stat.S_ISREG(status.st_mode) and status.st_size <= MAX_BYTES:
        walk.files.append(Found(path, _signed(status.st_mtime_ns), status.st_size))


def _signed(mtime_ns: int) -> int:
    """A time as 64 bits; those before 1677 and after 2262 wrap, and different ones stay so."""
    return (mtime_ns + _INT64 // 2) % _INT64 - _INT64 // 2


def _kept_out(folder: str, status: os.stat_result, ignores: Ignores) -> str | None:
    """Why a folder isn't entered; None where it is."""
    reason = screen.by_folder(folder.rpartition("/")[2])
    if reason is not None:
        return reason
    if _WINDOWS and getattr(status, "st_reparse_tag", 0) != 0:
        # A junction: a link that calls itself a folder.
        return "link"
    if _unprintable(folder):
        return "unprintable name"
    return _by_rules(ignores, folder + "/")


def _left_out(status: os.stat_result, path: str, ignores: Ignores) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "link"
    if not stat.S_ISREG(status.st_mode):
        return "special"
    if _unprintable(path):
        return "unprintable name"
    if is_database(path):
        # Large, most often ignored, and never sent: only the include folders in it are read.
        return "over-large" if status.st_size > MAX_BYTES else None
    reason = screen.by_name(path.rpartition("/")[2]) or _by_rules(ignores, path)
    if reason is None and status.st_size > screen.MAX_BYTES:
        return "over-large"
    return reason


def _by_rules(ignores: Ignores, path: str) -> str | None:
    family = ignores.reason(path)
    return family if family is None or family in ignore.MARKED else "ignored"


def _unprintable(path: str) -> bool:
    """A name that is no Unicode can't be put into a prompt, a protocol or a database."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False


def _printable(path: str) -> str:
    return path.encode(errors="replace").decode()
