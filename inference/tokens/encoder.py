"""Ids of texts, put together from those of their pieces, which are kept."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from inference.tokens.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference.tokens.pieces import Rule

    Ids = tuple[int, ...]
    EncodePieces = Callable[[list[str]], Sequence[Ids]]

# A million ids are 8 MB, and as many again where they are kept for the first time.
_PIECES_ROOM = 1_000_000
_TEXTS_ROOM = 1_000_000
_COUNTS_ROOM = 1_000_000
# What keeping a value takes beside it, as ids.
_OVERHEAD = 16
# Texts shorter than this are put together from their pieces as fast as they are found.
_LEAST_KEPT = 512


class PieceEncoder:
    """Ids and counts of texts that are mostly made of pieces seen before.

    Between two keystrokes one line of a window differs, and of the files in a prompt
    none: whole texts are found at once, others by their pieces, and only pieces never
    seen are encoded, all of a text together.

    Args:
        rule: how texts are cut so that their pieces' ids are their own.
        encode_pieces: the ids of each of these pieces.
    """

    def __init__(self, rule: Rule, encode_pieces: EncodePieces) -> None:
        self.rule = rule
        self._encode_pieces = encode_pieces
        self._pieces: Kept[Ids] = Kept(_PIECES_ROOM, _ids_size)
        self._texts: Kept[Ids] = Kept(_TEXTS_ROOM, _ids_size)
        self._counts: Kept[int] = Kept(_COUNTS_ROOM, _count_size)

    def encode(self, text: str) -> Ids:
        """The text's ids."""
        if len(text) < _LEAST_KEPT:
            return self._encode(text)
        found = self._texts.get(text)
        if found is None:
            found = self._encode(text)
            self._texts.put(text, found)
        return found

    def count(self, text: str) -> int:
        """How many ids the text has."""
        if len(text) < _LEAST_KEPT:
            return self._count(text)
        found = self._counts.get(text)
        if found is None:
            found = self._count(text)
            self._counts.put(text, found)
        return found

    def _encode(self, text: str) -> Ids:
        return tuple(chain.from_iterable(self._pieces_of(text)))

    def _count(self, text: str) -> int:
        return sum(map(len, self._pieces_of(text)))

    def _pieces_of(self, text: str) -> Sequence[Ids]:
        pieces = self.rule.cut(text)
        return self._pieces.get_all(pieces) or self._found_out(pieces)

    def _found_out(self, pieces: list[str]) -> list[Ids]:
        """The ids of each piece where some aren't in the young generation."""
        known: dict[str, Ids] = {}
        new: list[str] = []
        for piece in dict.fromkeys(pieces):
            ids = self._pieces.get(piece)
            if ids is None:
                new.append(piece)
            else:
                known[piece] = ids
        for piece, ids in zip(new, self._encode_pieces(new) if new else (), strict=True):
            self._pieces.put(piece, ids)
            known[piece] = ids
        return [known[piece] for piece in pieces]


def _ids_size(text: str, ids: Ids) -> int:
    return len(ids) + len(text) // 8 + _OVERHEAD


def _count_size(text: str, _: int) -> int:
    return len(text) // 8 + _OVERHEAD
