"""What of the repository a completion should know, within a budget.

Pure: texts come through `read`, costs through `cost`. The same index, document and
state give the same selection, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from context.selection.arrange import arrange
from context.selection.candidates import Place, candidates
from context.selection.carry import append, carry
from context.selection.fit import Room, missing, tokens_a_char
from context.selection.large import facts_near
from context.selection.memo import Memo
from context.selection.outlined import Source
from context.selection.scope import enclosing, near, scope_of
from context.selection.sight import Sight
from context.text import digest, to_bytes
from context.types import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from context.facts import FileFacts
    from context.index import Index
    from context.selection.carry import Carried
    from context.selection.fit import Passes
    from context.selection.offers import Offer
    from context.selection.shown import Chosen
    from context.types import Behind, LeftOut, Moment, Scope, Snapshot, Snippet, TokenCounter

_SAMPLE_CHARS = 2_000
# What is read again in a moment: in so small a room a pause chooses as at another place.
_SMALL_ROOM = 1_536


@dataclass(frozen=True, slots=True)
class SelectState:
    """What the last selection was, so that the next one can begin with the same.

    Attributes:
        path: the document that it was made for; None for none.
        cost: what counted its tokens.
        chosen: its snippets, with what they cost and show.
        snippets: the same as they were given out, the same object as long as they stay.
        scope: what surrounded the cursor.
        imports: what the document imported when the place was chosen for.
        memo: a cache; two states that differ in it alone give the same answers.
    """

    path: str | None = None
    cost: TokenCounter | None = None
    chosen: tuple[Chosen, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    scope: Scope | None = None
    imports: frozenset[tuple[str, str]] = frozenset()
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)


def select(  # noqa: PLR0913 -- the inputs of a pure function
    index: Index,
    snapshot: Snapshot,
    state: SelectState,
    *,
    budget_tokens: int,
    cost: TokenCounter,
    read: Callable[[str], str | None],
    passes: Passes = lambda _path, _digest, _text: True,
    recent: tuple[str, ...] = (),
    moment: Moment = "leap",
    behind: Behind | None = None,
) -> tuple[Selection, SelectState]:
    """Snippets that cost `budget_tokens` at most, and begin as the last ones did.

    While text is typed all of them stay and nothing is looked at, not even the document.
    Elsewhere in the same document, as many stay from the first on as leave room for what
    matters at the new place, which comes behind them: see `context.selection.carry`.
    In a pause, or where members are reached for, all of them stay, and what is missing
    comes behind as far as there is room for what comes late; in a pause all is chosen anew
    where that is too little. Without such room only something that was imported since, or a
    change of what is shown, changes anything, save in a small budget, which is soon read.
    Where they show all that matters already, the very state comes back. Without a state,
    and of what is added at once, dependencies come before what imports them.

    Args:
        index: the repository.
        snapshot: the document and its cursor.
        state: from the previous call; `SelectState()` at first.
        budget_tokens: the ceiling.
        cost: how many tokens a text takes.
        read: a file's text, None where it can't be had.
        passes: whether a file may be shown, by path, digest and text; asked only of those
            that are about to be, while what others say of it may be learnt from any.
        recent: paths of other files that were edited or are open, the last first.
        moment: what has happened since the previous call. A file that has changed stays as
            it was shown while text is typed; one that is gone goes at once.
        behind: room beside `budget_tokens` for what comes in a pause or is reached for; None
            where the prompt's format has no place for that, or no prompt stands.
    """
    is_new = state.path != snapshot.path or state.cost != cost
    last = SelectState(snapshot.path, cost, memo=state.memo) if is_new else state
    is_typing = moment == "typing" or (moment == "reach" and behind is None)
    if is_typing and not is_new and _is_there(last, index):
        last = _within(last, budget_tokens + (behind.tokens if behind else 0))
        return _selection(snapshot, last, last.scope), last
    facts = _facts(index, snapshot)
    around = enclosing(facts, snapshot.text, snapshot.cursor)
    document = last.memo.table("document", facts, lambda: Source(facts, snapshot.text))
    sight = Sight(index, document, index.edges_of(facts), read, last.memo)
    place = Place(snapshot, around, near(snapshot, facts, around), recent)
    room = Room(sight.source, passes, cost, last.memo, budget_tokens)
    may_stay = moment == "idle" or _is_there(last, index)
    may_stay = may_stay and not is_new and (moment != "leap" or behind is not None)
    made = _more(sight, place, room, last, behind, moment) if may_stay else None
    made = made or _chosen(sight, place, room, last)
    scope = scope_of(around)
    if made is not state:
        made = replace(made, scope=scope)
    return _selection(snapshot, made, scope), made


def _selection(snapshot: Snapshot, state: SelectState, scope: Scope | None) -> Selection:
    prefix, suffix = snapshot.text[: snapshot.cursor], snapshot.text[snapshot.cursor :]
    return Selection(prefix, suffix, state.snippets, scope, state.left_out)


def _is_there(state: SelectState, index: Index) -> bool:
    """Whether the index still has every file that is shown."""
    return all(item.snippet.path in index.facts for item in state.chosen)


def _within(state: SelectState, budget_tokens: int) -> SelectState:
    """As much of what was chosen, from the first on, as a budget holds that may be smaller now."""
    left, chosen = budget_tokens, state.chosen
    for n_kept, item in enumerate(chosen):
        left -= item.tokens
        if left < 0:
            return replace(state, chosen=chosen[:n_kept], snippets=state.snippets[:n_kept])
    return state


def _facts(index: Index, snapshot: Snapshot) -> FileFacts:
    """The document's facts: those of its file as long as it reads the same."""
    known = index.facts.get(snapshot.path)
    is_known = known is not None and known.language == snapshot.language
    if known is not None and is_known and known.digest == digest(to_bytes(snapshot.text)):
        return known
    return facts_near(snapshot)


def _chosen(sight: Sight, place: Place, room: Room, last: SelectState) -> SelectState:
    """What is chosen for a place; the last state itself where that shows all that matters."""
    offered = candidates(sight, place)
    stood = _true(last.chosen, sight.index)
    carried = carry(offered, room, _ratio(place.snapshot, room.cost), stood)
    if carried.n_kept and carried.n_kept == len(last.chosen) and not carried.added:
        return last
    chosen = _joined(stood, carried, sight)
    return replace(_with(last, chosen, offered), imports=_imports(sight))


def _more(
    sight: Sight,
    place: Place,
    room: Room,
    last: SelectState,
    behind: Behind | None,
    moment: Moment,
) -> SelectState | None:
    """What stands with what is missing behind it; None where something of it isn't true any more.

    Without room for what comes late, what was imported since is a reason to choose anew.
    """
    stood = last.chosen if moment == "reach" else _true(last.chosen, sight.index)
    n_front = behind.n_front if behind else len(last.chosen)
    if len(stood) < n_front or sum(item.tokens for item in stood[:n_front]) > room.tokens:
        return None
    if behind is None:
        stays = room.tokens > _SMALL_ROOM and _imports(sight) <= last.imports
        return last if stays else None
    offered = candidates(sight, place)
    late = room._replace(tokens=behind.tokens)
    ratio, needs_all = _ratio(place.snapshot, room.cost), moment != "reach"
    carried = append(offered, late, ratio, stood, n_front, needs_all=needs_all)
    if carried is None:
        return None
    if carried.n_kept == len(last.chosen) and not carried.added:
        return last
    return _with(last, _joined(stood, carried, sight), offered)


def _with(last: SelectState, chosen: tuple[Chosen, ...], offered: Sequence[Offer]) -> SelectState:
    return replace(
        last,
        chosen=chosen,
        snippets=tuple(item.snippet for item in chosen),
        left_out=_left_out(offered, chosen),
    )


def _joined(stood: Sequence[Chosen], carried: Carried, sight: Sight) -> tuple[Chosen, ...]:
    """Those that stay and those that come, counted on by rank."""
    kept = stood[: carried.n_kept]
    next_rank = max((item.snippet.rank for item in kept), default=-1) + 1
    return (*kept, *_placed(carried.added, sight, next_rank))


def _imports(sight: Sight) -> frozenset[tuple[str, str]]:
    """The files of the repository that the document imports, and what of them."""
    edges = sight.edges(sight.path).items()
    return frozenset((path, name) for path, names in edges for name in (*names, ""))


def _true(chosen: Sequence[Chosen], index: Index) -> Sequence[Chosen]:
    """The snippets up to the first whose file has changed: what follows that is read anew."""
    for n_true, item in enumerate(chosen):
        facts = index.facts.get(item.snippet.path)
        if facts is None or facts.digest != item.digest:
            return chosen[:n_true]
    return chosen


def _ratio(snapshot: Snapshot, cost: TokenCounter) -> float:
    """How many tokens a character makes around the cursor."""
    start = max(0, snapshot.cursor - _SAMPLE_CHARS // 2)
    return tokens_a_char(snapshot.text[start : start + _SAMPLE_CHARS], cost)


def _placed(added: Sequence[Chosen], sight: Sight, first_rank: int) -> tuple[Chosen, ...]:
    """What comes behind the snippets that stay, in the order in which it should be read."""
    by_path = {item.snippet.path: item for item in added}
    placed = [replace(item.snippet, depth=sight.depth(item.snippet.path)) for item in added]
    return tuple(
        by_path[item.path]._replace(snippet=replace(item, rank=first_rank + item.rank))
        for item in arrange(placed, sight.index)
    )


def _left_out(offered: Sequence[Offer], chosen: Sequence[Chosen]) -> tuple[LeftOut, ...]:
    return missing(offered, {item.snippet.path for item in chosen})
