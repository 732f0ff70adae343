"""A document opened and typed in as an editor would, and what is asked about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsp_server.positions import Lines, position_of

if TYPE_CHECKING:
    from pathlib import Path

    from context.probe.holes import Hole
    from lsp_server.client import Connection

Json = dict[str, Any]

_KEY = re.compile(r"\r\n|.", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Opened:
    """A document that is open in a server, and the cursor in it, counted from 0."""

    server: Connection
    uri: str
    line: int
    character: int
    version: int = 1

    @property
    def place(self) -> Json:
        """The document and the cursor, as requests name them."""
        position = {"line": self.line, "character": self.character}
        return {"textDocument": {"uri": self.uri}, "position": position}


def open_text(server: Connection, file: Path, text: str, cursor: int) -> Opened:
    """Open a document that holds this text, whatever the file does."""
    uri = file.as_uri()
    document = {"uri": uri, "languageId": "", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})
    return Opened(server, uri, *position_of(Lines(text), cursor, "utf-32"))


def type_text(opened: Opened, text: str) -> None:
    """Put text before the cursor, in one edit."""
    opened.version += 1
    position = opened.place["position"]
    change = {"range": {"start": position, "end": position}, "text": text}
    document = {"uri": opened.uri, "version": opened.version}
    params = {"textDocument": document, "contentChanges": [change]}
    opened.server.notify("textDocument/didChange", params)
    *ended, rest = _LINE_END.split(text)
    opened.line += len(ended)
    opened.character = len(rest) + (0 if ended else opened.character)


def close_text(opened: Opened) -> None:
    """Close the document, so that the file counts again."""
    opened.server.notify("textDocument/didClose", {"textDocument": {"uri": opened.uri}})


def keystrokes(text: str) -> list[str]:
    """The text as it is typed: a character at a time, but the two of a line end at once."""
    return _KEY.findall(text)


async def ask_context(opened: Opened, budget: int | None = None, *, remember: bool = False) -> Json:
    """What would be sent at the cursor, and why; remembered as that of a completion is.

    Raises:
        FailureError: the server refused, or has died.
    """
    asked = {**opened.place, "remember": remember, **({"budget": budget} if budget else {})}
    shown: Json = await opened.server.request("infill/context", asked)
    return shown


def completion_at(opened: Opened) -> Json:
    """The parameters of an `inlineCompletion` at the cursor."""
    return {**opened.place, "context": {"triggerKind": 1}}


def open_hole(server: Connection, root: Path, hole: Hole) -> Json:
    """Open the document with the hole; the parameters of its `inlineCompletion`."""
    opened = open_text(server, root / hole.path, hole.prefix + hole.suffix, len(hole.prefix))
    return completion_at(opened)


def close_hole(server: Connection, asked: Json) -> None:
    """Close the document that the parameters name."""
    server.notify("textDocument/didClose", {"textDocument": asked["textDocument"]})
