"""Secrets looked for before a prompt needs to know: while nobody waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.workspace import Workspace

# What is imported less often than these is scanned when it is first wanted.
_MOST_FILES = 2_000


def scan_ahead(workspace: Workspace) -> None:
    """Look through the files that a prompt will likeliest hold, the most imported first.

    Ends early when the index is to be read anew. It takes half of its thread's time
    at most, as requests run beside it.
    """
    if not workspace.backend.capabilities.prompt:
        return
    importers = workspace.repository.index.importers
    ranked = sorted(importers, key=lambda path: (-len(importers[path]), path))
    for path in ranked[:_MOST_FILES]:
        if workspace.closed or workspace.stale:
            break
        started = time.perf_counter()
        workspace.gate.finding(workspace.repository.read(path) or "")
        time.sleep(time.perf_counter() - started)
    workspace.gate.save()
