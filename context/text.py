r"""Text as lines, words, bytes and digests: the one place that turns bytes into offsets.

Lines end at `\n` alone, as grammars count them: a form feed or U+2028 inside a
line doesn't start another.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d]\w*")
# A code point is counted at its first byte; those that follow are 0b10xxxxxx.
CONTINUATION = bytes(range(0x80, 0xC0))
_DIGITS = b"0123456789"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
# What isn't ASCII may be a letter: that is looked at word by word.
_KEPT = frozenset(_LETTERS + _DIGITS + b"." + bytes(range(0x80, 0x100)))
_APART = bytes(byte if byte in _KEPT else ord(" ") for byte in range(256))


def to_bytes(text: str) -> bytes:
    """UTF-8 of any text; a lone surrogate, which editors do send, gets three bytes of its own."""
    return text.encode("utf-8", "surrogatepass")


def from_bytes(data: bytes) -> str:
    """The text of bytes that `to_bytes` made, or of a piece of them."""
    return data.decode("utf-8", "replace")


def digest(data: bytes) -> str:
    """A short name of these bytes, different for any others."""
    return blake2b(data, digest_size=12).hexdigest()


@lru_cache(maxsize=1)
def chains(data: bytes) -> frozenset[bytes]:
    """Every run of words joined by dots (`self.app.run`), each once, as a text has them.

    Bytes are told apart by a table and split at blanks, which takes four fifths of the time of
    a regular expression for words, and those who ask for members need no pass of their own.
    """
    return frozenset(data.translate(_APART).split())


def words(data: bytes) -> str:
    """Every identifier-like word of a text given as UTF-8, sorted, one a line.

    Those in comments and strings too.
    """
    found = sorted(set(b".".join(chains(data)).split(b".")))
    # Nothing, and what begins with a digit: of `0x1f` the word is what follows the digits.
    first = bisect_left(found, b":")
    odd = found[:first]
    plain = found[first:]
    if not data.isascii():
        odd += [word for word in plain if not word.isascii()]
        plain = [word for word in plain if word.isascii()]
    more = {to_bytes(word) for each in odd for word in _WORD.findall(from_bytes(each))}
    return from_bytes(b"\n".join(sorted(more.union(plain)) if more else plain))


def offsets(data: bytes, positions: Iterable[int]) -> dict[int, int]:
    """Code-point offsets of byte positions in UTF-8, found in one pass over the text."""
    if data.isascii():
        return {position: position for position in positions}
    found: dict[int, int] = {}
    last = chars = 0
    for position in sorted(set(positions)):
        chars += len(data[last:position].translate(None, CONTINUATION))
        found[position] = chars
        last = position
    return found


def lines(text: str) -> list[str]:
    """The lines of `text` with their ends; a text that ends in a newline has no empty last one."""
    pieces = text.split("\n")
    tail = pieces.pop()
    return [piece + "\n" for piece in pieces] + ([tail] if tail else [])


@lru_cache(maxsize=4)
def line_starts(text: str) -> Sequence[int]:
    """Offset of each line's first character, an empty last line's too.

    A selection asks three times for those of one text.
    """
    ends = accumulate(map(len, text.split("\n")[:-1]))
    return (0, *map(add, ends, count(1)))


def line_of(starts: Sequence[int], offset: int) -> int:
    """The line, counted from 0, in which `offset` lies."""
    return bisect_right(starts, offset) - 1
