"""pygls' JSON-RPC with the gaps closed that a client can fall into.

Every request gets an answer, malformed, early and late ones included; what goes to
the client holds no traceback and no path of this machine.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
)
from pygls.protocol import LanguageServerProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from pygls.protocol.json_rpc import MsgId, RPCMessage

    from lsp_server.server import InfillServer

log = logging.getLogger(__name__)

SERVER_NOT_INITIALIZED = -32002
PARTIAL = "infill/partial"
STATUS = "infill/status"
_INTERNAL = "internal error; the server's log has more"
# Of a request or notification, and nothing that would make it look like an answer.
_FIELDS = ("jsonrpc", "id", "method", "params")


class Conversation(LanguageServerProtocol):
    """The messages between an editor and the server, whatever they mean."""

    exit_code: int | None = None
    _began = False
    _is_ending = False
    _held: Any = None

    def receive(self, body: bytes) -> None:
        """Handle one message, whatever it is."""
        self._tell_held()
        try:
            message: Any = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("the message is not JSON"))
            return
        fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
        try:
            self._receive(fields)
        except Exception:
            # The edge: whatever is wrong with one message, the next one is heard.
            log.exception("a message could not be handled")
            if "method" in fields and "id" in fields:
                self._refuse(_identifier(fields), JsonRpcInternalError(_INTERNAL))

    def refuse_junk(self, reason: str) -> None:
        """Tell the client that what it sent was no message."""
        log.warning("%s", reason)
        self._refuse(None, JsonRpcParseError(reason))

    def _receive(self, message: dict[str, Any]) -> None:
        """Handle a message that is one, and refuse anything else."""
        is_answer = "method" not in message and ("result" in message or "error" in message)
        if message.get("jsonrpc") != self.VERSION:
            error = JsonRpcInvalidRequest("not a JSON-RPC 2.0 message")
            self._refuse(_identifier(message), error)
        elif is_answer:
            self._take_answer(message)
        elif not isinstance(message.get("method"), str):
            self._refuse(_identifier(message), JsonRpcInvalidRequest("it names no method"))
        elif "id" in message and _identifier(message) is None:
            self._refuse(None, JsonRpcInvalidRequest("an id is a string or a number"))
        else:
            self._dispatch({name: message[name] for name in _FIELDS if name in message})

    def _take_answer(self, message: dict[str, Any]) -> None:
        """Pass on what the client answers to a request of ours."""
        identifier = message.get("id")
        if not isinstance(identifier, str) or identifier not in self._result_types:
            log.warning("an answer came to a request that was never made")
            return
        try:
            self.handle_message(cast("RPCMessage", self.structure_message(message)))
        except JsonRpcException:
            log.warning("an answer of the client is not what the protocol says")
            future = self._request_futures.pop(identifier, None)
            if future is not None and not future.done():
                future.set_exception(JsonRpcInvalidParams("an answer that can't be read"))
        finally:
            self._result_types.pop(identifier, None)

    def _dispatch(self, message: dict[str, Any]) -> None:
        """Handle a message that has come in its turn, and refuse any other."""
        method, identifier = message["method"], message.get("id")
        refusal = self._out_of_turn(method)
        if refusal is None:
            refusal = self._handle(message)
        if refusal is not None and identifier is not None:
            self._refuse(identifier, refusal)

    def _handle(self, message: dict[str, Any]) -> JsonRpcException | None:
        """Hand a message to its feature; why it can't be, where its parameters are wrong."""
        method = message["method"]
        try:
            structured = cast("RPCMessage", self.structure_message(message))
        except JsonRpcException:
            log.warning("the parameters of %s are not what the protocol says", method)
            self._lose(method, message.get("params"))
            return JsonRpcInvalidParams(
                f"the parameters of {method} are not what the protocol says"
            )
        self._began = self._began or method == types.INITIALIZE
        self._is_ending = self._is_ending or method == types.SHUTDOWN
        self.handle_message(structured)
        return None

    def _out_of_turn(self, method: str) -> JsonRpcException | None:
        """Why a message can't be handled now; None where it can."""
        if method == types.EXIT:
            return None
        if self._is_ending:
            # A cancelled request is answered all the same, as everything is at the end.
            return JsonRpcInvalidRequest("the server is shutting down")
        if method == types.INITIALIZE:
            again = "the server is initialized already"
            return JsonRpcInvalidRequest(again) if self._began else None
        if not self._began:
            return JsonRpcException("the server is not initialized", SERVER_NOT_INITIALIZED)
        return None

    def _lose(self, method: str, params: Any) -> None:
        """Forget a document of which an edit can't be read: what it says is no longer known."""
        if method != types.TEXT_DOCUMENT_DID_CHANGE:
            return
        try:
            uri = params["textDocument"]["uri"]
        except (KeyError, TypeError):
            return
        cast("InfillServer", self._server).session.documents.close(str(uri))

    def _execute_handler(
        self,
        msg_id: MsgId,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Call a feature, and keep what it returns no longer than it runs.

        pygls keeps what comes of notifications for good.
        """
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._release(msg_id, future))

    @property
    def running(self) -> list[asyncio.Future[Any]]:
        """What is being done for the client and not yet answered."""
        futures: Iterable[Any] = self._request_futures.values()
        return [future for future in futures if asyncio.isfuture(future)]

    def _release(self, identifier: MsgId, future: Future[Any]) -> None:
        if self._request_futures.get(identifier) is future:
            del self._request_futures[identifier]

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        """Cancel a request of the client's; its own ids are not for it to name."""
        is_one = isinstance(msg_id, str | int)
        if is_one and msg_id not in self._result_types:
            super()._handle_cancel_notification(msg_id)

    def notify(self, method: str, params: Any | None = None) -> None:
        """Tell the client; one that doesn't keep up is spared what it can do without."""
        is_slow = bool(getattr(self.writer, "is_slow", False))
        if is_slow and method == PARTIAL:
            return
        if is_slow and method == STATUS:
            self._held = params
            return
        if method == STATUS:
            self._held = None
        super().notify(method, params)

    def _tell_held(self) -> None:
        """Tell how things are, to a client that has caught up."""
        if self._held is not None and not getattr(self.writer, "is_slow", False):
            self.notify(STATUS, self._held)

    def _refuse(self, identifier: str | int | None, error: JsonRpcException) -> None:
        told = error.to_response_error()
        if identifier is not None:
            self._send_response(identifier, None, told)
            return
        # pygls would leave out an id of null, without which this is no answer.
        words = {"code": told.code, "message": told.message}
        self._send_data({"jsonrpc": self.VERSION, "id": None, "error": words})

    def _send_response(
        self, msg_id: MsgId, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and error.data is not None:
            log.error("request %s failed: %s", msg_id, error.data)
            is_ours = error.code != JsonRpcInvalidParams.CODE
            words = _INTERNAL if is_ours else "the parameters are not what the method takes"
            error = types.ResponseError(error.code, words)
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """Put a message into the client's stream; an answer that can't be written is an error."""
        if self.writer is None:
            return
        try:
            text = json.dumps(data, default=self._serialize_message, allow_nan=False)
        except (TypeError, ValueError):
            log.exception("a message can't be written as JSON")
            identifier = getattr(data, "id", None)
            if identifier is None or hasattr(data, "method"):
                return
            error = types.ResponseError(JsonRpcInternalError.CODE, _INTERNAL)
            failed = types.ResponseErrorMessage(error=error, id=identifier)
            text = json.dumps(failed, default=self._serialize_message)
        body = text.encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def _identifier(message: dict[str, Any]) -> str | int | None:
    """What the client calls a request; None where that is nothing to answer by."""
    found = message.get("id")
    is_one = isinstance(found, str | int) and not isinstance(found, bool)
    return found if is_one else None
