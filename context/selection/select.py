"""What a completion at the cursor should know of the repository, within a budget.

Pure: texts come through `read`, costs through `cost`. The same index, document and
state give the same selection, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from context.parsing.parse import parse_open
from context.selection.arrange import arrange
from context.selection.candidates import Place, candidates
from context.selection.fit import Room, fit
from context.selection.memo import Memo
from context.selection.outlined import Source
from context.selection.scope import enclosing, near, scope_of
from context.selection.sight import Sight
from context.text import digest, to_bytes
from context.types import Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.facts import FileFacts
    from context.index import Index
    from context.types import LeftOut, Moment, Scope, Snapshot, Snippet, TokenCounter

Key = tuple[str, str, str]

_SAMPLE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class SelectState:
    """What the last selection was, so that the next one can be the same.

    Attributes:
        key: path and scope it was made for.
        finer: what it was also made of, and may change while the user types.
        digests: the files it shows, each with the digest of what was shown.
        scope: what surrounded the cursor.
        memo: a cache; two states that differ in it alone give the same answers.
    """

    key: Key | None = None
    finer: tuple[object, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    scope: Scope | None = None
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)


def select(  # noqa: PLR0913 -- the inputs of a pure function
    index: Index,
    snapshot: Snapshot,
    state: SelectState,
    *,
    budget_tokens: int,
    cost: TokenCounter,
    read: Callable[[str], str | None],
    passes: Callable[[str], bool] = lambda _: True,
    recent: tuple[str, ...] = (),
    moment: Moment = "leap",
) -> tuple[Selection, SelectState]:
    """Snippets that cost `budget_tokens` at most, dependencies before what imports them.

    While text is typed, and while the cursor stays in its scope, the choice stays too,
    as long as it fits and its files are what they were: a head of the prompt that doesn't
    move is not prefilled again. When the user has paused, it is made anew if the
    imports, the line or the files in use have changed.

    Args:
        index: the repository.
        snapshot: the document and its cursor.
        state: from the previous call; `SelectState()` at first.
        budget_tokens: the ceiling.
        cost: how many tokens a text takes.
        read: a file's text, None where it can't be had.
        passes: whether a file may be shown; asked only of those that are about to be, while
            what others say of it may be learnt from any.
        recent: paths of other files that were edited or are open, the last first.
        moment: what has happened since the previous call.
    """
    prefix, suffix = snapshot.text[: snapshot.cursor], snapshot.text[snapshot.cursor :]
    is_here = state.key is not None and state.key[0] == snapshot.path
    if moment == "typing" and is_here and _stands(state, index, budget_tokens, cost):
        return Selection(prefix, suffix, state.snippets, state.scope, state.left_out), state
    facts = _facts(index, snapshot)
    edges = index.edges_of(facts)
    around = enclosing(facts, snapshot.text, snapshot.cursor)
    scope = scope_of(around)
    key = (snapshot.path, scope.kind if scope else "", scope.name if scope else "")
    finer = (tuple(edges.items()), snapshot.text.count("\n", 0, snapshot.cursor), recent)
    is_same = key == state.key and (moment != "idle" or finer == state.finer)
    if not is_same or not _holds(state, index, budget_tokens, cost):
        document = state.memo.table("document", facts, lambda: Source(facts, snapshot.text))
        sight = Sight(index, document, edges, read, state.memo)
        place = Place(snapshot, around, near(snapshot, facts, around), recent)
        room = Room(sight.source, passes, cost, state.memo, budget_tokens)
        state = _choose(index, sight, place, room, replace(state, key=key, finer=finer, scope=scope))
    return Selection(prefix, suffix, state.snippets, scope, state.left_out), state


def _facts(index: Index, snapshot: Snapshot) -> FileFacts:
    """The document's facts: those of its file as long as it reads the same."""
    known = index.facts.get(snapshot.path)
    is_known = known is not None and known.language == snapshot.language
    if known is not None and is_known and known.digest == digest(to_bytes(snapshot.text)):
        return known
    return parse_open(snapshot.path, snapshot.language, snapshot.text)


def _stands(state: SelectState, index: Index, budget_tokens: int, cost: TokenCounter) -> bool:
    """Whether every file that was chosen before is still there, and all fits."""
    if not all(path in index.facts for path, _ in state.digests):
        return False
    costs = (state.memo.count(cost, item.path, item.text) for item in state.snippets)
    return sum(costs) <= budget_tokens


def _holds(state: SelectState, index: Index, budget_tokens: int, cost: TokenCounter) -> bool:
    """Whether what was chosen before is still true and still fits."""
    for path, name in state.digests:
        facts: FileFacts | None = index.facts.get(path)
        if facts is None or facts.digest != name:
            return False
    costs = (state.memo.count(cost, item.path, item.text) for item in state.snippets)
    return sum(costs) <= budget_tokens


def _choose(
    index: Index, sight: Sight, place: Place, room: Room, state: SelectState
) -> SelectState:
    cursor = place.snapshot.cursor
    sample = place.snapshot.text[max(0, cursor - _SAMPLE_CHARS // 2) :][:_SAMPLE_CHARS]
    chosen, left_out = fit(candidates(sight, place), room, sample)
    placed = (replace(item, depth=sight.depth(item.path)) for item in chosen)
    snippets = arrange(tuple(placed), index)
    digests = tuple((item.path, index.facts[item.path].digest) for item in snippets)
    return replace(state, snippets=snippets, left_out=left_out, digests=digests)
