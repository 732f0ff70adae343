"""The repository as one stream of tokens, indexed, and what has changed since."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.classes import classes_of
from inference.ngram.lexer import DOCUMENT, Vocabulary, lex, to_line_end
from inference.ngram.stores import LONGEST, far

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from inference.ngram.sources import Sources
    from inference.ngram.stores import Far


@dataclass(frozen=True, slots=True)
class Document:
    """A text to learn from; `digest` changes whenever the text does."""

    path: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class Base:
    """A trained repository.

    Attributes:
        classes: of every word of the vocabulary.
        to_end: how far each position is from its line's end.
        paths: the documents, sorted.
        digests: of each document.
        starts: where each document starts in the stream, one entry more than documents.
    """

    vocabulary: Vocabulary
    far: Far
    classes: NDArray[np.int8]
    to_end: NDArray[np.uint8]
    paths: tuple[str, ...]
    digests: tuple[str, ...]
    starts: NDArray[np.int64]

    def span(self, path: str) -> tuple[int, int]:
        """Where a document stands in the stream; an empty span for one unknown."""
        at = bisect_left(self.paths, path)
        if at == len(self.paths) or self.paths[at] != path:
            return 0, 0
        return int(self.starts[at]), int(self.starts[at + 1])


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents that are newer than the base, and those that the base must not show.

    Attributes:
        vocabulary: the base's, and the words that only changed documents have.
        streams: path, tokens and blanks of each changed document, sorted by path.
        hidden: for each of the base's documents, whether it is out of date.
        classes: of every word of the vocabulary.
    """

    vocabulary: Vocabulary
    streams: tuple[tuple[str, NDArray[np.int32], NDArray[np.uint8]], ...]
    hidden: NDArray[np.bool_]
    classes: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of a repository: a base, and the changes since it was trained.

    Attributes:
        seen_from: the repository as seen from documents that were completed lately.
    """

    base: Base
    changes: Changes | None = None
    seen_from: dict[str, Sources] = field(default_factory=dict, repr=False, compare=False)

    @property
    def vocabulary(self) -> Vocabulary:
        """Every word known."""
        return self.changes.vocabulary if self.changes else self.base.vocabulary

    @property
    def classes(self) -> NDArray[np.int8]:
        """The class of every word."""
        return self.changes.classes if self.changes else self.base.classes


def train(documents: Iterable[Document]) -> Base:
    """Index documents, sorted by path."""
    vocabulary = Vocabulary()
    ids: list[NDArray[np.int32]] = [np.zeros(LONGEST, np.int32)]
    blanks: list[NDArray[np.uint8]] = [np.zeros(LONGEST, np.uint8)]
    known: list[tuple[str, str]] = []
    starts = [LONGEST]
    for document in documents:
        lexemes = lex(document.text, vocabulary)
        ids += [lexemes.ids, np.array([DOCUMENT], np.int32)]
        blanks += [lexemes.blanks, np.zeros(1, np.uint8)]
        known.append((document.path, document.digest))
        starts.append(starts[-1] + lexemes.ids.size + 1)
    stream = np.concatenate(ids)
    words = vocabulary.words()
    return Base(
        # A new one, without what was remembered of every piece of text.
        Vocabulary(words),
        far(stream, np.concatenate(blanks), len(words)),
        classes_of(words),
        to_line_end(stream),
        tuple(path for path, _ in known),
        tuple(digest for _, digest in known),
        np.array(starts, np.int64),
    )


def note_changes(base: Base, changed: Iterable[Document], gone: Collection[str]) -> Changes:
    """What differs from the base: documents added or changed, and paths that are gone."""
    vocabulary = base.vocabulary.child()
    streams: list[tuple[str, NDArray[np.int32], NDArray[np.uint8]]] = []
    for document in sorted(changed, key=lambda document: document.path):
        lexemes = lex(document.text, vocabulary)
        streams.append((document.path, lexemes.ids, lexemes.blanks))
    outdated = {path for path, _, _ in streams}.union(gone)
    hidden = np.array([path in outdated for path in base.paths], np.bool_)
    classes = np.concatenate((base.classes, classes_of(vocabulary.words())))
    return Changes(vocabulary, tuple(streams), hidden, classes)
