"""An anchor: the place up to which a prompt stands still, and what stood around it.

A document is recognised by its text, not by offsets: an edit above the frozen window
moves every offset and changes nothing of the prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.normalise import normalise
from inference.prompt.assemble import Head
from inference.prompt.closers import gaps
from inference.prompt.windows import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from context.types import LeftOut, Snippet
    from inference.prompt.budget import Demand
    from inference.tokens.tokenizer import Tokenizer

# By so much of its end a window is looked for where the document was edited above it.
_MARK_CHARS = 256
_MAX_TRIES = 8
# A window's beginning is looked for so far from where it was.
_MAX_SHIFT = 8_192
_MAX_BLANKS = 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A prompt's head and the windows of the document that it was made of.

    Attributes:
        terms: what else the head depends on; another budget or format is another anchor.
        end: offset in the document where the prefix window ended when last seen.
        before: the document's text in the prefix window, as the editor has it.
        behind: likewise in the suffix window.
        opens: whether the document began with `before`, and so must still.
        closes: whether the document ended with `behind`, and so must still but for blanks.
        is_blind: whether the prompt shows nothing behind the cursor.
        reserve: tokens that may be typed; no more than the head leaves.
        demand: what its document would take of the budget.
        n_window: tokens of the two windows.
        n_front: tokens of the files in front.
        selected: the snippets that were selected when it was last used.
        front: those of them that were meant to stand before the document.
        shown: those that the head holds.
        left_out: what was selected and isn't in the head.
        head: empty where nothing is anchored and the document is only recognised.
    """

    terms: tuple[object, ...]
    end: int
    before: str
    behind: str
    opens: bool
    closes: bool
    is_blind: bool
    reserve: int
    demand: Demand
    n_window: int
    n_front: int = 0
    selected: tuple[Snippet, ...] = ()
    front: tuple[Snippet, ...] = ()
    shown: tuple[Snippet, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    head: Head = Head()  # noqa: RUF009 - a frozen value

    @property
    def room(self) -> int:
        """Tokens for other files next to the windows."""
        return self.demand.room - self.n_window

    @property
    def start(self) -> int:
        """Where the prefix window began in the document when last seen."""
        return self.end - len(self.before)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed since an anchor was made.

    Attributes:
        text: as the editor has it.
        n_tokens: of it.
        n_closers: how many characters stand between it and the frozen suffix.
    """

    text: str
    n_tokens: int
    n_closers: int

    @property
    def leaves_line(self) -> bool:
        """Whether the cursor is on another line than the anchor."""
        return "\n" in self.text


def typed_since(
    anchor: Anchor, prefix: str, suffix: str, tokenizer: Tokenizer
) -> tuple[Anchor, Typed] | None:
    """What was typed, and the anchor where it stands now; None where it doesn't serve.

    The frozen prefix window stands right before what was typed, the frozen suffix
    window right behind the cursor, save for what the editor closed by itself, and the
    reserve has room for what was typed.
    """
    for end in ends(anchor, prefix):
        text = prefix[end:]
        if len(text) > reach(anchor.reserve):
            return None
        n_closers = _closers(anchor, text, suffix)
        if n_closers is None:
            continue
        n_tokens = tokenizer.count(normalise(text)) if text else 0
        if n_tokens > anchor.reserve:
            return None
        moved = anchor if end == anchor.end else replace(anchor, end=end)
        return moved, Typed(text, n_tokens, n_closers)
    return None


def ends(anchor: Anchor, prefix: str) -> Iterator[int]:
    """Where the prefix window may end in this text: where it did, or near the cursor."""
    length = len(anchor.before)
    if anchor.opens:
        if prefix.startswith(anchor.before):
            yield length
        return
    if prefix.startswith(anchor.before, anchor.end - length):
        yield anchor.end
        return
    mark = anchor.before[-_MARK_CHARS:]
    floor, ceiling = max(0, len(prefix) - reach(anchor.reserve) - len(mark)), len(prefix)
    for _ in range(_MAX_TRIES if mark else 0):
        place = prefix.rfind(mark, floor, ceiling)
        if place < 0:
            return
        end = place + len(mark)
        if end >= length and prefix.startswith(anchor.before, end - length):
            yield end
        ceiling = end - 1


def starts(anchors: Iterable[Anchor], prefix: str) -> Iterator[int]:
    """Where the windows of these anchors begin in this text, those that are found."""
    for anchor in anchors:
        if anchor.opens:
            continue
        mark = anchor.before[:_MARK_CHARS]
        start = anchor.start
        if mark and not prefix.startswith(mark, start):
            start = prefix.find(mark, max(0, start - _MAX_SHIFT), start + _MAX_SHIFT)
        if mark and start > 0:
            yield start


def held_end(anchors: Sequence[Anchor], suffix: str) -> int:
    """Where a suffix window of these anchors ends in this text; 0 where none is found."""
    for anchor in anchors:
        if anchor.behind and not anchor.closes:
            start = suffix.find(anchor.behind[:_MARK_CHARS], 0, _MAX_BLANKS + _MARK_CHARS)
            if start >= 0 and suffix.startswith(anchor.behind, start):
                return start + len(anchor.behind)
    return 0


def _closers(anchor: Anchor, typed: str, suffix: str) -> int | None:
    """How many characters stand before the frozen suffix; None where it isn't there."""
    if anchor.is_blind:
        return 0
    for gap in gaps(suffix, typed):
        if suffix.startswith(anchor.behind, gap) and _ends_alike(anchor, suffix, gap):
            return gap
    return None


def _ends_alike(anchor: Anchor, suffix: str, gap: int) -> bool:
    """Whether nothing but blanks came behind a window that ended with its document."""
    if not anchor.closes:
        return True
    rest = suffix[gap + len(anchor.behind) :]
    return len(rest) <= _MAX_BLANKS and not rest.strip()
