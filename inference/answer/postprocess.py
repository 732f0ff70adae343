"""Generated text becomes what can be put into the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.answer.brackets import QUOTES, imbalance, open_string, unmatched
from inference.answer.cuts import CUTS_BY_EXTENT, cut_at, effective_extent
from inference.answer.filters.chain import FILTERS
from inference.answer.filters.foreign import leak_in
from inference.answer.lines import SIGNIFICANT
from inference.normalise import normalise
from inference.types import NoCompletion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Extent
    from inference.answer.hole import Hole

_TORN_SENTINEL = re.compile("<[|\uff5c][^<>]{0,40}$")
_CLOSERS = ")]}" + QUOTES
_ENDS = _CLOSERS + ";,:"
_NOTHING = "the model generated nothing"
_BLANKS = "the model generated nothing but blanks"
# Lines and places beyond which nobody retypes; trying each costs as much as the text is long.
_MAX_RETYPED = 128
_MAX_PLACES = 64
# More signs than anybody leaves after the cursor; trying each number of them costs as much
# as the document around the cursor is long.
_MAX_SIGNS = 32
_REPEATS = "it only repeats what follows the cursor"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text that fits its hole.

    Attributes:
        n_replaced: characters after the cursor, on its line, that the text takes the
            place of, as it holds them itself.
    """

    text: str
    n_replaced: int = 0


def fit(text: str, hole: Hole, extent: Extent, *, torn: bool = False) -> Fitted | NoCompletion:
    """The text as it should be offered, or why nothing of it should.

    Args:
        text: what was generated so far.
        hole: where it goes.
        extent: how much is wanted.
        torn: whether generation ended for want of tokens or time, so that the last
            line may be incomplete.
    """
    text = normalise(text)
    if not text:
        return NoCompletion(_NOTHING)
    text = text[: leak_in(text, hole)]
    if torn:
        text = _drop_torn(text)
    for reason, cut in (*CUTS_BY_EXTENT[effective_extent(hole, extent)], *FILTERS):
        offset = cut_at(text + "\n", hole, cut)
        if offset is not None:
            text = text[:offset]
            if not text.strip():
                return NoCompletion(reason)
    if not text.strip():
        return NoCompletion(_BLANKS)
    fitted = _fit_rest(_end(trim_overlap(text, hole), hole), hole)
    if not fitted.text.strip():
        return NoCompletion(_REPEATS)
    return Fitted(fitted.text.replace("\n", hole.newline), fitted.n_replaced)


def trim_overlap(text: str, hole: Hole) -> str:
    """The text without the lines at its end that the document already has next.

    Models often retype the closing bracket or the next lines. Brackets alone stay
    where they are needed to close one of the text's own.
    """
    lines = text.rstrip().split("\n")
    first = 0 if hole.on_blank_line else 1
    for place in range(max(first, len(lines) - _MAX_RETYPED), len(lines)):
        tail = lines[place:]
        if place == 0:
            tail = [hole.before + tail[0], *tail[1:]]
        if tail[0].strip() and _begins_with(hole.following, tail):
            kept = "\n".join(lines[:place])
            if any(SIGNIFICANT.search(line) for line in tail) or _balances(kept, text, hole):
                return kept
    return text


def _balances(kept: str, text: str, hole: Hole) -> bool:
    """Whether the brackets around the cursor are no worse off without the rest of the text."""
    without = imbalance(hole.above + kept, hole.below)
    with_all = imbalance(hole.above + text, hole.below)
    return without < with_all or (without == with_all and not unmatched(kept)[1])


def _begins_with(following: Sequence[str], tail: list[str]) -> bool:
    """Whether the document goes on with these lines, of which the last may be half there."""
    *whole, last = tail
    if len(tail) > len(following) or not following[len(whole)].startswith(last.rstrip()):
        return False
    is_whole = following[len(whole)].rstrip() == last.rstrip()
    is_piece = bool(whole) and SIGNIFICANT.search(last) is not None
    return (is_whole or is_piece) and all(
        mine.rstrip() == theirs.rstrip() for mine, theirs in zip(whole, following, strict=False)
    )


def _end(text: str, hole: Hole) -> str:
    """The text without blanks at its end; a bracket after the cursor keeps its own line."""
    bare = text.rstrip()
    if hole.at_line_end:
        return bare
    own_line = "\n" in bare and "\n" in text[len(bare) :] and hole.rest[0] in _CLOSERS
    if not own_line:
        return text.rstrip("\n")
    return bare + "\n" + hole.before[: len(hole.before) - len(hole.before.lstrip())]


def _fit_rest(text: str, hole: Hole) -> Fitted:
    """The text without, or in the place of, what stands after the cursor on its line."""
    rest = hole.rest.rstrip()
    if not rest:
        return Fitted(text)
    if re.search(r"\w", rest):
        whole = text.endswith(rest) and not unmatched(text[: -len(rest)])[1]
        return Fitted(text[: -len(rest)] if whole else text)
    most = min(len(rest), _MAX_SIGNS)
    for size in range(most if rest[0] in _ENDS else 0, 0, -1):
        kept = text[:-size]
        if text.endswith(rest[:size]) and _closes(kept, rest, hole) and _balances(kept, text, hole):
            return Fitted(kept)
    for size in range(most if rest[0] in _CLOSERS else 0, 0, -1):
        if _holds(text, rest[:size], hole):
            return Fitted(text, size)
    return Fitted(text)


def _holds(text: str, rest: str, hole: Hole) -> bool:
    """Whether the text itself brings what stands after the cursor, and goes on from there."""
    if rest not in text or open_string(_last_line(hole.before + text)):
        return False
    above = hole.above + text
    if rest[0] in ")]}" and imbalance(above, hole.below[len(rest) :]) >= imbalance(
        above, hole.below
    ):
        return False
    place = -1
    for _ in range(_MAX_PLACES):
        place = text.find(rest, place + 1)
        if place < 0 or _closes(text[:place], rest, hole):
            return place >= 0
    return False


def _closes(text: str, rest: str, hole: Hole) -> bool:
    """Whether the rest, coming right after `text`, closes what was open before the cursor."""
    quote = open_string(_last_line(hole.before + text))
    if quote or rest[0] in QUOTES:
        return rest[0] == quote
    return not unmatched(text)[1]


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2]


def _drop_torn(text: str) -> str:
    """Without the last line where there are others, and without half a sentinel."""
    head, border, tail = text.rpartition("\n")
    if border and head.strip() and tail.strip():
        return head
    return _TORN_SENTINEL.sub("", text)
