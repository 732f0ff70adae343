"""`infill bench`: how well Infill does in the user's own repository."""

from __future__ import annotations

import random
from collections import defaultdict
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from context.files import find_root
from context.places import definition_places, member_places
from inference.errors import InferenceError
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import print_json
from lsp_server.commands.progress import progress_bar
from lsp_server.commands.tables import Column, Table, show
from lsp_server.errors import NothingToOffer, UsageError
from lsp_server.folders import cache_folder
from lsp_server.recall import ask_all
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from context.places import Place
    from lsp_server.recall import Asked
    from lsp_server.workspace import Workspace

Json = dict[str, Any]

ALL = "all"
COLUMNS = (
    Column("asked for", "cyan"),
    Column("language"),
    Column("budget", is_number=True),
    Column("places", is_number=True),
    Column("found", is_number=True),
    Column("recall", "bold green", is_number=True),
    Column("ms p50", is_number=True),
    Column("p99", is_number=True),
)


def run(options: argparse.Namespace) -> None:
    """Print what the prompts of seeded places hold, and what is completed there.

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
    else:
        _show(root, result)


def _budgets(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise UsageError(f"--budgets {text}: expected numbers of tokens, such as 2048,8192")
    return [int(part) for part in parts]


def _measured(workspace: Workspace, options: argparse.Namespace, budgets: list[int]) -> Json:
    with progress_bar(f"Indexing {workspace.root.name}") as progress:
        workspace.repository.refresh(progress)
    places = _places(workspace, options.n, options.seed)
    if not places:
        raise NothingToOffer("no file here uses a name that another one defines")
    with progress_bar("Places") as progress:
        asked = list(ask_all(workspace, places, budgets, progress))
    result: Json = {"seed": options.seed, "recall": _summed(asked)}
    if options.list:
        result["places"] = [_listed(item) for item in asked]
    return result


def _places(workspace: Workspace, n: int, seed: int) -> list[Place]:
    """The same places for the same seed, those of each kind drawn on their own."""
    index, read = workspace.repository.index, workspace.repository.read
    made: list[Place] = []
    for draw in (definition_places, member_places):
        rng = random.Random(seed)  # noqa: S311 - a benchmark wants draws that repeat
        made += draw(index, read, rng, n)
    return made


def _summed(asked: Sequence[Asked]) -> list[Json]:
    """One row for each kind, budget and language, and one for all languages together."""
    groups: defaultdict[tuple[str, int, str], list[Asked]] = defaultdict(list)
    for item in asked:
        for language in (ALL, item.place.language):
            groups[item.place.kind, item.budget, language].append(item)
    return [
        _row(*key, groups[key]) for key in sorted(groups, key=lambda key: (*key[:2], _last(key[2])))
    ]


def _last(language: str) -> tuple[bool, str]:
    return language == ALL, language


def _row(kind: str, budget: int, language: str, asked: Sequence[Asked]) -> Json:
    found = sum(item.is_found for item in asked)
    times = [item.context_ms for item in asked]
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return {
        "kind": kind,
        "language": language,
        "budget": budget,
        "places": len(asked),
        "found": found,
        "recall": round(found / len(asked), 4),
        "context_ms": {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)},
    }


def _listed(item: Asked) -> Json:
    place = item.place
    return {
        "kind": place.kind,
        "path": place.path,
        "offset": place.cursor,
        "name": place.name,
        "budget": item.budget,
        "found": item.is_found,
    }


def _show(root: Path, result: Json) -> None:
    languages = {row["language"] for row in result["recall"]}
    rows = [
        (
            row["kind"],
            row["language"],
            str(row["budget"]),
            str(row["places"]),
            str(row["found"]),
            f"{row['recall']:.2f}",
            f"{row['context_ms']['p50']:.1f}",
            f"{row['context_ms']['p99']:.1f}",
        )
        for row in result["recall"]
        # Of one language the sum says the same again.
        if row["language"] != ALL or len(languages) > 2  # noqa: PLR2004 -- it and the sum
    ]
    tables = [Table(f"{root}: what a prompt shows of what its place needs", COLUMNS, rows)]
    missed = [item for item in result.get("places", ()) if not item["found"]]
    if missed:
        columns = (Column("missed"), Column("budget", is_number=True), Column("file", "cyan"))
        listed = [(item["name"], str(item["budget"]), item["path"]) for item in missed]
        tables.append(Table(f"{len(missed)} not found", columns, listed))
    show(*tables)
