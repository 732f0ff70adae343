"""Source text as lexemes: words, operators, brackets, quotes and line breaks.

Generic over languages: nothing is known of strings or comments, so that a text
that starts or ends in the middle of one is read the same way. A lexeme and the
single blank before it are kept apart, so that `(name` and `, name` share
statistics; the line break says whether the next line is indented more, as much
or less, which is what block structure looks like in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DOCUMENT, SAME, DEEPER, OUTER = range(4)
RESERVED = ("\x00", "\n=", "\n>", "\n<")
N_RESERVED = len(RESERVED)

_PIECE = re.compile(
    r"[^\S\n]*\n\s*"
    r'| ?(?:\w+|"""|\'\'\'|\*\*|->|=>|::|\+\+|--|&&|\|\||[-+*/%&|^=<>!:]=+|[^\w\s])'
    r"|[^\S\n]+"
)
_TAB = 4


@dataclass(frozen=True, slots=True)
class Lexemes:
    """A text as ids, each with the blank before it.

    Attributes:
        ids: the vocabulary's number of each lexeme.
        blanks: 1 where a single blank stands before the lexeme, else 0.
    """

    ids: NDArray[np.int32]
    blanks: NDArray[np.uint8]


class Vocabulary:
    """The lexemes met so far, numbered in the order they came."""

    def __init__(self, words: Sequence[str] = RESERVED, parent: Vocabulary | None = None) -> None:
        self._parent = parent
        self._offset = len(parent) if parent else 0
        self._words = [] if parent else list(words)
        self._codes: dict[str, int] = {}
        self._ids = {word: at for at, word in enumerate(self._words)}

    def __len__(self) -> int:
        return self._offset + len(self._words)

    def word(self, at: int) -> str:
        """The lexeme of a number."""
        if self._parent is not None and at < self._offset:
            return self._parent.word(at)
        return self._words[at - self._offset]

    def words(self) -> list[str]:
        """Every lexeme of this vocabulary's own, by number."""
        return self._words

    def find(self, word: str) -> int | None:
        """The number of a lexeme, None for one never met."""
        found = self._parent.find(word) if self._parent else None
        return self._ids.get(word) if found is None else found

    def code(self, piece: str) -> int:
        """Twice the number plus the blank; a line break gives minus one minus its indentation."""
        code = self._codes.get(piece)
        if code is None:
            code = self._codes[piece] = self._read(piece)
        return code

    def child(self) -> Vocabulary:
        """A vocabulary that knows all of this one and keeps what is new to itself."""
        return Vocabulary((), self)

    def _read(self, piece: str) -> int:
        if "\n" in piece:
            return -1 - _indentation(piece)
        blank = len(piece) > 1 and piece[0] == " " and not piece[1].isspace()
        word = piece[1:] if blank else piece
        at = self.find(word)
        if at is None:
            at = self._ids[word] = len(self)
            self._words.append(word)
        return 2 * at + blank


def lex(text: str, vocabulary: Vocabulary, indentation: int = 0) -> tuple[Lexemes, int]:
    """The lexemes of a text, and the indentation of its last line.

    `indentation` is that of the line in which the text starts. Blank lines are
    left out: a line break tells of the next line that holds something.
    """
    code = vocabulary.code
    codes = np.array([code(piece) for piece in _PIECE.findall(text)], dtype=np.int64)
    return _resolve(codes, indentation)


def _resolve(codes: NDArray[np.int64], indentation: int) -> tuple[Lexemes, int]:
    ids = (codes >> 1).astype(np.int32)
    blanks = (codes & 1).astype(np.uint8)
    breaks = np.flatnonzero(codes < 0)
    if breaks.size:
        widths = -1 - codes[breaks]
        before = np.concatenate(([indentation], widths[:-1]))
        ids[breaks] = np.where(widths > before, DEEPER, np.where(widths < before, OUTER, SAME))
        blanks[breaks] = 0
        indentation = int(widths[-1])
    return Lexemes(ids, blanks), indentation


def _indentation(piece: str) -> int:
    last = piece[piece.rindex("\n") + 1 :]
    return len(last) + (_TAB - 1) * last.count("\t")
