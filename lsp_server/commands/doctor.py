"""`infill doctor`: the set-up checked end to end, and what to do about what is wrong."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import aclosing
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from context.disk.files import find_root
from lsp_server import configuration
from lsp_server.commands.output import note, print_json
from lsp_server.commands.tables import Column, Table, show
from lsp_server.doctor.examine import examine
from lsp_server.doctor.findings import is_sound
from lsp_server.errors import FailureError
from lsp_server.folders import cache_folder

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from lsp_server.doctor.findings import Finding

_SIGNS = {"ok": "ok", "warning": "warning", "error": "ERROR", "skipped": "-"}


def run(options: argparse.Namespace) -> None:
    """Print what was found; the exit code is 3 where something doesn't work.

    Made-up code is all that is sent anywhere.
    """
    findings = asyncio.run(_findings(options))
    if options.json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        _show(findings)
    if not is_sound(findings):
        sys.exit(FailureError.exit_code)


async def _findings(options: argparse.Namespace) -> list[Finding]:
    """All of them, each told on a terminal's standard error while the next is waited for."""
    root: Path = options.root or find_root(options.directory / "_")
    gather = partial(
        configuration.gather,
        config=options.config,
        root=root,
        environment=os.environ,
        editor=None,
        assignments=options.set,
    )
    found: list[Finding] = []
    async with aclosing(examine(gather, root, cache_folder(), options.config)) as findings:
        async for finding in findings:
            found.append(finding)
            if sys.stderr.isatty() and not options.json:
                note(f"{finding.check}: {_SIGNS[finding.level]}")
    return found


def _show(findings: list[Finding]) -> None:
    n_wrong = sum(finding.level == "error" for finding in findings)
    n_doubtful = sum(finding.level == "warning" for finding in findings)
    title = f"errors: {n_wrong}, warnings: {n_doubtful}"
    columns = (
        Column("check", "cyan", is_whole=True),
        Column("", is_whole=True),
        Column("found"),
        Column("what to do", "yellow"),
    )
    rows = [
        (finding.check, _SIGNS[finding.level], finding.found, finding.remedy)
        for finding in findings
    ]
    show(Table(title, columns, rows))
