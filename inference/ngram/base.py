"""The repository as one stream of tokens, indexed."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.evidence import Sources
from inference.ngram.lexer import DOCUMENT, Vocabulary, lex
from inference.ngram.stores import far, near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from inference.ngram.stores import Far

_SIBLING_TOKENS = 60_000


@dataclass(frozen=True, slots=True)
class Base:
    """A trained repository.

    Attributes:
        paths: the documents, sorted.
        starts: where each document starts in the stream, one entry more than documents.
    """

    vocabulary: Vocabulary
    far: Far
    paths: tuple[str, ...]
    starts: NDArray[np.int64]

    def span(self, path: str) -> tuple[int, int]:
        """Where a document stands in the stream; an empty span for one unknown."""
        at = bisect_left(self.paths, path)
        if at == len(self.paths) or self.paths[at] != path:
            return 0, 0
        return int(self.starts[at]), int(self.starts[at + 1])


def train(texts: Iterable[tuple[str, str]]) -> Base:
    """Index documents, given as path and text, sorted by path."""
    vocabulary = Vocabulary()
    ids: list[NDArray[np.int32]] = [np.zeros(1, np.int32)]
    blanks: list[NDArray[np.uint8]] = [np.zeros(1, np.uint8)]
    paths: list[str] = []
    starts = [1]
    for path, text in texts:
        lexemes, _ = lex(text, vocabulary)
        ids += [lexemes.ids, np.array([DOCUMENT], np.int32)]
        blanks += [lexemes.blanks, np.zeros(1, np.uint8)]
        paths.append(path)
        starts.append(starts[-1] + lexemes.ids.size + 1)
    stream = np.concatenate(ids)
    index = far(stream, np.concatenate(blanks), len(vocabulary))
    return Base(vocabulary, index, tuple(paths), np.array(starts, np.int64))


def sources(base: Base, path: str) -> Sources:
    """What to look contexts up in for a document at `path`, its saved version left out."""
    hide = base.span(path)
    folder = path.rpartition("/")[0]
    ids: list[NDArray[np.int32]] = []
    blanks: list[NDArray[np.uint8]] = []
    room = _SIBLING_TOKENS
    for other in sorted(siblings(base, path), key=lambda p: (abs(len(p) - len(path)), p)):
        low, high = base.span(other)
        if high - low <= room:
            ids.append(base.far.ids[low:high])
            blanks.append(base.far.blanks[low:high])
            room -= high - low
    if not ids:
        return Sources(None, base.far, hide)
    return Sources(near(np.concatenate(ids), np.concatenate(blanks)), base.far, hide)


def siblings(base: Base, path: str) -> list[str]:
    """The other documents of the same folder."""
    folder = path.rpartition("/")[0]
    head = folder + "/" if folder else ""
    low = bisect_left(base.paths, head)
    found: list[str] = []
    for other in base.paths[low:]:
        if not other.startswith(head):
            break
        if other != path and "/" not in other[len(head) :]:
            found.append(other)
    return found
