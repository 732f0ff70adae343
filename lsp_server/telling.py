"""What the user should hear once, in a message of the editor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from lsp_server.server import InfillServer


def tell_once(server: InfillServer, text: str | None) -> None:
    """Show it, unless it was shown or logged before; nothing for None."""
    if text is None or text in server.session.warnings:
        return
    server.session.warnings.append(text)
    message = types.ShowMessageParams(types.MessageType.Warning, f"Infill: {text}")
    server.window_show_message(message)
