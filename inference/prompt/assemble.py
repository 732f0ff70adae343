"""Pieces of text and sentinels become the head of a prompt, as text and as ids; a tail goes behind.

The head is what doesn't change while somebody types.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from inference.errors import TokenizerError
from inference.types import Prompt, PromptPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import LeftOut
    from inference.models.formats import FimFormat
    from inference.prompt.layout import Piece
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Role


@dataclass(frozen=True, slots=True)
class Head:
    """A prompt up to where the typed text goes, assembled once; see `inference.types.Prompt`."""

    text: str = ""
    suffix: str = ""
    token_ids: tuple[int, ...] | None = None
    n_tokens: int = 0
    parts: tuple[PromptPart, ...] = ()


def assemble(pieces: Sequence[Piece], form: FimFormat, tokenizer: Tokenizer) -> Head:
    """The head of these pieces, one after the other, behind what every text begins with.

    Each is encoded apart, so that a token never reaches across a sentinel and what
    didn't change needn't be encoded again.

    Raises:
        TokenizerError: the tokenizer lacks a control token of the format.
    """
    encoded = [_encode(piece, tokenizer) for piece in pieces] if tokenizer.exact else None
    costs = _costs(pieces, tokenizer) if encoded is None else [len(found) for found in encoded]
    bos = () if encoded is None else tuple(_control(mark, tokenizer) for mark in form.beginning)
    has_ids = encoded is not None and not form.suffix_apart
    return Head(
        text="".join(piece.text for piece in pieces if not piece.apart),
        suffix="".join(piece.text for piece in pieces if piece.apart),
        token_ids=tuple(chain(bos, *(encoded or ()))) if has_ids else None,
        n_tokens=len(form.beginning) + form.added_tokens + sum(costs),
        parts=_parts(pieces, costs),
    )


def finish(
    head: Head,
    tail: str,
    form: FimFormat,
    tokenizer: Tokenizer,
    *,
    healing: str = "",
    left_out: tuple[LeftOut, ...] = (),
) -> Prompt:
    """The prompt of a head and what was typed since; only that is encoded.

    Raises:
        TokenizerError: the head has ids, and what was typed can't be given any.
    """
    ids = tokenizer.encode(tail) if tokenizer.exact and tail else None
    n_tail = tokenizer.count(tail) if ids is None else len(ids)
    if head.token_ids is not None and tail and ids is None:
        raise TokenizerError(f"the tokenizer {tokenizer.name} gives no ids for what was typed")
    whole = None if head.token_ids is None else head.token_ids + tuple(ids or ())
    typed = (PromptPart("typed", "", n_tail),) if tail else ()
    return Prompt(
        text=head.text + tail,
        token_ids=whole,
        n_tokens=head.n_tokens + n_tail,
        stops=form.stops,
        parts=head.parts + typed,
        bos=form.bos,
        left_out=left_out,
        healing=healing,
        suffix=head.suffix,
    )


def _encode(piece: Piece, tokenizer: Tokenizer) -> Sequence[int]:
    if piece.key:
        return (_control(piece.key, tokenizer),)
    ids = tokenizer.encode(piece.text) if piece.text else ()
    if ids is None:
        raise TokenizerError(f"the tokenizer {tokenizer.name} gives no ids for what is in a prompt")
    return ids


def _control(mark: str, tokenizer: Tokenizer) -> int:
    number = tokenizer.control_id(mark)
    if number is None:
        raise TokenizerError(f"the tokenizer {tokenizer.name} has no token {mark}")
    return number


def _costs(pieces: Sequence[Piece], tokenizer: Tokenizer) -> list[int]:
    return [1 if piece.key else tokenizer.count(piece.text) for piece in pieces]


def _parts(pieces: Sequence[Piece], costs: Sequence[int]) -> tuple[PromptPart, ...]:
    """One part for each snippet, and one for the prefix with the current file's header."""
    merged: dict[tuple[Role, int], PromptPart] = {}
    for piece, n_tokens in zip(pieces, costs, strict=True):
        if piece.role is None:
            continue
        key = (piece.role, piece.place)
        before = merged[key].n_tokens if key in merged else 0
        merged[key] = PromptPart(piece.role, piece.path, before + n_tokens)
    return tuple(merged.values())
