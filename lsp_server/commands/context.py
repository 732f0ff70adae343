"""`infill context`: what would be sent for a place, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context import languages
from context.types import Snapshot
from inference.errors import InferenceError
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import print_json, print_text
from lsp_server.commands.place import resolve
from lsp_server.commands.tables import Column, Table, show
from lsp_server.errors import UsageError
from lsp_server.folders import cache_folder
from lsp_server.positions import Lines
from lsp_server.preview import preview
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    import argparse

    from lsp_server.commands.place import Place

WHY = Column("why", "dim")
# The first column says how relevant a file is: those with the highest numbers go first
# where the budget is short. Depth is how many import steps away it lies.
COLUMNS = (
    Column("rank", "bold", is_number=True),
    Column("tokens", "green", is_number=True),
    Column("form"),
    Column("file", "cyan"),
    Column("depth", is_number=True),
    WHY,
)


def run(options: argparse.Namespace) -> None:
    """Print what would be sent; nothing is.

    Raises:
        CommandError: as the exit codes of the command line say.
    """
    place = resolve(options)
    shown = _previewed(options, place)
    if options.json:
        print_json(shown)
    elif options.prompt:
        print_text(shown["prompt"], end="")
    else:
        _show(shown)


def _previewed(options: argparse.Namespace, place: Place) -> dict[str, Any]:
    settings = configured_for(options, place.root).settings
    if options.budget is not None and options.budget < 1:
        raise UsageError(f"--budget {options.budget}: expected a number of tokens above 0")
    try:
        workspace = open_workspace(place.root, settings, cache_folder())
        try:
            if place.to_crawl:
                workspace.repository.refresh()
            path = workspace.relative(place.file)
            cursor = Lines(place.text).starts[place.line] + place.character
            snapshot = Snapshot(path, languages.of(path, place.text), None, place.text, cursor)
            return preview(workspace, snapshot, options.budget)
        finally:
            workspace.close()
    except InferenceError as error:
        raise UsageError(str(error), kind=error.kind) from None


def _show(shown: dict[str, Any]) -> None:
    """The prompt from its head to its tail, and what isn't in it."""
    head = (
        f"{shown['tokens']} of {shown['budget']} tokens "
        f"(counted by {shown['tokenizer']}, prompt for {shown['model']}), in prompt order:"
    )
    rows = [_row(file) for file in shown["files"]]
    rows += [
        ("", str(shown["prefix_tokens"]), "prefix", "(this file)", "", "before the cursor"),
        ("", str(shown["suffix_tokens"]), "suffix", "(this file)", "", "after the cursor"),
    ]
    tables = [Table(head, COLUMNS, rows)]
    if shown["left_out"]:
        left_out = [(item["path"], item["reason"]) for item in shown["left_out"]]
        tables.append(Table("left out:", (Column("file", "cyan"), WHY), left_out))
    show(*tables)


def _row(file: dict[str, Any]) -> tuple[str, ...]:
    depth = "" if file["depth"] is None else str(file["depth"])
    rank = str(file["rank"] + 1)
    return rank, str(file["tokens"]), file["form"], file["path"], depth, file["reason"]
