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
    from collections.abc import Iterable
    from pathlib import Path

# Counted up whenever the same text may get another verdict.
_RULES = 3
_MOST_KEPT = 500_000
_MOST_OPEN = 32
_MOST_SHOWN = 128
_LINE = re.compile(r"([0-9a-f]{24}) (?:clean|secret (\d+) (.+))")
_log = logging.getLogger(__name__)


class Gate:
    """Verdicts by content, and the texts that are open."""

    def __init__(self, cache_dir: Path | None, root: Path) -> None:
        self._folder = folder_for(cache_dir, root) if cache_dir is not None else None
        self._known: dict[str, Finding | None] | None = None
        self._unsaved: list[str] = []
        self._open: OrderedDict[str, Scanned] = OrderedDict()
        self._shown: OrderedDict[str, Scanned] = OrderedDict()
        self._lock = Lock()

    def finding(self, text: str) -> Finding | None:
        """The secret in a text, from memory where this text was looked at before."""
        known, name = self._loaded(), digest(to_bytes(text))
        if name not in known:
            self._note(name, find_secret(text))
        return known[name]

    def finding_shown(self, path: str, name: str, text: str) -> Finding | None:
        """The secret in a text that is about to be shown, by its digest.

        Of a file that was shown before and has changed, what changed is looked at.
        """
        known = self._loaded()
        if name not in known:
            self._note(name, rescan(self._shown.get(path), text).finding)
        finding = known[name]
        with self._lock:
            self._shown[path] = Scanned(text, finding)
            self._shown.move_to_end(path)
            while len(self._shown) > _MOST_SHOWN:
                self._shown.popitem(last=False)
        return finding

    def _note(self, name: str, found: Finding | None) -> None:
        known = self._loaded()
        with self._lock:
            known[name] = found
            self._unsaved.append(_line(name, found))

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
    """Lets through only texts without secrets, and remembers what it kept back.

    Attributes:
        withheld: path -> why, for the user.
    """

    def __init__(self, gate: Gate) -> None:
        self.withheld: dict[str, str] = {}
        self._gate = gate

    def __call__(self, path: str, name: str, text: str) -> bool:
        """Whether this text of a file, whose digest is `name`, has no secret.

        It is the very text that would be shown: the file may say something else by now.
        """
        finding = self._gate.finding_shown(path, name, text)
        if finding is not None:
            self.withheld[path] = f"secret: {finding}"
        return finding is None


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
