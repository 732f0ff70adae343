"""What can go wrong in `context`.

    ContextError
    ├── UnreadableFileError   `kind` is one of missing, folder, special, unreadable,
    │                         binary, over-large
    ├── UnwatchableError      changes aren't told by the system
    └── OutsideRootError      a path that leads, or may lead by a link, out of the repository

Messages say what was found and what to do about it.
"""

from __future__ import annotations


class ContextError(Exception):
    """Anything this package raises on purpose; `kind` is stable, the message is for people."""

    kind = "context"


class UnreadableFileError(ContextError):
    """A file whose text can't be had."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OutsideRootError(ContextError):
    """A path that leads out of the repository, or a link, which might."""

    kind = "outside-root"


class UnwatchableError(ContextError):
    """A folder whose changes the system can't or won't tell."""

    kind = "unwatchable"
