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
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

DOCUMENT, SAME, DEEPER, OUTER = range(4)
RESERVED = ("\x00", "\n=", "\n>", "\n<")
N_RESERVED = len(RESERVED)

_PIECE = re.compile(
    r" ?(?:\w+|[.,()\[\]{}@;]"
    r'|"""|\'\'\'|\*\*|->|=>|::|\+\+|--|&&|\|\||[-+*/%&|^=<>!:]=+|[^\w\s])'
    r"|[^\S\n]*\n\s*|[^\S\n]+"
)
_LINE_END = re.compile(r"(?<=\S)[^\S\n]*\n")
_CHUNK, _CHUNKS = 1500, 400
_TAB = 4


@dataclass(frozen=True, slots=True)
class Lexemes:
    """A text as ids, each with the blank before it.

    Attributes:
        ids: the vocabulary's number of each lexeme.
        blanks: 1 where a single blank stands before the lexeme, else 0.
        breaks: where the line breaks stand.
        widths: how far the line after each break is indented.
    """

    ids: NDArray[np.int32]
    blanks: NDArray[np.uint8]
    breaks: NDArray[np.int64]
    widths: NDArray[np.int64]


class _Codes(dict[str, int]):
    """The code of each piece of text met so far; asks `read` about a new one."""

    def __init__(self, read: Callable[[str], int]) -> None:
        self._read = read

    def __missing__(self, piece: str) -> int:
        code = self._read(piece)
        if code != _UNKNOWN:
            self[piece] = code
        return code


_UNKNOWN = 1 << 40


class Vocabulary:
    """The lexemes met so far, numbered in the order they came.

    A child knows all its parent does and numbers on from there; what is new to
    it stays with it. `codes` gives the code of a piece of text, one out of range
    where it has a new word.
    """

    def __init__(self, words: Sequence[str] = RESERVED, parent: Vocabulary | None = None) -> None:
        self._parent = parent
        self._offset = len(parent) if parent else 0
        self._words = [] if parent else list(words)
        self._ids = {word: at for at, word in enumerate(self._words)}
        self.codes = _Codes(self._look)
        self._growing = _Codes(self._add)
        self._chunks: dict[str, tuple[NDArray[np.int64], list[tuple[int, str]]]] = {}

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
        found = self._ids.get(word)
        return self._parent.find(word) if found is None and self._parent else found

    def child(self) -> Vocabulary:
        """A vocabulary that knows all of this one and keeps what is new to itself."""
        return Vocabulary((), self)

    def encode(self, text: str) -> NDArray[np.int64]:
        """The codes of a text's pieces, new words numbered.

        A code is twice the number plus the blank; a line break's is minus one
        minus its indentation.
        """
        if self._parent is None:
            pieces = _PIECE.findall(text)
            return np.fromiter(map(self._growing.__getitem__, pieces), np.int64, len(pieces))
        parts = [self._chunk(chunk, self._parent) for chunk in _chunks(text)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _chunk(self, chunk: str, parent: Vocabulary) -> NDArray[np.int64]:
        codes, new = parent.recall(chunk)
        if new:
            codes = codes.copy()
            for at, piece in new:
                codes[at] = self._growing[piece]
        return codes

    def recall(self, chunk: str) -> tuple[NDArray[np.int64], list[tuple[int, str]]]:
        """The codes of a chunk's pieces, and which pieces have new words.

        Remembered, as a document is lexed at every keystroke and most of it
        stays as it was.
        """
        found = self._chunks.get(chunk)
        if found is None:
            pieces = _PIECE.findall(chunk)
            codes = np.fromiter(map(self.codes.__getitem__, pieces), np.int64, len(pieces))
            new = [(at, pieces[at]) for at in np.flatnonzero(codes == _UNKNOWN).tolist()]
            if len(self._chunks) >= _CHUNKS:
                self._chunks.clear()
            found = self._chunks[chunk] = codes, new
        return found

    def _look(self, piece: str) -> int:
        if "\n" in piece:
            return -1 - _indentation(piece)
        blank = _has_blank(piece)
        at = self.find(piece[blank:])
        return _UNKNOWN if at is None else 2 * at + blank

    def _add(self, piece: str) -> int:
        code = self._look(piece)
        if code != _UNKNOWN:
            return code
        blank = _has_blank(piece)
        at = self._ids[piece[blank:]] = len(self)
        self._words.append(piece[blank:])
        return 2 * at + blank


def lex(text: str, vocabulary: Vocabulary, indentation: int = 0) -> Lexemes:
    """The lexemes of a text.

    `indentation` is that of the line in which the text starts. Blank lines are
    left out: a line break tells of the next line that holds something.
    """
    codes = vocabulary.encode(text)
    ids = (codes >> 1).astype(np.int32)
    blanks = (codes & 1).astype(np.uint8)
    breaks = np.flatnonzero(codes < 0)
    widths = -1 - codes[breaks]
    if breaks.size:
        before = np.concatenate(([indentation], widths[:-1]))
        ids[breaks] = np.where(widths > before, DEEPER, np.where(widths < before, OUTER, SAME))
        blanks[breaks] = 0
    return Lexemes(ids, blanks, breaks, widths)


def _chunks(text: str) -> list[str]:
    """A text cut at line ends; an edit leaves the chunks before it as they were."""
    cuts = [0]
    while (end := _LINE_END.search(text, cuts[-1] + _CHUNK)) is not None:
        cuts.append(end.start())
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])]


def to_line_end(ids: NDArray[np.int32]) -> NDArray[np.uint8]:
    """How many tokens stand between each position and the break that ends its line.

    255 stands for that many or more, and for lines that no break ends.
    """
    at = np.flatnonzero(ids < N_RESERVED)
    ends = np.concatenate((at, [ids.size + 255]))
    gaps = np.diff(np.concatenate(([-1], ends)))
    following = np.repeat(ends, gaps)[: ids.size]
    return np.minimum(following - np.arange(ids.size), 255).astype(np.uint8)


def _has_blank(piece: str) -> bool:
    return len(piece) > 1 and piece[0] == " " and not piece[1].isspace()


def _indentation(piece: str) -> int:
    last = piece[piece.rindex("\n") + 1 :]
    return len(last) + (_TAB - 1) * last.count("\t")
