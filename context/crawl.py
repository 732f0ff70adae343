"""The files of a repository, and what was left out: one walk, one stat a file, no reads.

Only ignore files are opened. The walk is sorted, so two runs over the same tree
tell the same story.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context import ignore, screen
from context.errors import ContextError
from context.files import read_text
from context.ignore import Ignores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_IGNORE_FILES = frozenset(ignore.NAMES)
# A folder below this depth is a loop of mounts or a mistake.
_MAX_DEPTH = 100
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
    """What a walk found: files sorted by path, and the reason for what was left out.

    A folder that was left out is one entry, with a `/` at its end.
    """

    files: tuple[Found, ...]
    left_out: dict[str, str]


@dataclass(slots=True)
class _Walk:
    files: list[Found] = field(default_factory=list[Found])
    left_out: dict[str, str] = field(default_factory=dict[str, str])


def crawl(root: Path, patterns: Sequence[str] = ()) -> Crawl:
    """Every file below `root` that may be read and sent.

    Ignored folders aren't entered, nor are those that tools fill. Links are never
    followed: what they lead to inside the root is found where it really lies, and
    what lies outside isn't this repository's.
    """
    walk = _Walk()
    stack = [("", root_rules(root, patterns), 0)]
    while stack:
        folder, outer, depth = stack.pop()
        entries = _list(root, folder, walk)
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            walk.left_out[folder + "/"] = "pruned"
            continue
        ignores = outer.deeper(folder, _ignore_texts(root, folder, entries))
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if _visit(entry, path, ignores, walk) and depth < _MAX_DEPTH:
                stack.append((path, ignores, depth + 1))
    return Crawl(
        tuple(sorted(walk.files, key=lambda found: found.path)), dict(sorted(walk.left_out.items()))
    )


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
    """Which ignore file leaves out `path`, or a folder it lies in; None where none does."""
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


def _list(root: Path, folder: str, walk: _Walk) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        walk.left_out[folder + "/"] = "unreadable"
        return []


def _ignore_texts(root: Path, folder: str, entries: list[os.DirEntry[str]]) -> dict[str, str]:
    present = _IGNORE_FILES.intersection(entry.name for entry in entries)
    return _texts(root, folder, [name for name in ignore.NAMES if name in present])


def _texts(root: Path, folder: str, names: Sequence[str]) -> dict[str, str]:
    read = {name: _text_of(root / folder / name) for name in names}
    return {name: text for name, text in read.items() if text}


def _text_of(path: Path) -> str:
    try:
        return read_text(path).text
    except ContextError:
        return ""


def _visit(entry: os.DirEntry[str], path: str, ignores: Ignores, walk: _Walk) -> bool:
    """Take note of one entry; True for a folder to go into."""
    if entry.is_dir(follow_symlinks=False):
        return _enter(entry, path, ignores, walk)
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        walk.left_out[_printable(path)] = "unreadable"
        return False
    reason = _left_out(status, path, ignores)
    if reason is None:
        walk.files.append(Found(path, _signed(status.st_mtime_ns), status.st_size))
    else:
        walk.left_out[_printable(path)] = reason
    return False


def _signed(mtime_ns: int) -> int:
    """A time as 64 bits; those before 1677 and after 2262 wrap, and different ones stay so."""
    return (mtime_ns + _INT64 // 2) % _INT64 - _INT64 // 2


def _enter(entry: os.DirEntry[str], path: str, ignores: Ignores, walk: _Walk) -> bool:
    reason = None
    if entry.name in screen.PRUNED:
        reason = "pruned"
    elif _is_junction(entry):
        reason = "link"
    elif _unprintable(path):
        reason = "unprintable name"
    elif ignores.reason(path + "/"):
        reason = "ignored"
    if reason is not None:
        walk.left_out[_printable(path) + "/"] = reason
    return reason is None


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether this is a Windows junction: a link that calls itself a folder."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) if _WINDOWS else 0
    return tag != 0


def _left_out(status: os.stat_result, path: str, ignores: Ignores) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "link"
    if not stat.S_ISREG(status.st_mode):
        return "special"
    if _unprintable(path):
        return "unprintable name"
    reason = screen.by_name(path.rpartition("/")[2])
    if reason is None and ignores.reason(path):
        return "ignored"
    if reason is None and status.st_size > screen.MAX_BYTES:
        return "over-large"
    return reason


def _unprintable(path: str) -> bool:
    """A name that is no Unicode can't be put into a prompt, a protocol or a database."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False


def _printable(path: str) -> str:
    return path.encode(errors="replace").decode()
