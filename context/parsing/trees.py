"""Syntax trees of texts, and of texts that are an edit away from the last one.

Bounded whatever the text: error recovery can go on and on.
"""

from __future__ import annotations

from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Parser, Point

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from context.parsing.grammars import Grammar

# Below this no text takes noticeable time; above it the parser's steps are counted. It
# makes 5 to 10 for a kilobyte of code and hundreds where it can't make sense of a text.
_SAFE_BYTES = 50_000
_CHUNK_BYTES = 65_536
_MOST_LOOSE = 8_000
# A tree takes ten times the memory of its text, and few documents are typed in at a time.
_MOST_KEPT = 4
# What is shorter is parsed anew in 2 ms, and then its facts are its text's alone.
_WORTH_BYTES = 20_000


class _Grown(NamedTuple):
    grammar: Grammar
    data: bytes
    tree: Tree


class Trees:
    """The last trees of the documents that are being typed in; safe to use from any thread.

    A keystroke in 5,000 lines is parsed in 1 ms instead of 25. Where a text doesn't parse, what
    becomes of the part that makes no sense can depend on what it was before: it did at one of
    6,000 keystrokes tried, 5 in 6 of which left an unfinished line behind.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Grown] = {}
        self._lock = Lock()

    def tree(self, path: str, grammar: Grammar, data: bytes) -> Tree | None:
        """The tree of a document's text as it is now; None as for `tree_of`."""
        with self._lock:
            last = self._kept.pop(path, None)
        before = last if last is not None and last.grammar is grammar else None
        tree = tree_of(grammar, data, _edited(before, data) if before else None)
        if tree is not None and len(data) > _WORTH_BYTES:
            with self._lock:
                self._kept[path] = _Grown(grammar, data, tree)
                while len(self._kept) > _MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
        return tree


def tree_of(grammar: Grammar, data: bytes, before: Tree | None = None) -> Tree | None:
    """The syntax tree; None for a text of which nothing comes but endless error recovery.

    `before` is the tree of an earlier text, moved to where its pieces are in this one.
    """
    parser = Parser(grammar.language)
    tree: Tree | None
    if len(data) >= _SAFE_BYTES:
        tree = _within_bounds(parser, data, before)
    else:
        # The parser takes a tree or nothing at all: a None isn't nothing.
        tree = parser.parse(data) if before is None else parser.parse(data, before)
    return None if tree is None or _is_rubble(tree.root_node) else tree


def _within_bounds(parser: Parser, data: bytes, before: Tree | None) -> Tree | None:
    steps = count()
    most = 2_000 + len(data) // 40

    def read(at: int, _: Point) -> bytes:
        return data[at : at + _CHUNK_BYTES]

    def is_over(_at: int, _has_error: bool) -> bool:  # noqa: FBT001 -- the parser's signature
        return next(steps) > most

    try:
        if before is None:
            return parser.parse(read, progress_callback=is_over)
        return parser.parse(read, before, progress_callback=is_over)
    except ValueError:
        return None


def _is_rubble(root: Node) -> bool:
    """Whether nothing came of the text but loose tokens, on which a query takes quadratic time."""
    return root.is_error and root.child_count > _MOST_LOOSE


def _edited(last: _Grown, data: bytes) -> Tree:
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
