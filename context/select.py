"""What a completion at the cursor should know of the repository, within a budget.

Pure: texts come through `read`, costs through `cost`. The same index, document and
state give the same selection, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context.arrange import arrange
from context.candidates import Place, candidates
from context.fit import fit
from context.memo import Memo
from context.parse import parse_open
from context.scope import enclosing, near, scope_of
from context.types import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.facts import FileFacts
    from context.index import Index
    from context.resolve import Edges
    from context.types import LeftOut, Scope, Snapshot, Snippet, TokenCounter

Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SelectState:
    """What the last selection was, so that the next one can be the same.

    Attributes:
        key: path, scope and imports it was made for.
        digests: the files it shows, each with the digest of what was shown.
        memo: a cache; two states that differ in it alone give the same answers.
    """

    key: Key | None = None
    snippets: tuple[Snippet, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)


def select(
    index: Index,
    snapshot: Snapshot,
    state: SelectState,
    *,
    budget_tokens: int,
    cost: TokenCounter,
    read: Callable[[str], str | None],
) -> tuple[Selection, SelectState]:
    """Snippets that cost `budget_tokens` at most, dependencies before what imports them.

    While the cursor stays in its scope the choice stays too, as long as it fits and
    its files are what they were: a head of the prompt that doesn't move is not
    prefilled again.
    """
    facts = parse_open(snapshot.path, snapshot.language, snapshot.text)
    edges = index.edges_of(facts)
    around = enclosing(facts, snapshot.text, snapshot.cursor)
    scope = scope_of(around)
    key = _key(snapshot, scope, edges)
    if key != state.key or not _holds(state, index, budget_tokens, cost):
        place = Place(snapshot, facts, edges, around, near(snapshot, facts, around))
        state = _choose(index, place, state, key, budget_tokens, cost, read)
    prefix, suffix = snapshot.text[: snapshot.cursor], snapshot.text[snapshot.cursor :]
    return Selection(prefix, suffix, state.snippets, scope, state.left_out), state


def _key(snapshot: Snapshot, scope: Scope | None, edges: Edges) -> Key:
    kind, name = (scope.kind, scope.name) if scope else ("", "")
    return (snapshot.path, kind, name, tuple(edges))


def _holds(state: SelectState, index: Index, budget_tokens: int, cost: TokenCounter) -> bool:
    """Whether what was chosen before is still true and still fits."""
    for path, digest in state.digests:
        facts: FileFacts | None = index.facts.get(path)
        if facts is None or facts.digest != digest:
            return False
    costs = (state.memo.count(cost, item.path, item.text) for item in state.snippets)
    return sum(costs) <= budget_tokens


def _choose(
    index: Index,
    place: Place,
    state: SelectState,
    key: Key,
    budget_tokens: int,
    cost: TokenCounter,
    read: Callable[[str], str | None],
) -> SelectState:
    found = candidates(index, place, read)
    chosen, left_out = fit(
        found, index, budget_tokens=budget_tokens, cost=cost, read=read, memo=state.memo
    )
    snippets = arrange(chosen, index)
    digests = tuple((item.path, index.facts[item.path].digest) for item in snippets)
    return SelectState(key, snippets, left_out, digests, state.memo)
