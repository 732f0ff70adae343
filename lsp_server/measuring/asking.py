"""A hole opened as an editor opens a document, and the request for what belongs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.positions import Lines, position_of

if TYPE_CHECKING:
    from pathlib import Path

    from context.probe.holes import Hole
    from lsp_server.client import Connection


def open_hole(server: Connection, root: Path, hole: Hole) -> dict[str, Any]:
    """Open the document with the hole; the parameters of its `inlineCompletion`."""
    uri = (root / hole.path).as_uri()
    text = hole.prefix + hole.suffix
    document = {"uri": uri, "languageId": "", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})
    line, character = position_of(Lines(text), len(hole.prefix), "utf-32")
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"triggerKind": 1},
    }


def close_hole(server: Connection, asked: dict[str, Any]) -> None:
    """Close the document that the parameters name."""
    server.notify("textDocument/didClose", {"textDocument": asked["textDocument"]})
