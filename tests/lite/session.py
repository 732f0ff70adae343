"""Somebody who edits two files, for checks that want prompts as they come one after the other."""

from __future__ import annotations

import argparse as one_file
import ast as another_file
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

BEGIN, HOLE, END = "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"  # noqa: RUF001 -- as published
_WORDS = (
    "self",
    ".value",
    " = ",
    "None\n",
    "    return ",
    "(x, y)",
    "# 日本 🙂",
    "\t",
    "0x1F",
    "é",
)


@dataclass(slots=True)
class _File:
    text: str
    cursor: int


def _files() -> list[_File]:
    sources = (inspect.getsource(module) for module in (one_file, another_file))
    return [_File(source, 2000) for source in sources]


@dataclass(slots=True)
class Session:
    """Two files, a cursor in each, and where the prompt stands still since the last move.

    Attributes:
        anchor: the prompt's prefix ends here, and what is typed since goes behind the hole.
        window: how many characters of a file a prompt shows on either side of it.
    """

    chance: random.Random
    window: int = 700
    files: list[_File] = field(default_factory=_files)
    current: int = 0
    anchor: int = 2000

    def edit(self) -> None:
        """One of the things that somebody does at a keyboard."""
        kind, file = self.chance.random(), self.files[self.current]
        if kind < 0.6:
            self._put(file, self.chance.choice(_WORDS))
        elif kind < 0.75 and file.cursor > self.anchor:
            gone = min(file.cursor - self.anchor, self.chance.randrange(1, 6))
            file.text = file.text[: file.cursor - gone] + file.text[file.cursor :]
            file.cursor -= gone
        elif kind < 0.9:
            file.cursor = self.anchor = self.chance.randrange(len(file.text))
        else:
            self.current = 1 - self.current
            self.anchor = self.files[self.current].cursor

    def prompt(self) -> str:
        """What a model would be shown, control tokens spelled out."""
        file, other = self.files[self.current], self.files[1 - self.current]
        shown = f"#other.py\n{other.text[:600]}\n#this.py\n"
        prefix = file.text[max(0, self.anchor - self.window) : self.anchor]
        suffix = file.text[file.cursor : file.cursor + self.window // 2]
        typed = file.text[self.anchor : file.cursor]
        return f"{BEGIN}{shown}{prefix}{HOLE}{suffix}{END}{typed}"

    def _put(self, file: _File, text: str) -> None:
        file.text = file.text[: file.cursor] + text + file.text[file.cursor :]
        file.cursor += len(text)
