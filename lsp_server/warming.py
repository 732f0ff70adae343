"""The next prompt made anew and read by the server while nobody types.

What a prompt shows gets old as its user types on. To make it anew moves its head, which
a model server then reads from the beginning: it does so in a pause, and who types on
finds it read.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from inference.errors import BackendError
from lsp_server.completion import refusal, request_for
from lsp_server.preparation import prepare

if TYPE_CHECKING:
    from context.types import Snapshot
    from inference.types import Request
    from lsp_server.preparation import Prepared
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace

PAUSE_S = 1.0
# Of the requests that wait at a server, those that somebody waits for come first.
LATER = 10

log = logging.getLogger(__name__)


def stop_warming(workspace: Workspace, uri: str | None = None) -> None:
    """Have a warm-up that waits or is under way end: somebody types on.

    Args:
        workspace: whose it is.
        uri: only if it is for that document; None for any.
    """
    if uri is not None and uri != workspace.warming_uri:
        return
    task, workspace.warming = workspace.warming, None
    if task is not None:
        task.cancel()


def warm_later(session: Session, workspace: Workspace, uri: str, snapshot: Snapshot) -> None:
    """Should nothing be asked or typed for a while, make the prompt anew that was just asked."""
    stop_warming(workspace)
    if workspace.warms_up:
        workspace.warming_uri = uri
        workspace.warming = session.start(_warm_up(session, workspace, uri, snapshot))


async def _warm_up(session: Session, workspace: Workspace, uri: str, snapshot: Snapshot) -> None:
    await asyncio.sleep(PAUSE_S)
    known = workspace.remembered.get(snapshot.path)
    try:
        made = await _made_anew(session, workspace, uri, snapshot)
        if made is None:
            return
        if made.prompt.text != workspace.read_prompt:
            await _read_ahead(workspace, request_for(workspace, snapshot, made.prompt, LATER))
            workspace.read_prompt = made.prompt.text
        # Only now: who types on before goes on from the head that the server still has.
        workspace.supersede(snapshot.path, known, made.remembered)
    except Exception:
        log.debug("a prompt wasn't read ahead", exc_info=True)


async def _read_ahead(workspace: Workspace, request: Request) -> None:
    try:
        await workspace.backend.warm(request)
    except BackendError as error:
        # What somebody waits for tells of it; but nothing is asked before it may be.
        workspace.health.hold_off(error)
        raise


async def _made_anew(
    session: Session, workspace: Workspace, uri: str, snapshot: Snapshot
) -> Prepared | None:
    """The prompt as of now; None where its document may not be sent or is another."""
    if workspace.health.refusal is not None or not _is_same(session, uri, snapshot):
        return None
    if await refusal(workspace, snapshot, session.executor) is not None:
        return None
    remembered = workspace.memory_of(snapshot.path)
    make = partial(prepare, workspace.pinned(), snapshot, remembered, None, is_idle=True)
    made = await asyncio.get_running_loop().run_in_executor(session.executor, make)
    if workspace.closed or not _is_same(session, uri, snapshot):
        return None
    return made


def _is_same(session: Session, uri: str, snapshot: Snapshot) -> bool:
    """Whether the document is open and as it was."""
    document = session.documents.get(uri)
    if document is None or document.version != snapshot.version:
        return False
    return document.text == snapshot.text
