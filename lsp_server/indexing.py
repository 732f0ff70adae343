"""The index kept up with the disk, off the event loop, one refresh at a time."""

from __future__ import annotations

import asyncio
import gc
import logging
import uuid
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from inference.errors import InferenceError
from lsp_server.scanning import scan_ahead
from lsp_server.session import Problem
from lsp_server.status import send_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.repository import IndexReport
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

PATIENCE_S = 1.0
WHOLE = 100

log = logging.getLogger(__name__)


async def keep_indexed(server: InfillServer, workspace: Workspace) -> None:
    """Refresh the index; a call during a refresh leads to one more afterwards, not to two."""
    workspace.stale = True
    if workspace.refreshing:
        return
    workspace.refreshing = True
    try:
        while workspace.stale:
            workspace.stale = False
            await _refresh(server, workspace)
    finally:
        workspace.refreshing = False
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(server.session.indexer, scan_ahead, workspace)


async def _refresh(server: InfillServer, workspace: Workspace) -> None:
    loop = asyncio.get_running_loop()
    report = await _begin_progress(server, workspace)
    try:
        found = await loop.run_in_executor(server.session.indexer, _read, workspace, report)
        log.info("indexed %s: %d files in %.2f s", workspace.root, found.files, found.seconds)
        await workspace.learn()
    except InferenceError as error:
        server.session.problem = Problem(error.kind, str(error))
    except Exception:
        # The edge of a task that nobody awaits the result of: a folder may vanish under us.
        # What was indexed before stays in use, and the next change tries again.
        log.exception("can't index %s", workspace.root)
    finally:
        workspace.indexed = True
        report(1, 1)
        send_status(server)


def _read(workspace: Workspace, report: Callable[[int, int], None]) -> IndexReport:
    """Everything slow that comes from the disk."""
    if workspace.backend.capabilities.prompt:
        workspace.tokenizer()
    found = workspace.repository.refresh(report)
    # The index stays: the garbage collector needn't look through it between keystrokes.
    gc.freeze()
    return found


async def _begin_progress(server: InfillServer, workspace: Workspace) -> Callable[[int, int], None]:
    """A function that reports progress from any thread; one that does nothing without support."""
    if not server.session.client.work_done_progress:
        return lambda _done, _total: None
    token = str(uuid.uuid4())
    if not await _accepted(server, token):
        return lambda _done, _total: None
    title = f"Indexing {workspace.root.name}"
    _notify(server, token, types.WorkDoneProgressBegin(title, percentage=0))
    loop = asyncio.get_running_loop()
    shown = 0

    def report(done: int, total: int) -> None:
        """Pass on each percentage once; the hundredth ends it."""
        nonlocal shown
        percentage = 100 * done // max(total, 1)
        if percentage <= shown:
            return
        shown = percentage
        further = types.WorkDoneProgressReport(percentage=percentage)
        _notify(server, token, types.WorkDoneProgressEnd() if percentage >= WHOLE else further)

    def tell(done: int, total: int) -> None:
        loop.call_soon_threadsafe(report, done, total)

    return tell


async def _accepted(server: InfillServer, token: str) -> bool:
    """Whether the client shows progress under this token; one that is silent doesn't."""
    params = types.WorkDoneProgressCreateParams(token)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await server.window_work_done_progress_create_async(params)
    except (JsonRpcException, TimeoutError):
        return False
    return True


def _notify(server: InfillServer, token: str, value: Any) -> None:
    server.progress(types.ProgressParams(token, value))
