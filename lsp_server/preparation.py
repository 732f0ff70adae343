"""From a snapshot to a prompt: what every completion and every preview does first."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from context.patient import Patient
from context.secrets.gate import Passing
from context.selection.chains import is_reaching
from context.selection.select import select
from context.types import LeftOut
from inference.prompt.budget import ceiling, split_budget
from inference.prompt.pack import SnippetCounter, goes_on, pack, room_at_leap, room_behind
from lsp_server.inline.world import RESTED_S
from lsp_server.workspace import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.selection.select import SelectState
    from context.types import Behind, Moment, Selection, Snapshot
    from inference.prompt.pack import PackState
    from inference.types import Prompt
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was selected, what it was packed into, and what the next request should know."""

    selection: Selection
    prompt: Prompt
    remembered: Remembered
    context_ms: float
    pack_ms: float


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is to be packed, and what that leaves for the next time."""

    selection: Selection
    state: SelectState
    withheld: tuple[LeftOut, ...]
    repository_tokens: int
    behind: Behind | None = None


def prepare(
    workspace: Workspace,
    snapshot: Snapshot,
    remembered: Remembered,
    budget_tokens: int | None,
    *,
    is_idle: bool = False,
) -> Prepared:
    """The prompt for a snapshot; safe to call from a worker thread.

    While somebody types on where the last prompt was made, it costs what was typed:
    nothing is parsed, chosen or counted anew.

    Args:
        workspace: the repository it lies in.
        snapshot: the document and its cursor.
        remembered: from the previous request in that file.
        budget_tokens: instead of the configured budget.
        is_idle: nobody waits, so that the prompt's head may be made anew.

    Raises:
        BudgetError: the budget doesn't even hold the format's sentinels.
        TokenizerError: the tokenizer can't be read, or doesn't fit the model.
    """
    started = time.perf_counter()
    settings = workspace.settings
    budget = ceiling(
        budget_tokens or settings.context.budget_tokens,
        workspace.spec,
        settings.completion.max_tokens,
    )
    goes_on = budget == remembered.budget_tokens and _goes_on(workspace, snapshot, remembered.pack)
    if goes_on and not workspace.warms_up:
        # Else it has been made anew, and read ahead, meanwhile.
        is_idle = is_idle or started - remembered.asked_s > RESTED_S
    moment: Moment = "idle" if is_idle else "typing" if goes_on else "leap"
    if moment == "typing" and _reaches(snapshot, remembered):
        moment = "reach"
    chosen = _choose(workspace, snapshot, remembered, budget, moment)
    selected = time.perf_counter()
    prompt, pack_state = pack(
        chosen.selection,
        remembered.pack,
        path=snapshot.path,
        spec=workspace.spec,
        tokenizer=workspace.tokenizer(),
        budget_tokens=budget,
        as_ids=workspace.backend.capabilities.token_ids,
        anchoring=settings.prompt.anchor,
        heal=workspace.backend.capabilities.healing,
        is_idle=is_idle,
        repository=workspace.repository.root.name,
    )
    packed = time.perf_counter()
    workspace.gate.save()
    state = Remembered(
        chosen.state,
        pack_state,
        chosen.withheld,
        started,
        budget,
        chosen.repository_tokens,
        chosen.behind,
        snapshot.cursor,
    )
    return Prepared(
        chosen.selection, prompt, state, (selected - started) * 1000, (packed - selected) * 1000
    )


def look_around(workspace: Workspace, snapshot: Snapshot) -> None:
    """Have all found out that a first prompt at the snapshot's cursor would want to know.

    For a thread in the background: whoever waits for an answer goes first.

    Raises:
        BudgetError: the budget doesn't even hold the format's sentinels.
        TokenizerError: the tokenizer can't be read, or doesn't fit the model.
    """
    settings, nothing = workspace.settings, workspace.memory_of("")
    most_new = settings.completion.max_tokens
    budget = ceiling(settings.context.budget_tokens, workspace.spec, most_new)
    workspace.repository.courtesy.give_way()
    rooms = _rooms(workspace, snapshot, nothing, budget, "leap")
    _chosen(workspace, snapshot, nothing, rooms, "leap", Patient(workspace.repository).read)
    workspace.gate.save()


def _goes_on(workspace: Workspace, snapshot: Snapshot, state: PackState) -> bool:
    return goes_on(
        state,
        snapshot.path,
        snapshot.text[: snapshot.cursor],
        snapshot.text[snapshot.cursor :],
        tokenizer=workspace.tokenizer(),
    )


def _reaches(snapshot: Snapshot, remembered: Remembered) -> bool:
    """Whether a sign behind which something is reached for was typed since the last request."""
    return is_reaching(snapshot.text, remembered.cursor, snapshot.cursor)


def _choose(
    workspace: Workspace, snapshot: Snapshot, remembered: Remembered, budget: int, moment: Moment
) -> _Chosen:
    """What stands, where somebody types on and all of it is still there; else what is wanted now.

    An index without what was typed last will do to see that: the one with it means
    parsing what is open.
    """
    behind = remembered.behind
    if moment in {"idle", "reach"}:
        behind = _room_behind(workspace, snapshot, remembered)
    if moment == "typing" or (moment == "reach" and behind is None):
        behind = remembered.behind
        chosen = _chosen(
            workspace, snapshot, remembered, (remembered.repository_tokens, behind), "typing"
        )
        if chosen.state is remembered.select:
            return chosen
        moment = "leap"
    stays = moment != "leap" and behind is not None
    rooms = (
        (remembered.repository_tokens, behind)
        if stays
        else _rooms(workspace, snapshot, remembered, budget, moment)
    )
    return _chosen(workspace, snapshot, remembered, rooms, moment)


def _room_behind(workspace: Workspace, snapshot: Snapshot, remembered: Remembered) -> Behind | None:
    if not workspace.spec.format.files_behind:
        return None
    return room_behind(
        remembered.pack,
        remembered.select.snippets,
        snapshot.path,
        snapshot.text[: snapshot.cursor],
        snapshot.text[snapshot.cursor :],
        tokenizer=workspace.tokenizer(),
    )


def _rooms(
    workspace: Workspace, snapshot: Snapshot, remembered: Remembered, budget: int, moment: Moment
) -> tuple[int, Behind | None]:
    """How many tokens the document leaves to the repository, in front of it and behind it."""
    shares = split_budget(
        budget,
        prefix=snapshot.text[: snapshot.cursor],
        suffix=snapshot.text[snapshot.cursor :],
        path=snapshot.path,
        spec=workspace.spec,
        tokenizer=workspace.tokenizer(),
        anchoring=workspace.settings.prompt.anchor,
        repository=workspace.repository.root.name,
    )
    if moment != "leap":
        return shares.repository, None
    known = remembered.select.snippets
    return shares.repository, room_at_leap(remembered.pack, known, snapshot.path, shares.late)


def _chosen(
    workspace: Workspace,
    snapshot: Snapshot,
    remembered: Remembered,
    rooms: tuple[int, Behind | None],
    moment: Moment,
    read: Callable[[str], str | None] | None = None,
) -> _Chosen:
    repository = workspace.repository
    passes = Passing(workspace.gate)
    room, behind = rooms
    selection, state = select(
        repository.latest
        if moment in {"typing", "reach"}
        else repository.index_around(snapshot.path),
        snapshot,
        remembered.select,
        budget_tokens=room,
        cost=SnippetCounter(workspace.tokenizer(), workspace.spec.format),
        read=read or repository.read,
        passes=passes,
        recent=_recent(workspace, snapshot.path),
        moment=moment,
        behind=behind,
    )
    # What stays wasn't read again, and what was kept from it stays so, too.
    is_same = state is remembered.select
    stays = remembered.withheld if is_same or behind else ()
    withheld = stays if is_same else _left_out(passes, stays)
    return _Chosen(_without(selection, withheld), state, withheld, room, behind)


def _recent(workspace: Workspace, path: str) -> tuple[str, ...]:
    """The other files that were asked in, the last first."""
    # At one stroke, as the event loop adds to them meanwhile.
    known = list(workspace.remembered)
    return tuple(other for other in reversed(known) if other != path)


def _left_out(passes: Passing, others: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    found = {item.path: item for item in others}
    found |= {path: LeftOut(path, reason) for path, reason in passes.withheld.items()}
    return tuple(found[path] for path in sorted(found))


def _without(selection: Selection, withheld: tuple[LeftOut, ...]) -> Selection:
    """The selection that says of each file that holds a secret just that."""
    if not withheld:
        return selection
    paths = {item.path for item in withheld}
    others = (item for item in selection.left_out if item.path not in paths)
    return replace(selection, left_out=(*withheld, *others))
