"""A document and a position become the snapshot that a request works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context import languages
from context.types import Snapshot
from lsp_server.positions import offset_at
from lsp_server.uris import to_path

if TYPE_CHECKING:
    from lsprotocol import types

    from lsp_server.documents import Document
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PlaceInWorkspace:
    """A snapshot and the repository it lies in."""

    workspace: Workspace
    snapshot: Snapshot


def snapshot_at(
    session: Session, document: Document, position: types.Position
) -> PlaceInWorkspace | None:
    """The document as it stands now; None where no repository can belong to it.

    Raises:
        PositionError: the document has no such line.
    """
    cursor = offset_at(
        document.lines, position.line, position.character, session.documents.encoding
    )
    file = to_path(document.uri)
    workspace = session.workspace_of(file) if file else None
    if file is None or workspace is None:
        return None
    path = workspace.relative(file)
    language = languages.from_lsp(document.language_id, path, document.text)
    snapshot = Snapshot(path, language, document.version, document.text, cursor)
    return PlaceInWorkspace(workspace, snapshot)
