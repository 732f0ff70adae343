"""Documents opened, edited, saved and closed, and files changed behind the editor's back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.indexing import keep_indexed
from lsp_server.uris import to_path

if TYPE_CHECKING:
    from lsp_server.server import InfillServer

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the features to a server."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = session.documents.open(params.text_document)
        session.shadow(document, document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = session.documents.change(params)
        if document is None:
            log.warning("an edit came for a document that was never opened")
        else:
            session.shadow(document, document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        document = session.documents.get(params.text_document.uri)
        session.documents.close(params.text_document.uri)
        if document is not None:
            session.forget(document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        _refresh_for(server, [params.text_document.uri])

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        _refresh_for(server, [change.uri for change in params.changes])


def _refresh_for(server: InfillServer, uris: list[str]) -> None:
    """Refresh each folder that one of the files lies in, once."""
    paths = [path for uri in uris if (path := to_path(uri))]
    for root, workspace in server.session.folders.items():
        if any(path.is_relative_to(root) for path in paths):
            server.session.start(keep_indexed(server, workspace))
