"""What may leave in a prompt: the one gate that every text passes.

A text is looked at before it is first packed, and by its content never again: the
verdicts stay in memory and in a small file beside the index. Safe from any thread.
"""

from __future__ import annotations

import logging
import os
import re
from collections import OrderedDict
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

from context.disk.shelf import folder_for
from context.secrets.edits import Scanned, rescan
from context.secrets.scan import Finding, find_secret
from context.text import digest, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

# Counted up whenever the same text may get another verdict.
_RULES = 3
_MOST_KEPT = 500_000
_MOST_OPEN = 32
_LINE = re.compile(r"([0-9a-f]{24}) (?:clean|secret (\d+) (.+))")
_log = logging.getLogger(__name__)


class Gate:
    """Verdicts by content, and the texts that are open."""

    def __init__(self, cache_dir: Path | None, root: Path) -> None:
        self._folder = folder_for(cache_dir, root) if cache_dir is not None else None
        self._known: dict[str, Finding | None] | None = None
        self._unsaved: list[str] = []
        self._open: OrderedDict[str, Scanned] = OrderedDict()
        self._lock = Lock()

    def finding(self, text: str) -> Finding | None:
        """The secret in a text, from memory where this text was looked at before."""
        known, name = self._loaded(), digest(to_bytes(text))
        if name not in known:
            found = find_secret(text)
            with self._lock:
                known[name] = found
                self._unsaved.append(_line(name, found))
        return known[name]

    def finding_while_typed(self, path: str, text: str) -> Finding | None:
        """The secret in an open document; only what changed since the last time is looked at."""
        scanned = rescan(self._open.get(path), text)
        with self._lock:
            self._open[path] = scanned
            self._open.move_to_end(path)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        return scanned.finding

    def save(self) -> None:
        """Add what is new to the file; without one, or on a full disk, it stays in memory."""
        with self._lock:
            lines, self._unsaved = self._unsaved, []
        if not lines or self._folder is None:
            return
        try:
            _append(self._folder / _name(), lines)
        except OSError as error:
            _log.warning("Which files hold secrets isn't kept in %s (%s)", self._folder, error)
            self._folder = None

    def _loaded(self) -> dict[str, Finding | None]:
        known = self._known
        if known is None:
            read = _read(self._folder) if self._folder is not None else {}
            with self._lock:
                if self._known is None:
                    self._known = read
                known = self._known
        return known


class Passing:
    """A `read` that lets through only texts without secrets, and remembers what it kept back.

    Attributes:
        withheld: path -> why, for the user.
    """

    def __init__(self, gate: Gate, read: Callable[[str], str | None]) -> None:
        self.withheld: dict[str, str] = {}
        self._gate = gate
        self._read = read

    def __call__(self, path: str) -> str | None:
        """The text at `path`; None where there is none or it has a secret."""
        text = self._read(path)
        finding = self._gate.finding(text) if text else None
        if finding is None:
            return text
        self.withheld[path] = f"secret: {finding}"
        return None


@cache
def _name() -> str:
    return f"secrets-{_RULES}-{version('detect-secrets')}.txt"


def _line(name: str, found: Finding | None) -> str:
    return f"{name} secret {found.line} {found.kind}\n" if found else f"{name} clean\n"


def _read(folder: Path) -> dict[str, Finding | None]:
    """What is on disk; a line that was cut short, by whatever, says nothing."""
    try:
        text = (folder / _name()).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    whole = text.split("\n")[:-1]
    found = (_LINE.fullmatch(line) for line in whole[-_MOST_KEPT:])
    return {hit[1]: Finding(hit[3], int(hit[2])) if hit[2] else None for hit in found if hit}


def _append(path: Path, lines: Iterable[str]) -> None:
    """Write at the end in one piece, so that several processes don't mix their lines."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        for old in path.parent.glob("secrets-*.txt"):
            with suppress(OSError):
                old.unlink()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # Should the last line have been cut short, ours don't go on with it.
        os.write(file, ("\n" + "".join(lines)).encode())
    finally:
        os.close(file)
