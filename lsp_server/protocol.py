"""pygls' protocol with the gaps closed that a client can fall into.

Every request gets an answer, malformed ones and late ones included; what goes to
the client holds no traceback and no path of this machine; documents are ours.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import JsonRPCNotification, RPCRequest

from lsp_server.wire import plain_converter

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter
    from pygls.protocol.json_rpc import MsgId, RPCMessage

log = logging.getLogger(__name__)

# Notifications whose name begins with "$/" may be ignored, says the protocol.
_IGNORED = "$/infill/ignored"


class InfillProtocol(LanguageServerProtocol):
    """What travels between the editor and the server."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from JSON; one with unusable parameters is refused, not dropped."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "id" in data and "method" in data:
                message = f"the parameters of {data['method']} are not what the protocol says"
                self._send_response(data["id"], None, _invalid_params(message))
            return JsonRPCNotification(method=_IGNORED, jsonrpc=self.VERSION, params=None)

    def handle_message(self, message: RPCMessage) -> None:
        """Handle a message, and refuse requests that come after `shutdown`."""
        if self._shutdown and isinstance(message, RPCRequest):
            error = JsonRpcInvalidRequest("the server is shutting down")
            self._send_response(message.id, None, error.to_response_error())
            return
        if getattr(message, "method", None) != _IGNORED:
            super().handle_message(message)

    def _send_response(
        self, msg_id: MsgId, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and error.data is not None:
            log.error("request %s failed: %s", msg_id, error.data)
            error = types.ResponseError(error.code, "internal error; the server's log has more")
        super()._send_response(msg_id, result, error)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """Hand the document to our feature alone."""
        yield self._feature(types.TEXT_DOCUMENT_DID_OPEN), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """Hand the edit to our feature alone."""
        yield self._feature(types.TEXT_DOCUMENT_DID_CHANGE), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """Hand the closing to our feature alone."""
        yield self._feature(types.TEXT_DOCUMENT_DID_CLOSE), (params,), None

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


def _invalid_params(message: str) -> types.ResponseError:
    return JsonRpcInvalidParams(message).to_response_error()
