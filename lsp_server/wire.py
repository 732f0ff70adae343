"""JSON-RPC messages that LSP doesn't define, kept as plain dictionaries and lists.

pygls would make named tuples of them, which renames keys such as `range` or `_x`
and compiles a class for every object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    default_converter,
)

if TYPE_CHECKING:
    from cattrs import Converter


def plain_converter() -> Converter:
    """A converter for both ends of a conversation."""
    made: Converter = default_converter()  # type: ignore[no-untyped-call]
    made.register_structure_hook(JsonRPCNotification, _notification)
    made.register_structure_hook(JsonRPCRequestMessage, _request)
    made.register_structure_hook(JsonRPCResponseMessage, _response)
    return made


def _notification(obj: dict[str, Any], _: type) -> JsonRPCNotification:
    return JsonRPCNotification(obj["method"], obj["jsonrpc"], obj.get("params"))


def _request(obj: dict[str, Any], _: type) -> JsonRPCRequestMessage:
    return JsonRPCRequestMessage(obj["id"], obj["method"], obj["jsonrpc"], obj.get("params"))


def _response(obj: dict[str, Any], _: type) -> JsonRPCResponseMessage:
    return JsonRPCResponseMessage(obj["id"], obj["jsonrpc"], obj.get("result"))
