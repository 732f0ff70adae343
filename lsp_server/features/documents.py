"""Documents opened, edited, saved and closed, and files changed behind the editor's back."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.foreseeing import foresee
from lsp_server.indexing import keep_indexed
from lsp_server.kept import counting
from lsp_server.resting import rest
from lsp_server.uris import to_path
from lsp_server.warming import stop_warming

if TYPE_CHECKING:
    from lsp_server.documents import Document
    from lsp_server.server import InfillServer
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace

log = logging.getLogger(__name__)

_EVERY_FILE = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*"), scheme="file")]
)


def register(server: InfillServer) -> None:
    """Bind the features to a server."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = session.documents.open(params.text_document)
        workspace = _show(session, document)
        if workspace is not None:
            session.start(foresee(session, workspace, asyncio.get_running_loop()))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = session.documents.change(params)
        if document is None:
            log.warning("an edit came for a document that was never opened")
        elif document.notebook is None:
            _show(session, document)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        document = session.documents.get(params.text_document.uri)
        counting.closing(session, params.text_document.uri)
        session.documents.close(params.text_document.uri)
        workspace = session.forget(document) if document is not None else None
        if workspace is not None:
            stop_warming(workspace, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        _refresh_for(server, [params.text_document.uri])

    _register_for_notebooks(server)
    _register_for_files(server)


def _register_for_notebooks(server: InfillServer) -> None:
    """Bind what an editor tells of notebooks, each of which stands before one file."""
    session = server.session

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open_notebook(params: types.DidOpenNotebookDocumentParams) -> None:
        _show(session, session.documents.open_notebook(params))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change_notebook(params: types.DidChangeNotebookDocumentParams) -> None:
        notebook = session.documents.change_notebook(params)
        if notebook is None:
            log.warning("a change came for a notebook that was never opened")
        else:
            _show(session, notebook)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close_notebook(params: types.DidCloseNotebookDocumentParams) -> None:
        notebook = session.documents.get_notebook(params.notebook_document.uri)
        counting.closing(session, params.notebook_document.uri)
        session.documents.close_notebook(params.notebook_document.uri)
        workspace = session.forget(notebook) if notebook is not None else None
        if workspace is not None:
            stop_warming(workspace)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def did_save_notebook(params: types.DidSaveNotebookDocumentParams) -> None:
        _refresh_for(server, [params.notebook_document.uri])


def _register_for_files(server: InfillServer) -> None:
    """Bind what an editor tells of files, open or not."""

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        _refresh_for(server, [change.uri for change in params.changes])

    @server.feature(types.WORKSPACE_DID_CREATE_FILES, _EVERY_FILE)
    def did_create_files(params: types.CreateFilesParams) -> None:
        _refresh_for(server, [file.uri for file in params.files])

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, _EVERY_FILE)
    def did_rename_files(params: types.RenameFilesParams) -> None:
        both = [uri for file in params.files for uri in (file.old_uri, file.new_uri)]
        _refresh_for(server, both)

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, _EVERY_FILE)
    def did_delete_files(params: types.DeleteFilesParams) -> None:
        _refresh_for(server, [file.uri for file in params.files])


def _show(session: Session, document: Document) -> Workspace | None:
    """Let a document stand before its file, and at the next pause be looked at."""
    workspace = session.shadow(document, document.text)
    if workspace is None:
        return None
    stop_warming(workspace, None if document.is_notebook else document.uri)
    if not workspace.resting:
        session.start(rest(session, workspace))
    return workspace


def _refresh_for(server: InfillServer, uris: list[str]) -> None:
    """Refresh each folder where files of it are named."""
    paths = [path for uri in uris if (path := to_path(uri))]
    for root, workspace in server.session.folders.items():
        inside = {path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root)}
        if inside:
            # The root itself is anything in it.
            changed = {"" if path == "." else path for path in inside}
            server.session.start(keep_indexed(server, workspace, changed))
