"""Which rule of cutting holds for a tokenizer, found out by trying."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING

from inference.tokens.pieces import RULES, UNCUT
from inference.tokens.spelling import share_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inference.tokens.pieces import Rule
    from inference.tokens.spelling import Token

# Whatever kinds of characters a tokenizer's pattern tells apart stand here at the end of a
# line, around line ends and at the beginning of one.
_TAILS = (*"x1;'世🙂/", "क्", "x ", ";\t ", "")
_ENDS = ("\n", "\n\n", "\n  \n", "\n\t\n\n", "\r\n", "\n\r\n")
_HEADS = (*"xX1#_é🙂/", "  x", "\tx", "    1", " )", "'s", "      ")
PROBE = "".join(map("".join, product(_TAILS, _ENDS, _HEADS)))


# How vocabularies spell white space: those of bytes, and those of pieces of sentences.
_SPELLED = str.maketrans({"Ċ": "\n", "Ġ": " ", "č": "\r", "ĉ": "\t", "▁": " "})


@dataclass(frozen=True, slots=True)
class Words:
    """A text's ids, and where in it each word begins that was merged by itself."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]


def find_rule(
    split: Callable[[list[str]], list[Words]], vocabulary: Callable[[], Iterable[str]]
) -> Rule:
    """The finest rule under which a text's ids are those of its pieces.

    The ids must be the same on a text with every neighbourhood of a line end. As that
    may be so by chance, because no token joins just these, the tokenizer's pattern must
    end a word at each cut, too; or, where it has no pattern, no token of its
    vocabulary may reach over one.

    Args:
        split: the tokenizer at hand, for several texts at once.
        vocabulary: its tokens, as it spells them.
    """
    [whole] = split([PROBE])
    *finer, whole_texts = RULES
    for rule in finer:
        pieces = rule.cut(PROBE)
        parts = split(pieces)
        if whole.ids != tuple(chain.from_iterable(part.ids for part in parts)):
            continue
        if whole.starts == tuple(_starts(pieces, parts)):
            return rule
        if not rule.across.search("\0".join(vocabulary()).translate(_SPELLED)):
            return rule
    return whole_texts


def find_rule_by_asking(read: Callable[[str], list[Token]]) -> Rule:
    """The finest rule under which a text's ids are those of its pieces, by few questions.

    The probe is read as it is and with its pieces in another order, so that each has other
    neighbours; its ids must be the same.

    Args:
        read: a text's tokens.
    """
    *finer, whole_texts = UNCUT
    whole = read(PROBE)
    for rule in finer:
        first, *between, last = rule.cut(PROBE)
        shares = share_out(whole, [first, *between, last])
        if shares is None:
            continue
        mixed = [first, *reversed(between), last]
        again = share_out(read("".join(mixed)), mixed)
        if again == [shares[0], *reversed(shares[1:-1]), shares[-1]]:
            return rule
    return whole_texts


def _starts(pieces: list[str], parts: list[Words]) -> Iterator[int]:
    offset = 0
    for piece, part in zip(pieces, parts, strict=True):
        yield from (offset + start for start in part.starts)
        offset += len(piece)
