"""Candidates into a budget: who is shown, and how much of them. Never a token over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context import candidates as c
from context.forms import Rendered, larger, smallest
from context.parse import parse_open
from context.text import digest, to_bytes
from context.types import LeftOut, Snippet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.candidates import Candidate
    from context.facts import FileFacts
    from context.index import Index
    from context.types import TokenCounter

# What only leads away from the place may take this share and no more.
_DEEPER_SHARE = 0.25
_MOST_LEFT_OUT = 50
# No tokenizer makes fewer tokens of that many characters of code; saves counting long files.
_MOST_CHARS_PER_TOKEN = 8


class Memo:
    """Forms and their costs, kept between requests; forgetting any of it changes no answer."""

    __slots__ = ("_cost", "_costs", "_forms")
    _MOST = 4_000

    def __init__(self) -> None:
        self._cost: TokenCounter | None = None
        self._costs: dict[tuple[str, str], int] = {}
        self._forms: dict[tuple[object, ...], list[Rendered]] = {}

    def count(self, cost: TokenCounter, path: str, text: str) -> int:
        """What `text` costs as a snippet."""
        if cost is not self._cost or len(self._costs) > self._MOST:
            self._cost, self._costs = cost, {}
        key = (path, text)
        if key not in self._costs:
            self._costs[key] = cost.snippet(path, text)
        return self._costs[key]

    def forms(
        self,
        make: Callable[[Candidate, FileFacts, str], list[Rendered]],
        candidate: Candidate,
        index: Index,
        read: Callable[[str], str | None],
    ) -> list[Rendered]:
        """What `make` makes of a candidate; nothing where its text can't be had."""
        facts = index.facts[candidate.path]
        key = (make, candidate.path, facts.digest, candidate.how, candidate.names)
        if key not in self._forms:
            if len(self._forms) > self._MOST:
                self._forms = {}
            self._forms[key] = _render(make, candidate, facts, read)
        return self._forms[key]


def _render(
    make: Callable[[Candidate, FileFacts, str], list[Rendered]],
    candidate: Candidate,
    facts: FileFacts,
    read: Callable[[str], str | None],
) -> list[Rendered]:
    text = read(candidate.path)
    if text is None:
        return []
    if digest(to_bytes(text)) != facts.digest:
        # The file has changed since it was indexed, and so have its lines.
        facts = parse_open(candidate.path, facts.language, text)
    return make(candidate, facts, text)


@dataclass(slots=True)
class _Room:
    """What is taken so far, and what is left."""

    cost: TokenCounter
    memo: Memo
    left: int
    taken: dict[str, tuple[Rendered, int]]

    def put(self, path: str, forms: Sequence[Rendered], most: int | None = None) -> int:
        """Take the first form that fits, in place of what is there; its extra cost, else 0."""
        old = self.taken.get(path)
        before = old[1] if old else 0
        room = before + (self.left if most is None else min(self.left, most))
        for form in forms:
            if len(form.text) > room * _MOST_CHARS_PER_TOKEN or (old and form == old[0]):
                continue
            tokens = self.memo.count(self.cost, path, form.text)
            if tokens <= room:
                self.taken[path] = (form, tokens)
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

    First everything close gets its smallest form, then what leads further, within a
    share; what is left goes to showing the most relevant in full.
    """
    room = _Room(cost, memo, budget_tokens, {})
    close = [item for item in found if item.how in {c.IMPORTED, c.NAMED} and item.score >= 1]
    far = [item for item in found if item not in close]
    for item in close:
        room.put(item.path, memo.forms(smallest, item, index, read))
    for item in close:
        if item.is_near:
            bodies = [form for form in memo.forms(larger, item, index, read) if form.form != "full"]
            room.put(item.path, bodies[1:2], most=room.left // 2)
    share = int(room.left * _DEEPER_SHARE)
    for item in far:
        share -= room.put(item.path, memo.forms(smallest, item, index, read), most=share)
    for item in close:
        room.put(item.path, memo.forms(larger, item, index, read))
    snippets = tuple(
        Snippet(item.path, form.text, form.form, item.reason, item.depth, rank)
        for rank, (item, form) in enumerate(
            (item, room.taken[item.path][0]) for item in found if item.path in room.taken
        )
    )
    missing = [item for item in close if item.path not in room.taken]
    return snippets, tuple(_left_out(item) for item in missing[:_MOST_LEFT_OUT])


def _left_out(item: Candidate) -> LeftOut:
    return LeftOut(item.path, f"no room in the budget; {item.reason}")
