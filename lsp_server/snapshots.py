"""A document and a position become the snapshot that a request works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context import languages
from context.types import Snapshot
from lsp_server.uris import name_in, to_path

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
    """The document as it stands now; None, with the session's `problem` set, where it can't be.

    What is no file yet, as an untitled document, lies in no repository: only its own text
    is known of it.

    Raises:
        PositionError: the document has no such line.
    """
    cursor = document.offset_at(position, session.documents.encoding)
    file = to_path(document.file_uri)
    workspace = session.workspace_of(file) if file else session.nowhere()
    if workspace is None:
        return None
    path = workspace.relative(file) if file else name_in(document.file_uri)
    language = languages.from_lsp(document.language_id, path, document.text)
    snapshot = Snapshot(path, language, document.version, document.text, cursor)
    return PlaceInWorkspace(workspace, snapshot)
