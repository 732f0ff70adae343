"""LSP as it is spoken here: pygls' own documents, notebooks and folders are done without.

What it would keep of them is kept by our features alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.protocol import lsp_method

from lsp_server.rpc import Conversation
from lsp_server.wire import plain_converter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from cattrs import Converter

    from lsp_server.server import InfillServer

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("*")], save=True
)


class InfillProtocol(Conversation):
    """What travels between the editor and the server."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Any:
        """Let our feature take up what the client says, and say what the server can do.

        pygls would open a workspace of its own besides, and refuse folders that it can't read.
        """
        server = cast("InfillServer", self._server)
        server.process_id = params.process_id
        self.client_capabilities = params.capabilities
        self._feature(types.INITIALIZE)(params)
        self.server_capabilities = self._capabilities(params.capabilities)
        return types.InitializeResult(self.server_capabilities, self.server_info)

    def _capabilities(self, client: types.ClientCapabilities) -> types.ServerCapabilities:
        """What of what is registered a client with these capabilities is told."""
        manager: Any = self.fm
        builder: Any = ServerCapabilitiesBuilder(
            client,
            {*manager.features, *manager.builtin_features},
            manager.feature_options,
            list(manager.commands),
            types.TextDocumentSyncKind.Incremental,
            NOTEBOOKS,
            ServerCapabilitiesBuilder.choose_position_encoding(client),
        )
        built: types.ServerCapabilities = builder.build()
        return built

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Generator[Any, Any, None]:
        """End the conversation: 0 after `shutdown`, 1 without."""
        self.exit_code = 0 if self._is_ending else 1
        yield from ()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """Hand the document to our feature alone."""
        return self._feature(types.TEXT_DOCUMENT_DID_OPEN)(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """Hand the edit to our feature alone."""
        return self._feature(types.TEXT_DOCUMENT_DID_CHANGE)(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """Hand the closing to our feature alone."""
        return self._feature(types.TEXT_DOCUMENT_DID_CLOSE)(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> Any:
        """Hand the notebook to our feature alone."""
        return self._feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> Any:
        """Hand the change to our feature alone."""
        return self._feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> Any:
        """Hand the closing to our feature alone."""
        return self._feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(params)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(
        self, params: types.DidChangeWorkspaceFoldersParams
    ) -> Any:
        """Hand the folders to our feature alone."""
        return self._feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(params)

    def _feature(self, name: str) -> Callable[..., Any]:
        features = cast("dict[str, Callable[..., Any]]", self.fm.features)
        return features[name]


def converter() -> Converter:
    """The converter between JSON and protocol values, with older clients understood.

    LSP 3.18 counts trigger kinds Invoked = 1, Automatic = 2; before it was final
    clients sent 0 and 1. So 1 means automatic only from a client that has sent 0.
    """
    made = plain_converter()
    seen_zero = False

    def trigger_kind(value: Any, _: type) -> types.InlineCompletionTriggerKind:
        nonlocal seen_zero
        seen_zero = seen_zero or value == 0
        if value == 0:
            return types.InlineCompletionTriggerKind.Invoked
        if value == 1 and seen_zero:
            return types.InlineCompletionTriggerKind.Automatic
        return types.InlineCompletionTriggerKind(value)

    made.register_structure_hook(types.InlineCompletionTriggerKind, trigger_kind)
    return made
