"""Changes on disk told by the system, a thread a folder; by the editor where the system can't."""

from __future__ import annotations

import asyncio
import logging
from threading import Thread
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from context.disk.watch import watch
from context.errors import UnwatchableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

log = logging.getLogger(__name__)


def keep_watched(
    server: InfillServer, workspace: Workspace, note: Callable[[set[str]], None]
) -> None:
    """Have `note` told, on the event loop, what changes below a root until it is closed."""
    loop = asyncio.get_running_loop()

    def post(work: Callable[..., None], *arguments: Any) -> None:
        # After the loop's end nobody wants to hear anything any more.
        if not workspace.closed and not loop.is_closed():
            loop.call_soon_threadsafe(work, *arguments)

    def fall_back() -> None:
        server.session.start(ask_editor(server))

    def follow() -> None:
        repository = workspace.repository
        try:
            for paths in watch(repository.root, lambda: repository.folders, stop=workspace.closing):
                news = {path for path in paths if not repository.leaves_out(path)}
                if news:
                    post(note, news)
        except UnwatchableError as error:
            log.warning("%s; following what the editor tells of instead", error)
            post(fall_back)

    Thread(target=follow, name="infill-watch").start()


async def ask_editor(server: InfillServer) -> None:
    """Have the editor watch files, once, where it can be asked to; each save is told anyway."""
    session = server.session
    if session.client.watches_files and not session.asked_to_watch:
        session.asked_to_watch = True
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("infill-watch", method, options)
        try:
            await server.client_register_capability_async(types.RegistrationParams([registration]))
        except JsonRpcException as error:
            log.warning("the editor doesn't watch files, either: %s", error)
