"""A place on the command line: the file's text, its root and the checked position."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from context.disk.files import Decoded, decode, find_root, read_text
from context.errors import ContextError
from lsp_server import location
from lsp_server.commands.output import note
from lsp_server.errors import FailureError, UsageError
from lsp_server.paths import real
from lsp_server.positions import Lines

if TYPE_CHECKING:
    import argparse


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in a text; `line` and `character` count from 0, in code points.

    Attributes:
        to_crawl: whether the root is worth reading: a file that lies bare in a home
            folder, or at the top of a disk, doesn't make that a repository.
    """

    file: Path
    root: Path
    to_crawl: bool
    text: str
    line: int
    character: int

    @property
    def cursor(self) -> int:
        """The cursor as an offset into the text."""
        return Lines(self.text).start(self.line) + self.character


def resolve(options: argparse.Namespace) -> Place:
    """The place that `FILE:LINE:COL`, `--root` and `--stdin` name.

    Raises:
        UsageError: the position isn't in the file, or the file isn't below the root.
        FailureError: the file is missing, binary or unreadable.
    """
    parsed = location.parse(options.location)
    file = real(options.directory / parsed.file)
    text = _text_of(file, stdin=getattr(options, "stdin", False))
    location.offset_of(parsed, Lines(text))
    root = root_of(file, options.root)
    to_crawl = options.root is not None or not _is_everything(root)
    return Place(file, root, to_crawl, text, parsed.line - 1, parsed.column - 1)


def _is_everything(root: Path) -> bool:
    """Whether a folder without `.git` holds all that somebody has."""
    if (root / ".git").exists():
        return False
    return root == Path(root.anchor) or root == Path(os.path.expanduser("~"))  # noqa: PTH111


def root_of(file: Path, given: Path | None) -> Path:
    """The repository's root for a file.

    Raises:
        UsageError: the given root doesn't contain the file.
        FailureError: the folders above the file can't be looked into.
    """
    root = given or _found_root(file)
    if not file.is_relative_to(root):
        raise UsageError(f"{file} is not below --root {root}", kind="root")
    return root


def _found_root(file: Path) -> Path:
    try:
        return find_root(file)
    except (OSError, RuntimeError) as error:
        # RuntimeError is what a link that leads to itself raised before Python 3.13.
        raise FailureError(f"{file}: {error}", kind="unreadable") from None


def _text_of(file: Path, *, stdin: bool) -> str:
    try:
        decoded = _standard_input() if stdin else read_text(file)
    except ContextError as error:
        raise FailureError(str(error), kind=error.kind) from None
    if decoded.note:
        note(f"{file}: {decoded.note}")
    return decoded.text


def _standard_input() -> Decoded:
    if sys.stdin is None:
        raise UsageError("--stdin was given, but standard input is closed")
    return decode(sys.stdin.buffer.read(), "standard input")
