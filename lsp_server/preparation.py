"""From a snapshot to a prompt: what every completion and every preview does first."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from context.secrets.gate import Passing
from context.selection.select import select
from context.types import LeftOut
from inference.prompt.budget import ceiling, split_budget
from inference.prompt.pack import SnippetCounter, pack
from lsp_server.workspace import Remembered

if TYPE_CHECKING:
    from context.types import Selection, Snapshot
    from inference.types import Prompt
    from lsp_server.workspace import Workspace


# Who hasn't typed for so long doesn't mind that the prompt's head is read again.
_IDLE_S = 2.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was selected, what it was packed into, and what the next request should know."""

    selection: Selection
    prompt: Prompt
    remembered: Remembered
    context_ms: float
    pack_ms: float


def prepare(
    workspace: Workspace, snapshot: Snapshot, remembered: Remembered, budget_tokens: int | None
) -> Prepared:
    """The prompt for a snapshot; safe to call from a worker thread.

    Args:
        workspace: the repository it lies in.
        snapshot: the document and its cursor.
        remembered: from the previous request in that file.
        budget_tokens: instead of the configured budget.

    Raises:
        BudgetError: the budget doesn't even hold the format's sentinels.
        TokenizerError: the tokenizer can't be read, or doesn't fit the model.
    """
    started = time.perf_counter()
    settings, spec, tokenizer = workspace.settings, workspace.spec, workspace.tokenizer()
    budget = ceiling(
        budget_tokens or settings.context.budget_tokens, spec, settings.completion.max_tokens
    )
    shares = split_budget(
        budget,
        prefix=snapshot.text[: snapshot.cursor],
        suffix=snapshot.text[snapshot.cursor :],
        path=snapshot.path,
        spec=spec,
        tokenizer=tokenizer,
    )
    read = Passing(workspace.gate, workspace.repository.read)
    selection, select_state = select(
        workspace.repository.index,
        snapshot,
        remembered.select,
        budget_tokens=shares.repository,
        cost=SnippetCounter(tokenizer, spec.format),
        read=workspace.repository.read,
        passes=lambda path: read(path) is not None,
        recent=tuple(reversed([path for path in workspace.remembered if path != snapshot.path])),
        moment="idle" if started - remembered.asked_s > _IDLE_S else "leap",
    )
    # A choice that stays wasn't read again, and what was kept from it stays so, too.
    is_same = select_state is remembered.select
    withheld = remembered.withheld if is_same else _left_out(read)
    selection = _without(selection, withheld)
    selected = time.perf_counter()
    prompt, pack_state = pack(
        selection,
        remembered.pack,
        path=snapshot.path,
        spec=spec,
        tokenizer=tokenizer,
        budget_tokens=budget,
        as_ids=workspace.backend.capabilities.token_ids,
    )
    packed = time.perf_counter()
    workspace.gate.save()
    state = Remembered(select_state, pack_state, withheld, started)
    return Prepared(
        selection, prompt, state, (selected - started) * 1000, (packed - selected) * 1000
    )


def _left_out(read: Passing) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(path, read.withheld[path]) for path in sorted(read.withheld))


def _without(selection: Selection, withheld: tuple[LeftOut, ...]) -> Selection:
    """The selection that says of each file that holds a secret just that."""
    if not withheld:
        return selection
    paths = {item.path for item in withheld}
    others = (item for item in selection.left_out if item.path not in paths)
    return replace(selection, left_out=(*withheld, *others))
