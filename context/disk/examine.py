"""One file of the repository, read once: its facts, or the reason to leave it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context import languages
from context.disk import screen
from context.disk.files import decode, read_inside
from context.errors import ContextError
from context.facts import FileFacts
from context.parsing.parse import parse
from context.resolve.compilation import MAX_BYTES, include_folders, is_database
from context.text import digest, from_bytes, to_bytes

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """What reading a file came to: `facts`, or `reason` why it is left out.

    A compilation database has both: what it says of include folders is of use, and
    its text is nothing to send.

    `mtime_ns` and `size` are those of the stat before the read; while they hold, so
    does the record.
    """

    mtime_ns: int
    size: int
    facts: FileFacts | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to look at; `known` are its facts from before, which hold if the text does."""

    path: str
    mtime_ns: int
    size: int
    known: FileFacts | None = None


def examine(root: Path, task: Task) -> Record:
    """Read a file and say what is in it; never raises."""
    if is_database(task.path):
        return _examine_database(root, task)
    try:
        data = read_inside(root, task.path, max_bytes=screen.MAX_BYTES)
        reason = screen.by_content(data)
        text = "" if reason else decode(data, task.path).text
    except ContextError as error:
        reason, text = error.kind, ""
    if reason:
        return Record(task.mtime_ns, task.size, None, reason)
    if task.known is not None and task.known.digest == digest(to_bytes(text)):
        return Record(task.mtime_ns, task.size, task.known)
    facts = parse(task.path, languages.of(task.path, text), text)
    return Record(task.mtime_ns, task.size, facts)


def _examine_database(root: Path, task: Task) -> Record:
    try:
        data = read_inside(root, task.path, max_bytes=MAX_BYTES)
    except ContextError as error:
        return Record(task.mtime_ns, task.size, None, error.kind)
    said = "\n".join(include_folders(from_bytes(data), str(root)))
    # Named by what is of use: a build that adds no folder changes nothing.
    facts = FileFacts(task.path, "JSON", digest(to_bytes(said)), manifest=said)
    return Record(task.mtime_ns, task.size, facts, "generated")
