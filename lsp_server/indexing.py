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
from lsp_server.acquainting import acquaint
from lsp_server.resting import rest
from lsp_server.status import send_status
from lsp_server.telling import tell_once
from lsp_server.watching import keep_watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from context.report import IndexReport
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

ANYTHING = ("",)
"""Instead of paths: whatever there is."""
PATIENCE_S = 1.0
# More files than these are hardly edited one by one: others may follow.
FEW = 20
QUIET_S = 0.3
LONGEST_S = 15.0
WHOLE = 100

log = logging.getLogger(__name__)


async def keep_indexed(
    server: InfillServer, workspace: Workspace, paths: Collection[str] = ANYTHING
) -> None:
    """Refresh the index where `paths` are; what changes meanwhile is taken up together afterwards.

    What happens to many files at once, as when another branch is checked out, is one change.
    """
    workspace.changed.update(paths)
    if workspace.refreshing:
        return
    workspace.refreshing = True
    try:
        while workspace.stale and not workspace.closed:
            await _quiet(workspace)
            changed, workspace.changed = workspace.changed, set()
            await _refresh(server, workspace, changed)
    finally:
        workspace.refreshing = False
    server.session.start(rest(server.session, workspace))


async def _quiet(workspace: Workspace) -> None:
    """Return when no more changes come in; at once where there are only a few."""
    waited_s, n_known = 0.0, FEW
    while workspace.indexed and waited_s < LONGEST_S and len(workspace.changed) > n_known:
        n_known = len(workspace.changed)
        await asyncio.sleep(QUIET_S)
        waited_s += QUIET_S
        if (workspace.root / ".git" / "index.lock").exists():
            # git is still at it.
            n_known = FEW


async def _refresh(server: InfillServer, workspace: Workspace, changed: set[str]) -> None:
    loop = asyncio.get_running_loop()
    is_much = len(changed) > FEW or not workspace.indexed
    before = workspace.trouble
    report = await _begin_progress(server, workspace) if is_much else _report_nothing
    if not workspace.indexed:
        await acquaint(server, workspace)
    try:
        found = await loop.run_in_executor(
            server.session.indexer, _read, workspace, changed, report
        )
        workspace.failure = None
        log.info("indexed %s: %d files in %.2f s", workspace.root, found.files, found.seconds)
        _watch_from_now_on(server, workspace)
        if is_much:
            await workspace.learn()
    except InferenceError as error:
        workspace.health.failed(error)
    except Exception as error:
        # The edge of a task that nobody awaits the result of: a folder may vanish under us.
        # The repository shows no other files until the next change, which tries again.
        log.exception("can't index %s", workspace.root)
        workspace.failure = (
            f"{workspace.root.name} can't be indexed ({type(error).__name__}: {error}), "
            "so only the open documents are used"
        )
    finally:
        first, workspace.indexed = not workspace.indexed, True
        report(1, 1)
        if first or is_much or workspace.trouble != before:
            send_status(server)
    tell_once(server, workspace.trouble)


def _watch_from_now_on(server: InfillServer, workspace: Workspace) -> None:
    """Watch a folder once it was crawled: what is watched are the folders that were found."""
    if workspace.watched:
        return
    workspace.watched = True

    def note(paths: set[str]) -> None:
        server.session.start(keep_indexed(server, workspace, paths))

    keep_watched(server, workspace, note)


def _read(
    workspace: Workspace, changed: set[str], report: Callable[[int, int], None]
) -> IndexReport:
    """Everything slow that comes from the disk."""
    if len(changed) <= FEW and not changed.issuperset(ANYTHING):
        return workspace.repository.refresh_paths(changed, report)
    # Hardly anything of what is made here is garbage, and a look through all of it would
    # hold up whoever types. The index stays: the collector needn't look through it later.
    gc.disable()
    try:
        return workspace.repository.refresh_paths(changed, report)
    finally:
        gc.freeze()
        gc.enable()


def _report_nothing(_done: int, _total: int) -> None:
    """Nobody wants to see the progress."""


async def _begin_progress(server: InfillServer, workspace: Workspace) -> Callable[[int, int], None]:
    """A function that reports progress from any thread; one that does nothing without support."""
    if not server.session.client.work_done_progress:
        return _report_nothing
    token = str(uuid.uuid4())
    if not await _accepted(server, token):
        return _report_nothing
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
