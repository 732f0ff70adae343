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
from lsp_server.features.fallback import offer_in_list, wants_list
from lsp_server.features.settings import begin, note_files
from lsp_server.indexing import keep_indexed
from lsp_server.probing import begin_probe
from lsp_server.session import Client
from lsp_server.status import send_status
from lsp_server.switching import set_log_level
from lsp_server.uris import to_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lsp_server.server import InfillServer

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        roots = _roots(params)
        server.session.client = _client(params)
        server.session.initial = _object(params.initialization_options)
        server.session.gather = partial(
            configuration.gather,
            config=server.config,
            environment=os.environ,
            editor=server.session.initial,
            assignments=server.assignments,
        )
        server.session.roots = roots
        note_files(server)
        configured = server.session.configure(None)
        set_log_level(configured)
        if configured is not None and wants_list(configured.settings, params.capabilities):
            offer_in_list(server)
        for root in roots:
            server.session.open_folder(root)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.session.documents.encoding = _encoding(server)
        server.session.announce = partial(send_status, server)
        _warn(server)
        send_status(server)
        for workspace in server.session.folders.values():
            begin_probe(server, workspace)
            server.session.start(keep_indexed(server, workspace))
        server.session.start(begin(server))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for root in _paths(folder.uri for folder in params.event.removed):
            server.session.close_folder(root)
            server.session.roots = [known for known in server.session.roots if known != root]
        for root in _paths(folder.uri for folder in params.event.added):
            _add_folder(server, root)
        send_status(server)

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await server.session.stop()


def _add_folder(server: InfillServer, root: Path) -> None:
    session = server.session
    if root in session.roots or not root.is_dir():
        return
    session.roots.append(root)
    workspace = session.open_folder(root)
    if workspace is not None:
        begin_probe(server, workspace)
        session.start(keep_indexed(server, workspace))


def _roots(params: types.InitializeParams) -> list[Path]:
    folders = [folder.uri for folder in params.workspace_folders or ()]
    uris = folders or ([params.root_uri] if params.root_uri else [])
    return [path for path in _paths(uris) if path.is_dir()]


def _paths(uris: Iterable[str]) -> list[Path]:
    return [path for uri in uris if (path := to_path(uri))]


def _client(params: types.InitializeParams) -> Client:
    capabilities = params.capabilities
    ours = _object(_object(capabilities.experimental).get("infill"))
    workspace = capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    changed = workspace.did_change_configuration if workspace else None
    return Client(
        answer_details=bool(ours.get("answerDetails")),
        partial_text=bool(ours.get("partialText")),
        one_item=bool(ours.get("oneItem")),
        work_done_progress=bool(capabilities.window and capabilities.window.work_done_progress),
        watches_files=bool(watched and watched.dynamic_registration),
        tells_settings=bool(workspace and workspace.configuration),
        registers_settings=bool(changed and changed.dynamic_registration),
        # It waits 200 ms by itself before it asks.
        debounces=params.client_info is not None and params.client_info.name == "Neovim",
    )


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
