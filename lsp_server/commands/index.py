"""`infill index`: build or refresh a repository's index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.disk.files import find_root
from context.repository import Repository
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import print_json
from lsp_server.commands.progress import progress_bar
from lsp_server.commands.tables import Column, Table, show
from lsp_server.folders import cache_folder

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from context.report import IndexReport

FILES = Column("files", is_number=True)


def run(options: argparse.Namespace) -> None:
    """Refresh the index and print what it holds."""
    root: Path = options.root or find_root(options.directory / "_")
    settings = configured_for(options, root).settings
    repository = Repository(root, cache_dir=cache_folder(), ignore=settings.context.ignore)
    try:
        with progress_bar(f"Indexing {root.name}") as progress:
            report = repository.refresh(progress)
        result = _result(report)
        if options.edges:
            result |= _edges(repository)
    finally:
        repository.close()
    if options.json:
        print_json(result)
    else:
        _show(root, result)


def _result(report: IndexReport) -> dict[str, Any]:
    return {
        "files": report.files,
        "by_language": dict(report.by_language),
        "edges": report.edges,
        "seconds": round(report.seconds, 3),
        "from_cache": report.from_cache,
        "parsed": report.parsed,
        "left_out": dict(report.left_out),
    }


def _edges(repository: Repository) -> dict[str, Any]:
    index = repository.index
    graph = [
        [importer, imported]
        for importer in index.order
        for imported in index.imports.get(importer, ())
    ]
    return {"graph": sorted(graph), "order": list(index.order)}


def _show(root: Path, result: dict[str, Any]) -> None:
    """Tables for a person: what there is, what was left out, who imports whom."""
    head = (
        f"{root}: {result['files']} files, {result['edges']} import edges "
        f"in {result['seconds']:.2f} s ({result['parsed']} parsed, {result['from_cache']} known)"
    )
    total = max(1, result["files"])
    languages = [
        (name, str(count), f"{100 * count / total:.0f}%")
        for name, count in sorted(result["by_language"].items(), key=_most_first)
    ]
    reasons = [
        (why, str(count)) for why, count in sorted(result["left_out"].items(), key=_most_first)
    ]
    tables = [
        Table(head, (Column("language", "cyan"), FILES, Column("share", is_number=True)), languages)
    ]
    if reasons:
        title = f"{sum(result['left_out'].values())} files and folders left out"
        tables.append(Table(title, (Column("why", "yellow"), FILES), reasons))
    if "graph" in result:
        rows = [(importer, "->", imported) for importer, imported in result["graph"]]
        tables.append(Table("Imports", (Column("file"), Column(""), Column("imports")), rows))
    show(*tables)


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
