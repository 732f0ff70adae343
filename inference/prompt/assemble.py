"""Pieces of text and sentinels become one prompt, as text and as ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import TokenizerError
from inference.types import Prompt, PromptPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import LeftOut
    from inference.models.formats import FimFormat
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Role


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt; a control token where `role` is None."""

    role: Role | None
    path: str
    text: str


def assemble(
    pieces: Sequence[Piece],
    form: FimFormat,
    tokenizer: Tokenizer,
    left_out: tuple[LeftOut, ...] = (),
) -> Prompt:
    """The prompt of these pieces, one after the other.

    Each is encoded apart, so that a token never reaches across a sentinel and what
    didn't change needn't be encoded again.
    """
    ids = _encode(pieces, form, tokenizer) if tokenizer.exact else None
    costs = _costs(pieces, tokenizer)
    n_sentinels = 1 + sum(piece.role is None for piece in pieces)
    return Prompt(
        text="".join(piece.text for piece in pieces),
        token_ids=ids,
        n_tokens=n_sentinels + sum(costs),
        stops=form.stops,
        parts=_parts(pieces, costs),
        bos=form.bos,
        left_out=left_out,
    )


def _encode(pieces: Sequence[Piece], form: FimFormat, tokenizer: Tokenizer) -> tuple[int, ...]:
    ids = [_control(form.bos, tokenizer)]
    for piece in pieces:
        if piece.role is None:
            ids.append(_control(piece.text, tokenizer))
        else:
            ids += tokenizer.encode(piece.text) or ()
    return tuple(ids)


def _control(mark: str, tokenizer: Tokenizer) -> int:
    number = tokenizer.control_id(mark)
    if number is None:
        raise TokenizerError(f"the tokenizer {tokenizer.name} has no token {mark}")
    return number


def _costs(pieces: Sequence[Piece], tokenizer: Tokenizer) -> list[int]:
    """Tokens of each piece; nothing for sentinels, which aren't part of any text."""
    return [0 if piece.role is None else tokenizer.count(piece.text) for piece in pieces]


def _parts(pieces: Sequence[Piece], costs: Sequence[int]) -> tuple[PromptPart, ...]:
    """One part for each snippet, and one for the prefix with the current file's header."""
    merged: dict[tuple[int, Role], PromptPart] = {}
    for place, (piece, n_tokens) in enumerate(zip(pieces, costs, strict=True)):
        if piece.role is None:
            continue
        key = (place if piece.role == "snippet" else -1, piece.role)
        before = merged[key].n_tokens if key in merged else 0
        merged[key] = PromptPart(piece.role, piece.path, before + n_tokens)
    return tuple(merged.values())
