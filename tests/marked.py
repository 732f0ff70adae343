"""Fixtures as one string: several files, and a cursor in one of them.

    //- /pkg/a.py
    def f(): ...
    //- /pkg/b.py
    from pkg.a import f
    f$0

A file's text runs from the line after its header to the next header. Without a
header the whole string is one file, `main.py`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CURSOR = "$0"
HEADER = "//- /"


@dataclass(frozen=True, slots=True)
class Marked:
    """The files of a fixture, and where its cursor stands."""

    files: dict[str, str]
    path: str
    cursor: int

    @property
    def text(self) -> str:
        """The file with the cursor in it."""
        return self.files[self.path]

    def write(self, root: Path) -> None:
        """Lay the files out below `root`, byte for byte."""
        for path, text in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())


def parse(fixture: str) -> Marked:
    """Read a fixture; without a cursor mark it stands at the end of the last file."""
    files: dict[str, list[str]] = {}
    path = "main.py"
    for line in textwrap.dedent(fixture).lstrip("\n").splitlines(keepends=True):
        if line.startswith(HEADER):
            path = line.removeprefix(HEADER).strip()
            files[path] = []
        else:
            files.setdefault(path, []).append(line)
    texts = {name: "".join(lines) for name, lines in files.items()}
    for name, text in texts.items():
        if CURSOR in text:
            return Marked(texts | {name: text.replace(CURSOR, "", 1)}, name, text.index(CURSOR))
    return Marked(texts, path, len(texts.get(path, "")))
