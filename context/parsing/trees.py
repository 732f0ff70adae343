"""Syntax trees of texts, and of texts that are an edit away from the last one.

Bounded whatever the text: error recovery can go on and on.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from tree_sitter import Parser, Point

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from context.parsing.grammars import Grammar

# A parser that can't make sense of a text goes through it again and again. Both what it does
# and what it reads is counted, as either may be dear. For a kilobyte of code it makes 5 to 30
# steps and reads 1 to 30 chunks, the most of them where a grammar looks far ahead.
_CHUNK_BYTES = 1024
_LEAST_READS, _BYTES_A_READ = 5_000, 25
_LEAST_STEPS, _BYTES_A_STEP = 800, 18
# After the first mistake a step takes up to a hundred times as long, if the text is one heap.
_STEPS_WHEN_LOST = 2
_MOST_LOOSE = 8_000
# A tree takes ten times the memory of its text, and few documents are typed in at a time.
_MOST_KEPT = 4
# A document that was given up is tried again at a change of many bytes, or at every eighth.
_NEAR_BYTES = 64
_TRIED_AGAIN = 8
# What is shorter is parsed anew in 2 ms, and then its facts are its text's alone.
_WORTH_BYTES = 20_000


class Grown(NamedTuple):
    """A text as a grammar was given it, and its tree."""

    grammar: Grammar
    data: bytes
    tree: Tree


class _GivenUp(NamedTuple):
    grammar: Grammar
    size: int
    n_spared: int


class Trees:
    """The last trees of the documents that are being typed in; safe to use from any thread.

    A keystroke in 5,000 lines is parsed in 1 ms instead of 25. Where a text doesn't parse, what
    becomes of the part that makes no sense can depend on what it was before: it did at one of
    6,000 keystrokes tried, 5 in 6 of which left an unfinished line behind.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Grown] = {}
        self._given_up: dict[str, _GivenUp] = {}
        self._lock = Lock()

    def tree(self, path: str, grammar: Grammar, data: bytes) -> Tree | None:
        """The tree of a document's text as it is now; None as for `tree_of`."""
        with self._lock:
            if self._is_hopeless(path, grammar, len(data)):
                return None
            last = self._kept.pop(path, None)
        tree = tree_after(last, grammar, data) if last else tree_of(grammar, data)
        with self._lock:
            if tree is None:
                self._given_up[path] = _GivenUp(grammar, len(data), 0)
                _forget_oldest(self._given_up)
            elif len(data) > _WORTH_BYTES:
                self._kept[path] = Grown(grammar, data, tree)
                _forget_oldest(self._kept)
        return tree

    def _is_hopeless(self, path: str, grammar: Grammar, size: int) -> bool:
        """Whether the document was given up a few keystrokes ago, and isn't to be tried again."""
        last = self._given_up.pop(path, None)
        if last is None or last.grammar is not grammar or abs(last.size - size) > _NEAR_BYTES:
            return False
        if last.n_spared + 1 == _TRIED_AGAIN:
            return False
        self._given_up[path] = last._replace(n_spared=last.n_spared + 1)
        return True


def _forget_oldest(kept: dict[str, Any]) -> None:
    while len(kept) > _MOST_KEPT:
        del kept[next(iter(kept))]


def tree_of(grammar: Grammar, data: bytes, before: Tree | None = None) -> Tree | None:
    """The syntax tree; None for a text of which nothing comes but endless error recovery.

    `before` is the tree of an earlier text, moved to where its pieces are in this one.
    """
    tree = _within_bounds(Parser(grammar.language), data, before)
    return None if tree is None or _is_rubble(tree.root_node) else tree


def tree_after(
    last: Grown, grammar: Grammar, data: bytes, *, is_brief: bool = False
) -> Tree | None:
    """The syntax tree of a text that is an edit away from another; None as for `tree_of`.

    What is short is parsed anew, if not for a brief look: that takes 2 ms, and the tree is
    then its text's alone.
    """
    is_worth_it = last.grammar is grammar and (is_brief or len(data) > _WORTH_BYTES)
    return tree_of(grammar, data, _edited(last, data) if is_worth_it else None)


class _Allowance:
    """What a parser may still do with a text: counts, so that a text always has the same facts.

    A scanner that looks for the end of what has none never asks whether to stop. What it
    asks for is more text: when it has had its share, the text ends.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reads = _LEAST_READS + len(data) // _BYTES_A_READ
        self._steps = _LEAST_STEPS + len(data) // _BYTES_A_STEP

    def read(self, at: int, _: Point) -> bytes:
        """The text from `at` on."""
        self._reads -= 1
        return self._data[at : at + _CHUNK_BYTES] if self._reads > 0 else b""

    def is_over(self, _at: int, has_error: bool) -> bool:  # noqa: FBT001 -- the parser's signature
        """Whether to stop; asked at every step."""
        self._steps -= _STEPS_WHEN_LOST if has_error else 1
        return self.is_spent

    @property
    def is_spent(self) -> bool:
        """Whether a tree that was made of the text isn't one of all of it."""
        return self._steps < 0 or self._reads <= 0


def _within_bounds(parser: Parser, data: bytes, before: Tree | None) -> Tree | None:
    allowance = _Allowance(data)
    read, is_over = allowance.read, allowance.is_over
    try:
        # The parser takes a tree or nothing at all: a None isn't nothing.
        if before is None:
            tree = parser.parse(read, progress_callback=is_over)
        else:
            tree = parser.parse(read, before, progress_callback=is_over)
    except ValueError:
        return None
    return None if allowance.is_spent else tree


def _is_rubble(root: Node) -> bool:
    """Whether nothing came of the text but loose tokens, on which a query takes quadratic time."""
    return root.is_error and root.child_count > _MOST_LOOSE


def _edited(last: Grown, data: bytes) -> Tree:
    """The last tree, its nodes moved as by one edit from the first difference to the last."""
    most = min(len(last.data), len(data))
    start = _shared(last.data, data, most)
    end = _shared(last.data[::-1], data[::-1], most - start)
    old_end, new_end = len(last.data) - end, len(data) - end
    tree = last.tree.copy()
    tree.edit(
        start,
        old_end,
        new_end,
        _point(last.data, start),
        _point(last.data, old_end),
        _point(data, new_end),
    )
    return tree


def _shared(left: bytes, right: bytes, most: int) -> int:
    """How many bytes both begin with, `most` at most: by halves, as comparing is all but free."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _point(data: bytes, at: int) -> Point:
    return Point(data.count(b"\n", 0, at), at - data.rfind(b"\n", 0, at) - 1)
