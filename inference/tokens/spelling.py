"""The bytes that the tokens of a vocabulary stand for, and which tokens make up which text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

# How a vocabulary spells its tokens: a sign for each byte, as GPT-2 does; pieces of sentences,
# where signs that are too rare are bytes by number; or as they are.
Spelling = Literal["bytes", "sentences", "plain"]
SPELLINGS: tuple[Spelling, ...] = ("bytes", "sentences", "plain")

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


class Token(NamedTuple):
    """A token of a text: its id, and the bytes it stands for."""

    number: int
    spelt: bytes


def _signs() -> dict[str, int]:
    """GPT-2's sign for each byte: itself where it can be seen, else the next beyond Latin 1."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in seen]
    beyond = {chr(256 + place): byte for place, byte in enumerate(hidden)}
    return {chr(byte): byte for byte in seen} | beyond


_SIGNS = _signs()


def spelt_bytes(token: str, spelling: Spelling) -> bytes | None:
    """What that token stands for; None where the vocabulary can't be spelled so."""
    if spelling == "bytes":
        try:
            return bytes(map(_SIGNS.__getitem__, token))
        except KeyError:
            return None
    if spelling == "sentences":
        number = _BYTE.fullmatch(token)
        return bytes.fromhex(number[1]) if number else token.replace("▁", " ").encode()
    return token.encode()


def share_out(tokens: Sequence[Token], texts: Sequence[str]) -> list[tuple[int, ...]] | None:
    """The ids of each of these texts, which the tokens spell one after the other.

    None where they spell something else, or a token reaches from one text into another.
    """
    shares: list[tuple[int, ...]] = []
    rest = iter(tokens)
    for text in texts:
        wanted = text.encode()
        numbers: list[int] = []
        spelt = b""
        while len(spelt) < len(wanted) and (token := next(rest, None)) is not None:
            numbers.append(token.number)
            spelt += token.spelt
        if spelt != wanted:
            return None
        shares.append(tuple(numbers))
    return shares if next(rest, None) is None else None
