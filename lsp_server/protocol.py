"""pygls' protocol with the gaps closed that a client can fall into.

Every request gets an answer, malformed, early and late ones included; what goes to
the client holds no traceback and no path of this machine; documents are ours.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from lsp_server.wire import plain_converter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from cattrs import Converter
    from pygls.protocol.json_rpc import MsgId, RPCMessage

log = logging.getLogger(__name__)

SERVER_NOT_INITIALIZED = -32002


class InfillProtocol(LanguageServerProtocol):
    """What travels between the editor and the server."""

    exit_code: int | None = None
    _began = False

    def receive(self, body: bytes) -> None:
        """Handle one message, whatever it is."""
        try:
            message: Any = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("the message is not JSON"))
            return
        fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
        if fields.get("jsonrpc") == self.VERSION:
            self._dispatch(fields)
        else:
            self._refuse(fields.get("id"), JsonRpcInvalidRequest("not a JSON-RPC 2.0 message"))

    def _dispatch(self, message: dict[str, Any]) -> None:
        """Handle a message that has come in its turn, and refuse any other."""
        method, identifier = message.get("method"), message.get("id")
        refusal = self._out_of_turn(method) if method is not None else None
        if refusal is not None:
            if identifier is not None:
                self._refuse(identifier, refusal)
            return
        try:
            self.handle_message(cast("RPCMessage", self.structure_message(message)))
        except JsonRpcException:
            log.warning("the parameters of %s are not what the protocol says", method)
            if identifier is not None and method is not None:
                words = f"the parameters of {method} are not what the protocol says"
                self._refuse(identifier, JsonRpcInvalidParams(words))

    def _out_of_turn(self, method: str) -> JsonRpcException | None:
        """Why a message can't be handled now; None where it can."""
        if method == types.EXIT:
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("the server is shutting down")
        if method == types.INITIALIZE:
            again, self._began = self._began, True
            return JsonRpcInvalidRequest("the server is initialized already") if again else None
        if not self._began:
            return JsonRpcException("the server is not initialized", SERVER_NOT_INITIALIZED)
        return None

    def _refuse(self, identifier: Any, error: JsonRpcException) -> None:
        self._send_response(identifier, None, error.to_response_error())

    def _send_response(
        self, msg_id: MsgId, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and error.data is not None:
            log.error("request %s failed: %s", msg_id, error.data)
            error = types.ResponseError(error.code, "internal error; the server's log has more")
        super()._send_response(msg_id, result, error)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Generator[Any, Any, None]:
        """End the conversation: 0 after `shutdown`, 1 without."""
        self.exit_code = 0 if self._shutdown else 1
        yield from ()

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
