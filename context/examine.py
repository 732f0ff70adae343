"""One file of the repository, read once: its facts, or the reason to leave it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context import languages, screen
from context.errors import ContextError
from context.files import decode, read_inside
from context.parse import parse
from context.text import digest, to_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from context.facts import FileFacts


@dataclass(frozen=True, slots=True)
class Record:
    """What reading a file came to: `facts`, or `reason` why there are none.

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
