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
from lsp_server.commands.scores import completion_row, listed, recall_rows, tables_of
from lsp_server.commands.tables import show
from lsp_server.errors import NothingToOffer, UsageError
from lsp_server.folders import cache_folder
from lsp_server.measuring.recall import ask_all
from lsp_server.measuring.served import complete_all
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

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
    if "completion" in result and result["completion"] is None:
        raise NothingToOffer("no file here is in a language that Infill can parse")
    if not options.json:
        show(*tables_of(root, result))


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
    names = {"backend": workspace.settings.backend, "model": workspace.model_name}
    return names | completion_row(judged)


def _drawn(
    draw: Callable[..., list[Any]], workspace: Workspace, options: argparse.Namespace
) -> list[Any]:
    """The same for the same seed, whatever else is drawn."""
    rng = random.Random(options.seed)  # noqa: S311 - a benchmark wants draws that repeat
    return draw(workspace.repository.index, workspace.repository.read, rng, options.n)
