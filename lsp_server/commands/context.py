"""`infill context`: what would be sent for a place, and why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from context import languages
from context.types import Snapshot
from inference.errors import BackendError, InferenceError
from inference.types import Probing
from lsp_server import launch
from lsp_server.commands.configured import configured_for, server_arguments
from lsp_server.commands.output import note, print_json, print_text
from lsp_server.commands.place import resolve
from lsp_server.commands.progress import progress_bar
from lsp_server.commands.tables import Column, Table, show
from lsp_server.errors import FailureError, NothingToOffer, UsageError
from lsp_server.folders import cache_folder
from lsp_server.measuring.typed import draft_of, type_through
from lsp_server.preview import preview
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    import argparse

    from lsp_server.commands.place import Place
    from lsp_server.workspace import Workspace

_PATIENCE_S = 2.0
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
_APART = "-------- and apart from it, as what follows the cursor:"
PARTS = (
    ("prefix", "before the cursor"),
    ("suffix", "after the cursor"),
    ("typed", "typed since, before the cursor"),
)


def run(options: argparse.Namespace) -> None:
    """Print what would be sent; nothing is.

    Raises:
        CommandError: as the exit codes of the command line say; that nothing would be sent
            is an honest nothing, with the reason.
    """
    _check(options)
    place = resolve(options)
    shown = _previewed(options, place) if options.typed is None else _typed(options, place)
    if options.json:
        print_json(shown)
    if shown["refusal"] is not None:
        raise NothingToOffer(shown["refusal"])
    if not options.json:
        _print(options, shown)


def _print(options: argparse.Namespace, shown: dict[str, Any]) -> None:
    if options.prompt:
        print_text(shown["prompt"], end="")
        if shown["prompt_suffix"]:
            print_text(f"\n{_APART}\n{shown['prompt_suffix']}", end="")
    else:
        _show(shown)
    if "typed" in shown:
        _tell(shown, aside=options.prompt)


def _check(options: argparse.Namespace) -> None:
    if options.budget is not None and options.budget < 1:
        raise UsageError(f"--budget {options.budget}: expected a number of tokens above 0")
    if options.typed is not None and options.typed < 1:
        raise UsageError(f"--typed {options.typed}: expected a number of keystrokes above 0")


def _previewed(options: argparse.Namespace, place: Place) -> dict[str, Any]:
    settings = configured_for(options, place.root).settings
    try:
        workspace = open_workspace(place.root, settings, cache_folder())
        try:
            if place.to_crawl:
                workspace.repository.refresh()
            asyncio.run(_probe(workspace))
            path = workspace.relative(place.file)
            language = languages.of(path, place.text)
            snapshot = Snapshot(path, language, None, place.text, place.cursor)
            return preview(workspace, snapshot, options.budget)[0]
        finally:
            workspace.close()
    except InferenceError as error:
        raise UsageError(str(error), kind=error.kind) from None


async def _probe(workspace: Workspace) -> None:
    """Find out what the model server takes, as the language server does before a first prompt.

    A prompt that is made without knowing it is as good.
    """
    backend = workspace.backend
    if not isinstance(backend, Probing):
        return
    ids = workspace.tokenizer().encode(backend.probe_text)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            told = await backend.probe(ids)
    except (BackendError, TimeoutError):
        told = None
    finally:
        await backend.aclose()
    if told is not None:
        note(told)


def _typed(options: argparse.Namespace, place: Place) -> dict[str, Any]:
    """The prompt after the last keystrokes before the cursor, which a server is told of."""
    draft = draft_of(place.text, place.cursor, options.typed)
    if not draft.keys:
        raise NothingToOffer("nothing stands before the cursor that could have been typed")
    command = launch.command("serve", *server_arguments(options))
    root = place.root if place.to_crawl else None
    try:
        with progress_bar("Typing") as progress:
            return asyncio.run(
                type_through(command, root, place.file, draft, options.budget, progress)
            )
    except FailureError as error:
        if error.kind == "refused":
            raise UsageError(str(error)) from None
        raise


def _tell(shown: dict[str, Any], *, aside: bool) -> None:
    """How much of the prompt stood still, next to the result or, `aside` of it, as a note."""
    typed = shown["typed"]
    about = "" if shown["prompt_ids"] is not None else "about "
    sentence = (
        f"{about}the first {typed['head_tokens']:,} of {shown['tokens']:,} tokens stood still over "
        f"{typed['keystrokes']:,} keystrokes; each read {about}{typed['read_again']['mean']:,.1f} "
        f"tokens anew"
    )
    if aside:
        note(sentence)
    else:
        print_text(sentence)


def _show(shown: dict[str, Any]) -> None:
    """The prompt from its head to its tail, and what isn't in it."""
    head = (
        f"{shown['tokens']} of {shown['budget']} tokens "
        f"(counted by {shown['tokenizer']}, prompt for {shown['model']}), in prompt order:"
    )
    rows = [_row(file) for file in shown["files"]]
    rows += [
        ("", str(shown[f"{part}_tokens"]), part, "(this file)", "", where)
        for part, where in PARTS
        if shown[f"{part}_tokens"] or part != "typed"
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
