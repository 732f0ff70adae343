"""What a request says about the hole: what stands before and after it, and what that implies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.lexer import DEEPER, DOCUMENT, N_RESERVED, OUTER, SAME, Vocabulary, lex
from inference.ngram.stores import LONGEST, Near, near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PAIRS = {"(": ")", "[": "]", "{": "}"}
QUOTES = frozenset(('"', "'", '"""', "'''", "`"))
NAME, NUMBER, CLOSER, OPENER, QUOTE, SIGN, END, OTHER_END = range(8)
KINDS = 9
N_STATIC = 9
_REACH = 400
"""Tokens searched for brackets that are open around the cursor."""
WINDOW = 120_000
"""Code points read on either side of the cursor."""


@dataclass(slots=True)
class Situation:
    """Everything about a hole that stays the same while its filling is searched.

    Attributes:
        vocabulary: the model's, and the words that only this document has.
        before: ids up to the cursor.
        after: ids from the line break that ends the hole's line.
        buffer: both sides as one stream.
        line_break: the kind of line break that ends the line, None at the document's end.
        open: brackets open at the cursor, the innermost last.
        needed: how many brackets what follows the line closes.
        quote: the quote that is open at the cursor, empty outside of strings.
    """

    vocabulary: Vocabulary
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    buffer: Near
    line_break: int | None
    open: tuple[str, ...]
    needed: int
    quote: str
    line: frozenset[int]
    names: list[int] = field(default_factory=list)
    closers: list[int] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)
    next: dict[int, int] = field(default_factory=dict)
    n_before: dict[int, int] = field(default_factory=dict)
    n_after: dict[int, int] = field(default_factory=dict)
    _kind: NDArray[np.int8] = field(init=False)
    _static: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self._kind = np.full(len(self.vocabulary), -1, np.int8)
        self._static = np.zeros((len(self.vocabulary), N_STATIC), np.float32)

    def kinds(self, tokens: NDArray[np.int64]) -> NDArray[np.int8]:
        """The kind of each token."""
        kinds = self._kind[tokens]
        if (kinds < 0).any():
            for token in set(tokens[kinds < 0].tolist()):
                self._fill(token)
            kinds = self._kind[tokens]
        return kinds

    def static(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """What is known of each token in this document; call `kinds` first."""
        return self._static[tokens]

    def is_name(self, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which tokens are words."""
        return self.kinds(tokens) == NAME

    def find(self, word: str) -> int:
        """The number of a lexeme, -1 for one nobody has met."""
        found = self.vocabulary.find(word)
        return -1 if found is None else found

    def closer(self, open_: tuple[str, ...]) -> int:
        """The token that closes the innermost open bracket, -1 where none is open."""
        return self.find(PAIRS[open_[-1]]) if open_ else -1

    def _fill(self, token: int) -> None:
        if token < N_RESERVED:
            self._kind[token] = 6 if token == self.line_break or not self.line_break else 7
            return
        self._kind[token] = kind_of(self.vocabulary.word(token))
        before, after = self.last.get(token), self.next.get(token)
        n_before, n_after = self.n_before.get(token, 0), self.n_after.get(token, 0)
        self._static[token] = (
            before is not None,
            0 if before is None else np.log1p(before) / 5,
            after is not None,
            0 if after is None else np.log1p(after) / 5,
            np.log1p(n_before) / 3,
            np.log1p(n_after) / 3,
            n_after > 0 and n_before == 0,
            token in self.line,
            after is not None and after < 30 and n_before == 0,
        )


def kind_of(word: str) -> int:
    """What sort of lexeme a word is."""
    first = word[0]
    if first.isdigit():
        return 1
    if first.isalnum() or first == "_":
        return NAME
    if first in ")]}":
        return 2
    if first in "([{":
        return 3
    return QUOTE if word in QUOTES else 5


def read_situation(prefix: str, suffix: str, vocabulary: Vocabulary) -> Situation:
    """The situation of a cursor between two texts, whatever they hold."""
    words = vocabulary.child()
    head = prefix[-WINDOW:]
    if len(prefix) > WINDOW:
        head = head[head.find("\n") + 1 :]
    left, indentation = lex(head, words)
    indentation = _line_indentation(head)
    right, _ = lex(suffix[:WINDOW], words, indentation)
    ids = np.concatenate((left.ids, [DOCUMENT], right.ids)).astype(np.int32)
    blanks = np.concatenate((left.blanks, [0], right.blanks)).astype(np.uint8)
    ids = np.append(ids, np.int32(DOCUMENT))
    blanks = np.append(blanks, np.uint8(0))
    before, after = left.ids, right.ids
    quote, line = _line_state(before, words)
    situation = Situation(
        vocabulary=words,
        before=np.concatenate((np.zeros(LONGEST, np.int32), before)),
        after=after,
        buffer=near(ids, blanks, before.size),
        line_break=int(after[0]) if after.size and 0 < after[0] < N_RESERVED else None,
        open=_open_before(before, words),
        needed=_closed_after(after, words),
        quote=quote,
        line=line,
    )
    _count(situation, before, after)
    around = [*before[-80:].tolist()[::-1], *after[:80].tolist()]
    tokens = np.array(around, np.int64)
    names = tokens[situation.is_name(tokens)] if tokens.size else tokens
    situation.names = list(dict.fromkeys(names.tolist()))[:24]
    if situation.open:
        situation.closers = [2 * situation.closer(situation.open)]
    if situation.line_break is not None:
        situation.closers.append(2 * situation.line_break)
    return situation


def _count(situation: Situation, before: NDArray[np.int32], after: NDArray[np.int32]) -> None:
    size = before.size
    for at, token in enumerate(before.tolist()):
        situation.last[token] = size - at
        situation.n_before[token] = situation.n_before.get(token, 0) + 1
    for at, token in enumerate(after.tolist()):
        situation.next.setdefault(token, at + 1)
        situation.n_after[token] = situation.n_after.get(token, 0) + 1


def _line_indentation(head: str) -> int:
    line = head[head.rfind("\n") + 1 :]
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank) + 3 * blank.count("\t")


def _line_state(before: NDArray[np.int32], words: Vocabulary) -> tuple[str, frozenset[int]]:
    tail = before[-_REACH:]
    breaks = np.flatnonzero((tail > 0) & (tail < N_RESERVED))
    tail = tail[breaks[-1] + 1 :] if breaks.size else tail
    line = tail.tolist()
    quote = ""
    for token in line:
        word = words.word(token)
        if word in QUOTES:
            quote = "" if word == quote else quote or word
    return quote, frozenset(line)


def _lines(tail: Sequence[int]) -> list[list[int]]:
    lines: list[list[int]] = [[]]
    for token in tail:
        if 0 < token < N_RESERVED:
            lines.append([token])
        else:
            lines[-1].append(token)
    return lines


def _brackets(line: Sequence[int], words: Vocabulary) -> str:
    """The brackets of a line that don't stand in a string."""
    quote, found = "", ""
    for token in line:
        word = words.word(token)
        if word in QUOTES:
            quote = "" if word == quote else quote or word
        elif not quote and word == "#":
            break
        elif not quote and word in "()[]{}":
            found += word
    return found


def _open_before(before: NDArray[np.int32], words: Vocabulary) -> tuple[str, ...]:
    """Openers without a closer, looking back until a line of a block's own level."""
    found: list[str] = []
    closers = 0
    lines = _lines(before[-_REACH:].tolist())
    lowest = level = 0
    for line in reversed(lines):
        opened = len(found)
        for bracket in reversed(_brackets(line, words)):
            if bracket in ")]}":
                closers += 1
            elif closers:
                closers -= 1
            else:
                found.append(bracket)
        if level < lowest:
            lowest = level
            if len(found) == opened:
                break
        start = line[0] if line else DOCUMENT
        level += {DEEPER: -1, OUTER: 1, SAME: 0}.get(start, 0)
    return tuple(reversed(found))


def _closed_after(after: NDArray[np.int32], words: Vocabulary) -> int:
    """Closers without an opener, looking ahead until a line of a block's own level."""
    found = openers = 0
    lowest = level = 0
    for line in _lines(after[:_REACH].tolist()):
        closed = found
        start = line[0] if line else DOCUMENT
        level += {DEEPER: 1, OUTER: -1, SAME: 0}.get(start, 0)
        for bracket in _brackets(line, words):
            if bracket in "([{":
                openers += 1
            elif openers:
                openers -= 1
            else:
                found += 1
        if level < lowest:
            lowest = level
            if found == closed:
                break
    return found
