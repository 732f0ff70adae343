"""`infill index`: build or refresh a repository's index."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from context.files import find_root
from context.repository import Repository
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import print_json, print_text
from lsp_server.folders import cache_folder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator
    from pathlib import Path

    from context.repository import IndexReport


def run(options: argparse.Namespace) -> None:
    """Refresh the index and print what it holds."""
    root: Path = options.root or find_root(options.directory / "_")
    settings = configured_for(options, root).settings
    repository = Repository(root, cache_dir=cache_folder(), ignore=settings.context.ignore)
    try:
        with _progress_bar() as progress:
            report = repository.refresh(progress)
        result = _result(report)
        if options.edges:
            result |= _edges(repository)
    finally:
        repository.close()
    if options.json:
        print_json(result)
    else:
        print_text(_readable(root, result))


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


def _readable(root: Path, result: dict[str, Any]) -> str:
    languages = sorted(result["by_language"].items(), key=lambda item: (-item[1], item[0]))
    head = (
        f"{root}: {result['files']} files, {result['edges']} import edges "
        f"in {result['seconds']:.2f} s ({result['parsed']} parsed, {result['from_cache']} known)"
    )
    lines = [head, "  " + ", ".join(f"{name} {count}" for name, count in languages)]
    if result["left_out"]:
        reasons = sorted(result["left_out"].items())
        lines.append("  left out: " + ", ".join(f"{count} {why}" for why, count in reasons))
    if "graph" in result:
        lines += [f"{importer} -> {imported}" for importer, imported in result["graph"]]
    return "\n".join(lines)


@contextmanager
def _progress_bar() -> Generator[Callable[[int, int], None] | None]:
    """What draws a bar on a terminal; None elsewhere.

    The bar's line ends with the block, so that after an interruption, too, the
    next prompt or message has a line of its own.
    """
    if not sys.stderr.isatty():
        yield None
        return
    drawn = False

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        drawn = True
        _write(_bar(done, total))

    try:
        yield draw
    finally:
        if drawn:
            _write("\n")


def _bar(done: int, total: int) -> str:
    width = 30
    filled = width * done // max(total, 1)
    return f"\r[{'#' * filled}{'.' * (width - filled)}] {done}/{total}"


def _write(text: str) -> None:
    """Write to the terminal, which may have been closed meanwhile."""
    with suppress(OSError):
        print(text, end="", file=sys.stderr, flush=True)
