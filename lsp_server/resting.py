"""What is done while nobody types, so that who types next doesn't wait for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsp_server.foreseeing import foresee
from lsp_server.garbage import collect_in_pause
from lsp_server.scanning import scan_ahead

if TYPE_CHECKING:
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace

IDLE_S = 0.4


async def rest(session: Session, workspace: Workspace) -> None:
    """Wait for an idle moment, then make ready what the next selection needs."""
    if workspace.resting or not workspace.indexed:
        return
    workspace.resting = True
    try:
        await _idle(session, workspace)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(session.indexer, _settle, workspace)
        await foresee(session, workspace, loop)
        await loop.run_in_executor(session.indexer, _tidy, session)
        await loop.run_in_executor(session.indexer, scan_ahead, workspace)
    finally:
        workspace.resting = False


async def _idle(session: Session, workspace: Workspace) -> None:
    """Return once neither a request nor an edit nor a change on disk came for a while."""
    revision = -1
    repository = workspace.repository
    while revision != repository.revision or session.courtesy.quiet_s < IDLE_S or workspace.stale:
        revision = repository.revision
        await asyncio.sleep(IDLE_S)


def _settle(workspace: Workspace) -> None:
    if not workspace.closed:
        workspace.repository.settle()


def _tidy(session: Session) -> None:
    if session.courtesy.quiet_s >= IDLE_S:
        collect_in_pause()
