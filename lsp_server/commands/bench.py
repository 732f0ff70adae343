"""`infill bench`: how well Infill does in the user's own repository.

What is measured is the real thing: prompts as they would be sent, completions by the
configured backend through the server.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from context.disk.files import find_root
from context.probe.holes import draw_holes
from context.probe.places import definition_places, member_places
from inference.errors import InferenceError
from lsp_server import launch
from lsp_server.commands.configured import configured_for, server_arguments
from lsp_server.commands.output import print_json
from lsp_server.commands.progress import progress_bar
from lsp_server.commands.scores import (
    anchor_rows,
    completion_row,
    listed,
    recall_rows,
    tables_of,
)
from lsp_server.commands.tables import show
from lsp_server.errors import NothingToOffer, UsageError
from lsp_server.folders import cache_folder
from lsp_server.measuring.anchored import ANCHORINGS, approach, complete_typed
from lsp_server.measuring.recall import ask_all
from lsp_server.measuring.served import complete_all
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from lsp_server.measuring.anchored import Anchored
    from lsp_server.workspace import Workspace


def run(options: argparse.Namespace) -> None:
    """Print what the prompts of seeded places hold, and what is completed at seeded holes.

    Raises:
        CommandError: as the exit codes of the command line say.
    """
    root: Path = options.root or find_root(options.directory / "_")
    budgets = _budgets(options.budgets)
    if options.n < 1:
        raise UsageError(f"-n {options.n}: expected a number of places above 0")
    if options.anchor and options.only:
        raise UsageError("--anchor measures something else than --only; give one of the two")
    try:
        workspace = open_workspace(root, configured_for(options, root).settings, cache_folder())
        try:
            result = _measured(workspace, options, budgets)
        finally:
            workspace.close()
    except InferenceError as error:
        raise UsageError(str(error), kind=error.kind) from None
    if options.json:
        print_json(result)
    _refuse_nothing(workspace, result)
    if not options.json:
        show(*tables_of(root, result))


def _refuse_nothing(workspace: Workspace, result: dict[str, Any]) -> None:
    """End here where nothing could be measured, and say why."""
    if "anchor" in result and not _reads_prompts(workspace):
        raise NothingToOffer(
            f"the backend {workspace.settings.backend!r} reads no prompt, so that it answers the "
            "same whatever `prompt.anchor` says; set `backend` to one that serves a model"
        )
    if None in (result.get("completion", ()), result.get("anchor", ())):
        raise NothingToOffer("no file here is in a language that Infill can parse")


def _reads_prompts(workspace: Workspace) -> bool:
    return workspace.backend.capabilities.prompt


def _budgets(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise UsageError(f"--budgets {text}: expected numbers of tokens, such as 2048,8192")
    return sorted({int(part) for part in parts})


def _measured(
    workspace: Workspace, options: argparse.Namespace, budgets: list[int]
) -> dict[str, Any]:
    with progress_bar(f"Indexing {workspace.root.name}") as progress:
        report = workspace.repository.refresh(progress)
    result: dict[str, Any] = {"seed": options.seed, "files": report.files}
    if options.anchor:
        return result | _names(workspace) | {"anchor": _anchors(workspace, options)}
    if options.only != "completion":
        result |= _recall(workspace, options, budgets)
    if options.only != "recall":
        result["completion"] = _completion(workspace, options)
    return result


def _recall(
    workspace: Workspace, options: argparse.Namespace, budgets: list[int]
) -> dict[str, Any]:
    places = [
        place
        for draw in (definition_places, member_places)
        for place in _drawn(draw, workspace, options)
    ]
    with progress_bar("Asking for names") as progress:
        asked = list(ask_all(workspace, places, budgets, progress))
    rows = {"recall": recall_rows(asked)}
    return rows | {"places": [listed(item) for item in asked]} if options.list else rows


def _completion(workspace: Workspace, options: argparse.Namespace) -> dict[str, Any] | None:
    holes = _drawn(draw_holes, workspace, options)
    if not holes:
        return None
    command = launch.command("serve", *server_arguments(options))
    with progress_bar("Completing lines") as progress:
        judged = asyncio.run(complete_all(command, workspace.root, holes, progress))
    return _names(workspace) | completion_row(judged)


def _names(workspace: Workspace) -> dict[str, Any]:
    return {"backend": workspace.settings.backend, "model": workspace.model_name}


def _anchors(workspace: Workspace, options: argparse.Namespace) -> list[dict[str, Any]] | None:
    """The same holes under each setting; None where there are none, or nobody to read prompts."""
    holes = _drawn(draw_holes, workspace, options) if _reads_prompts(workspace) else []
    if not holes:
        return None
    rng = random.Random(options.seed)  # noqa: S311 - likewise
    approaches = [approach(hole, rng) for hole in holes]
    answered: dict[str, list[Anchored]] = {}
    for setting in ANCHORINGS:
        more = ("--set", f"prompt.anchor={setting}")
        command = launch.command("serve", *server_arguments(options), *more)
        with progress_bar(f"Completing with prompt.anchor = {setting}") as progress:
            work = complete_typed(command, workspace.root, approaches, progress)
            answered[setting] = asyncio.run(work)
    return anchor_rows(answered)


def _drawn(
    draw: Callable[..., list[Any]], workspace: Workspace, options: argparse.Namespace
) -> list[Any]:
    """The same for the same seed, whatever else is drawn."""
    rng = random.Random(options.seed)  # noqa: S311 - a benchmark wants draws that repeat
    return draw(workspace.repository.index, workspace.repository.read, rng, options.n)
