"""`initialize`, `initialized` and what follows from them: settings, folders, the index.

Folders may come and go later, too.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from lsp_server import configuration
from lsp_server.indexing import keep_indexed
from lsp_server.probing import begin_probe
from lsp_server.session import Client
from lsp_server.status import send_status
from lsp_server.uris import to_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lsp_server.configuration import Configured
    from lsp_server.server import InfillServer
    from lsp_server.session import Session

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        roots = _roots(params)
        server.session.client = _client(params.capabilities)
        server.session.gather = partial(
            configuration.gather,
            config=server.config,
            environment=os.environ,
            editor=_object(params.initialization_options),
            assignments=server.assignments,
        )
        _set_log_level(server.session.configure(None))
        for root in roots:
            server.session.open_folder(root)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.session.documents.encoding = _encoding(server)
        _warn(server)
        send_status(server)
        for workspace in server.session.folders.values():
            begin_probe(server, workspace)
            server.session.start(keep_indexed(server, workspace))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        session = server.session
        for root in _paths(folder.uri for folder in params.event.removed):
            session.close_folder(root)
        for root in _paths(folder.uri for folder in params.event.added):
            workspace = session.open_folder(root) if _is_new(root, session) else None
            if workspace is not None:
                begin_probe(server, workspace)
                session.start(keep_indexed(server, workspace))
        send_status(server)

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await server.session.stop()


def _set_log_level(configured: Configured | None) -> None:
    """Log as the settings say, unless `--verbose` has asked for everything."""
    root = logging.getLogger()
    if configured is not None and root.level != logging.DEBUG:
        root.setLevel(configured.settings.log.level.upper())


def _roots(params: types.InitializeParams) -> list[Path]:
    folders = [folder.uri for folder in params.workspace_folders or ()]
    uris = folders or ([params.root_uri] if params.root_uri else [])
    return [path for path in _paths(uris) if path.is_dir()]


def _paths(uris: Iterable[str]) -> list[Path]:
    return [path for uri in uris if (path := to_path(uri))]


def _is_new(root: Path, session: Session) -> bool:
    return root not in session.folders and root.is_dir()


def _client(capabilities: types.ClientCapabilities) -> Client:
    ours = _object(_object(capabilities.experimental).get("infill"))
    return Client(
        answer_details=bool(ours.get("answerDetails")),
        partial_text=bool(ours.get("partialText")),
        work_done_progress=bool(capabilities.window and capabilities.window.work_done_progress),
        watches_files=_watches_files(capabilities),
    )


def _watches_files(capabilities: types.ClientCapabilities) -> bool:
    workspace = capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    return bool(watched and watched.dynamic_registration)


def _object(value: Any) -> dict[str, Any]:
    """A JSON object; an empty one where the client sent something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _encoding(server: InfillServer) -> Any:
    chosen = server.server_capabilities.position_encoding
    return chosen.value if isinstance(chosen, types.PositionEncodingKind) else chosen or "utf-16"


def _warn(server: InfillServer) -> None:
    for warning in server.session.warnings:
        log.warning("%s", warning)
        server.window_log_message(types.LogMessageParams(types.MessageType.Warning, warning))
