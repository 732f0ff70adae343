"""Where contexts are looked up besides the buffer, for a document at a path."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inference.ngram.stores import near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.ngram.base import Base, Changes, Model
    from inference.ngram.stores import Far, Matches, Near

_FOLDER_TOKENS = 20_000
_CHANGED_TOKENS = 20_000
_REMEMBERED = 8
_COMMON = 200


@dataclass(frozen=True, slots=True)
class Sources:
    """The repository as seen from one document.

    Attributes:
        folder: the documents around this one in its folder.
        far: the whole repository, the document's saved version included.
        classes: of the repository's words.
        to_end: how far each of its positions is from its line's end.
        span: the document's saved version, which `visible` leaves out.
        starts: where each document starts.
        hidden: which documents are out of date; None where none is.
    """

    folder: Near | None
    far: Far
    classes: NDArray[np.int8]
    to_end: NDArray[np.uint8]
    span: tuple[int, int]
    starts: NDArray[np.int64]
    hidden: NDArray[np.bool_] | None

    def visible(self, matches: Matches) -> Matches:
        """The matches that don't show what the buffer or a newer version replaces."""
        seen = visible(self, matches.at)
        return matches if seen.all() else matches.only(np.flatnonzero(seen))


def visible(sources: Sources, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which positions of the repository may be shown."""
    seen = (at < sources.span[0]) | (at >= sources.span[1])
    if sources.hidden is not None and sources.hidden.size:
        document = np.searchsorted(sources.starts, at, side="right") - 1
        seen &= ~sources.hidden[np.clip(document, 0, sources.hidden.size - 1)]
    return seen


def occurs(sources: Sources, token: int) -> bool:
    """Whether a token stands anywhere that may be shown."""
    first = sources.far.first
    if token + 1 >= first.size:
        return False
    at = sources.far.order[int(first[token]) : int(first[token + 1])]
    return at.size > _COMMON or bool(visible(sources, at.astype(np.int64) - 1).any())


def sources(model: Model, path: str) -> Sources:
    """What to look contexts up in for a document at `path`; remembered for the latest few."""
    found = model.seen_from.get(path)
    if found is None:
        if len(model.seen_from) >= _REMEMBERED:
            model.seen_from.clear()
        found = model.seen_from[path] = _look_from(model, path)
    return found


def _look_from(model: Model, path: str) -> Sources:
    base, changes = model.base, model.changes
    hidden = changes.hidden if changes is not None and changes.hidden.any() else None
    span = base.span(path)
    bare = Sources(None, base.far, base.classes, base.to_end, span, base.starts, hidden)
    low, high = _folder(base, path)
    at = np.arange(low + 1, max(high, low + 1))
    at = at[visible(bare, at)]
    if not at.size:
        return bare
    folder = near(base.far.ids, at, span[0] or low)
    return Sources(folder, base.far, base.classes, base.to_end, span, base.starts, hidden)


def _folder(base: Base, path: str) -> tuple[int, int]:
    """The stretch of the stream with the documents of the same folder and those below it.

    Documents stand sorted by path, so a folder is one stretch; of a large one
    only the surroundings of the document are taken.
    """
    head = path.rpartition("/")[0]
    first = bisect_left(base.paths, head + "/" if head else "")
    last = bisect_left(base.paths, head + "0") if head else len(base.paths)
    middle = int(base.starts[bisect_left(base.paths, path)])
    low, high = int(base.starts[first]), int(base.starts[last])
    return max(low, middle - _FOLDER_TOKENS), min(high, middle + _FOLDER_TOKENS)


def changed_stream(
    changes: Changes | None, path: str
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The tokens of changed documents other than `path`, nearest in path order first."""
    ids: list[NDArray[np.int32]] = []
    blanks: list[NDArray[np.uint8]] = []
    room = _CHANGED_TOKENS
    streams = changes.streams if changes else ()
    at = bisect_left(streams, path, key=lambda stream: stream[0])
    for _, (other, tokens, spaces) in sorted(
        enumerate(streams), key=lambda item: (abs(item[0] - at), item[0])
    ):
        if other != path and room > 0:
            ids += [tokens[:room], _MARK]
            blanks += [spaces[:room], _MARK.astype(np.uint8)]
            room -= tokens.size
    if not ids:
        return _MARK[:0], _MARK[:0].astype(np.uint8)
    return np.concatenate(ids), np.concatenate(blanks)


_MARK = np.zeros(1, np.int32)
