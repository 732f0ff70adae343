"""What a request says about the hole: what stands before and after it, and what that implies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.brackets import closed_after, open_before, quote_of
from inference.ngram.classes import NAME, PAIRS, classes_of, kinds
from inference.ngram.lexer import DOCUMENT, N_RESERVED, lex, to_line_end
from inference.ngram.names import N_DESCRIBED, describe, look_around
from inference.ngram.sources import changed_stream
from inference.ngram.stores import LONGEST, near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.base import Model
    from inference.ngram.lexer import Lexemes, Vocabulary
    from inference.ngram.names import Surroundings
    from inference.ngram.stores import Near

BEFORE, AFTER = 24_000, 10_000
"""Code points read on either side of the cursor."""
ANY = -1
_BLOCK = 8192
_AROUND, _N_NAMES = 80, 20
_SHAPES = 3000
_HEADER_LINES, _N_HEADERS = 400, 2
_MARKS = np.zeros(LONGEST, np.int32)


@dataclass(slots=True)
class Situation:
    """Everything about a hole that stays the same while its filling is searched.

    Attributes:
        vocabulary: the model's, and the words that only this document has.
        classes: of every word of the vocabulary.
        ids: the tokens before the cursor, a document mark, those after it.
        keys: twice the id plus the blank before it, of the same tokens.
        focus: where the mark stands.
        end: where the document ends; tokens of changed documents follow.
        buffer: the same, indexed.
        to_end: how far each token is from its line's end.
        line: the tokens of the cursor's line before the cursor.
        below: the first tokens after the line.
        line_break: the kind of line break that ends the line, -1 at the document's end.
        open: brackets open at the cursor, the innermost last.
        needed: how many brackets what follows the line closes.
        quote: the quote that is open at the cursor, empty outside of strings.
        typed: the beginning of a word that stands before the cursor, not among `ids`.
        longer_by: how many characters more than that the word has at least.
        blank: whether one stands before that, or `ANY` where it is still open.
        around: what is known of the names here.
        names: words around the cursor, candidates in any case.
        closers: keys of what ends the line, a bracket or a string, likewise.
        shapes: classes of the tokens around the cursor, the first at `shape_origin`.
    """

    vocabulary: Vocabulary
    classes: NDArray[np.int8]
    ids: NDArray[np.int32]
    keys: NDArray[np.int32]
    focus: int
    end: int
    buffer: Near
    to_end: NDArray[np.uint8]
    line: NDArray[np.int32]
    below: NDArray[np.int32]
    line_break: int
    open: tuple[str, ...]
    needed: int
    quote: str
    typed: str
    blank: int
    around: Surroundings
    longer_by: int = 1
    names: NDArray[np.int64] = field(init=False)
    closers: list[int] = field(init=False)
    shapes: NDArray[np.int8] = field(init=False)
    shape_origin: int = field(init=False)
    _described: NDArray[np.float32] = field(init=False)
    _known: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self._described = np.zeros((self.classes.size, N_DESCRIBED), np.float32)
        self._known = np.zeros(self.classes.size, np.bool_)
        self.names = self._words_that_begin_so() if self.typed else self._words_around()
        closers = (self.line_break, self.closer(self.open), self.find(self.quote))
        self.closers = [2 * token for token in closers if token > 0]
        self.shape_origin = max(0, self.focus - _SHAPES)
        high = min(self.focus + _SHAPES, self.end)
        self.shapes = self.classes[self.ids[self.shape_origin : high]]

    def find(self, word: str) -> int:
        """The number of a lexeme, -1 for one nobody has met."""
        found = self.vocabulary.find(word)
        return -1 if found is None else found

    def closer(self, open_: tuple[str, ...]) -> int:
        """The token that closes the innermost open bracket, -1 where none is open."""
        return self.find(PAIRS[open_[-1]]) if open_ else -1

    def fits(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which keys go on from what has been typed of the next token, by index."""
        fits = (keys & 1) == self.blank if self.blank != ANY else np.ones(keys.size, np.bool_)
        which = np.flatnonzero(fits)
        if not self.typed:
            return which
        words = [self.vocabulary.word(token) for token in (keys[which] >> 1).tolist()]
        least = len(self.typed) + self.longer_by
        longer = [len(word) >= least and word.startswith(self.typed) for word in words]
        return which[np.array(longer, np.bool_)]

    def describe(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """What this document says of each token, whatever the filling so far."""
        new = tokens[~self._known[tokens]]
        if new.size:
            self._described[new] = describe(new, self.around, self.buffer, self.vocabulary)
            self._known[new] = True
        return self._described[tokens]

    def _words_around(self) -> NDArray[np.int64]:
        low, high = max(0, self.focus - _AROUND), min(self.focus + _AROUND, self.end)
        around = np.concatenate((self.ids[low : self.focus][::-1], self.ids[self.focus + 1 : high]))
        around = around[kinds(self.classes[around]) == NAME]
        return np.array(list(dict.fromkeys(around.tolist()))[:_N_NAMES], np.int64)

    def _words_that_begin_so(self) -> NDArray[np.int64]:
        every = np.unique(self.ids).astype(np.int64)
        return every[self.fits(2 * every + self.blank)]


def read_situation(
    prefix: str, suffix: str, model: Model, path: str, typed: str = "", longer_by: int = 1
) -> Situation:
    """The situation of a cursor between two texts, whatever they hold.

    `typed` is the end of the prefix, a word that isn't whole yet: it is taken
    back, and so is a blank before it, as tokens come with their blanks.
    """
    words = model.vocabulary.child()
    head, blank = _trim(_window(prefix), typed)
    left = lex(head, words)
    right = lex(suffix[:AFTER], words, int(left.widths[-1]) if left.widths.size else 0)
    changed, changed_blanks = changed_stream(model.changes, path)
    ids = np.concatenate((_MARKS, left.ids, _MARKS[:1], right.ids, _MARKS[:1], changed))
    focus, end = LONGEST + left.ids.size, LONGEST + left.ids.size + right.ids.size + 2
    blanks = np.zeros(ids.size, np.int32)
    blanks[LONGEST:focus] = left.blanks
    blanks[focus + 1 : end - 1] = right.blanks
    blanks[end:] = changed_blanks
    first = int(right.ids[0]) if right.ids.size else DOCUMENT
    line = ids[int(np.flatnonzero(ids[:focus] < N_RESERVED)[-1]) + 1 : focus]
    return Situation(
        vocabulary=words,
        classes=np.concatenate((model.classes, classes_of(words.words()))),
        ids=ids,
        keys=ids * 2 + blanks,
        focus=focus,
        end=end,
        buffer=near(ids, np.arange(1, ids.size), focus),
        to_end=to_line_end(ids),
        line=line,
        below=right.ids[:3],
        line_break=first if DOCUMENT < first < N_RESERVED else -1,
        open=open_before(left.ids, words),
        needed=closed_after(right.ids, words),
        quote=quote_of(line, words),
        typed=typed,
        blank=blank,
        around=look_around(ids, focus, end, line, _headers(left), words),
        longer_by=longer_by,
    )


def _window(prefix: str) -> str:
    """The end of the prefix; it starts at the same line for many keystrokes."""
    start = max(0, len(prefix) - BEFORE) // _BLOCK * _BLOCK
    if not start:
        return prefix[-2 * BEFORE :]
    line = prefix.find("\n", start, start + _BLOCK)
    return prefix[start if line < 0 else line + 1 :]


def _trim(head: str, typed: str) -> tuple[str, int]:
    """The text up to the last whole token, and the blank that stands after it."""
    head = head[: len(head) - len(typed)]
    bare = head.rstrip(" \t")
    if not bare or bare.endswith("\n"):
        return head, 0
    if len(bare) < len(head):
        return bare, 1
    return bare, 0 if typed else ANY


def _headers(before: Lexemes) -> NDArray[np.int32]:
    """The tokens of the lines that open the innermost blocks around the cursor."""
    if not before.widths.size:
        return before.ids[:0]
    breaks = before.breaks[-_HEADER_LINES:].tolist()
    widths = before.widths[-_HEADER_LINES:].tolist()
    found: list[NDArray[np.int32]] = []
    indentation = widths[-1]
    for at in range(len(breaks) - 2, -1, -1):
        if widths[at] < indentation and len(found) < _N_HEADERS:
            indentation = widths[at]
            found.append(before.ids[breaks[at] + 1 : breaks[at + 1]])
    return np.concatenate(found) if found else before.ids[:0]
