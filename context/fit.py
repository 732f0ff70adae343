"""Candidates into a budget: who is shown, and how much of them. Never a token over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context import candidates as c
from context.types import LeftOut, Snippet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.candidates import Candidate
    from context.forms import Level, Rendered
    from context.index import Index
    from context.memo import Memo
    from context.types import TokenCounter

# What only leads away from the place may take this share of what is left, and no more.
_FAR_SHARE = 0.25
_MOST_LEFT_OUT = 30
# With less room than this no signature fits, and no larger form; trying only costs time.
_LEAST_TOKENS = 12
_LEAST_MORE_TOKENS = 40
# No tokenizer makes fewer tokens of that many characters of code; saves counting long files.
_MOST_CHARS_PER_TOKEN = 8

_SMALLEST: dict[str, tuple[Level, ...]] = {
    c.IMPORTED: ("members", "bare"),
    c.NAMED: ("members", "bare"),
    c.DEEPER: ("documented", "members", "bare"),
    c.IMPORTER: ("uses",),
    c.SIBLING: ("members",),
    c.NEIGHBOUR: ("head",),
}
_SIGNATURES: tuple[Level, ...] = ("documented", "undocumented")
_LARGER: tuple[Level, ...] = ("full", "bodies and outline", "bodies", "outline")


@dataclass(slots=True)
class _Room:
    """What is taken so far, and what is left."""

    index: Index
    cost: TokenCounter
    read: Callable[[str], str | None]
    memo: Memo
    left: int
    taken: dict[str, tuple[Rendered, int]] = field(
        default_factory=dict[str, "tuple[Rendered, int]"]
    )

    def put(self, item: Candidate, levels: Sequence[Level], most: int) -> int:
        """Show `item` at the first level that fits, instead of as before; what that costs more."""
        old, before = self.taken.get(item.path, (None, 0))
        room = before + min(self.left, most)
        least = _LEAST_MORE_TOKENS if old else _LEAST_TOKENS
        for level in levels if room - before >= least else ():
            form = self.memo.form(level, item, self.index, self.read)
            if form is None or len(form.text) > room * _MOST_CHARS_PER_TOKEN:
                continue
            if form == old:
                break
            tokens = self.memo.count(self.cost, item.path, form.text)
            if tokens <= room:
                self.taken[item.path] = (form, tokens)
                self.left -= tokens - before
                return tokens - before
        return 0


def fit(
    found: Sequence[Candidate],
    index: Index,
    *,
    budget_tokens: int,
    cost: TokenCounter,
    read: Callable[[str], str | None],
    memo: Memo,
) -> tuple[tuple[Snippet, ...], tuple[LeftOut, ...]]:
    """Snippets that cost `budget_tokens` at most in all, by rank, and what found no room.

    First everything close gets its smallest form, then its signatures, and what stands
    near the cursor its bodies; then comes what leads further, within a share; what is
    left goes to showing the most relevant in full.
    """
    room = _Room(index, cost, read, memo, budget_tokens)
    close = [item for item in found if item.how in {c.IMPORTED, c.NAMED} and item.score >= 1]
    far = [item for item in found if item.how not in {c.IMPORTED, c.NAMED} or item.score < 1]
    for item in close:
        room.put(item, _SMALLEST[item.how], room.left)
    for item in close:
        room.put(item, _SIGNATURES, room.left)
    for item in close:
        if item.is_near:
            room.put(item, ("bodies",), room.left // 2)
    share = int(room.left * _FAR_SHARE) if close else room.left
    for item in far:
        share -= room.put(item, _SMALLEST[item.how], share)
    for item in close:
        room.put(item, _LARGER, room.left)
    for item in far:
        if item.how == c.DEEPER:
            room.put(item, ("outline",), room.left)
    return _snippets(found, room), _missing(close, room)


def _snippets(found: Sequence[Candidate], room: _Room) -> tuple[Snippet, ...]:
    shown = [(item, room.taken[item.path][0]) for item in found if item.path in room.taken]
    return tuple(
        Snippet(item.path, form.text, form.form, item.reason, item.depth, rank)
        for rank, (item, form) in enumerate(shown)
    )


def _missing(close: Sequence[Candidate], room: _Room) -> tuple[LeftOut, ...]:
    left = [item for item in close if item.path not in room.taken]
    return tuple(
        LeftOut(item.path, f"no room in the budget; {item.reason}")
        for item in left[:_MOST_LEFT_OUT]
    )
