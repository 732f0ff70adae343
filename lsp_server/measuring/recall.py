"""How often the prompt shows what its place needs: the real loop, up to the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.types import Snapshot
from lsp_server.preparation import prepare
from lsp_server.preview import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from context.probe.places import Place
    from lsp_server.preparation import Prepared
    from lsp_server.workspace import Remembered, Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """One place under one budget: whether it was found, and how long the selection took.

    Attributes:
        is_kept: likewise, where the cursor came from another place in the file, so that
            the prompt keeps of its head what it can.
    """

    place: Place
    budget: int
    is_found: bool
    is_kept: bool
    context_ms: float


def ask_all(
    workspace: Workspace,
    places: Sequence[Place],
    budgets: Sequence[int],
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Asked]:
    """Each place under each budget, as the first request in its file and as a later one.

    Raises:
        BudgetError: a budget doesn't even hold the format's sentinels.
        TokenizerError: the tokenizer can't be read, or doesn't fit the model.
    """
    before: dict[tuple[str, int], Remembered] = {}
    for done, place in enumerate(places, start=1):
        snapshot = _cut(workspace, place)
        # As an editor has it: the index, too, knows no more of the file than what is left.
        workspace.repository.shadow(place.path, snapshot.text)
        _ = workspace.repository.index
        for budget in budgets:
            made = prepare(workspace, snapshot, workspace.memory_of(place.path), budget)
            came = before.get((place.path, budget))
            later = made if came is None else prepare(workspace, snapshot, came, budget)
            before[place.path, budget] = later.remembered
            is_found, is_kept = (place.is_found(_packed(one)) for one in (made, later))
            yield Asked(place, budget, is_found, is_kept, made.context_ms)
        workspace.repository.shadow(place.path, None)
        if on_progress is not None:
            on_progress(done, len(places))


def _cut(workspace: Workspace, place: Place) -> Snapshot:
    text = workspace.repository.read(place.path) or ""
    cut = text[: place.cursor] + text[place.end :]
    return Snapshot(place.path, place.language, None, cut, min(place.cursor, len(cut)))


def _packed(made: Prepared) -> list[str]:
    """The texts of other files that the prompt holds."""
    return [snippet.text for _, snippet in packed(made) if snippet is not None]
