"""What an answer depends on besides the document that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.types import Backend
    from lsp_server.settings import Settings
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All of it at one moment; two are equal where nothing of it has changed in between.

    Settings and backends are the same where they are the same object: others are taken up
    only where something differs, and to compare them all at every key would take longer
    than the answer.

    Attributes:
        revision: of every text but the document's own, and of what may be sent of them.
    """

    settings: Settings
    backend: Backend
    revision: int

    def __eq__(self, other: object) -> bool:
        """Whether nothing has changed between the two."""
        if not isinstance(other, World):
            return NotImplemented
        return (
            self.revision == other.revision
            and self.settings is other.settings
            and self.backend is other.backend
        )

    def __hash__(self) -> int:
        """By what equality goes by."""
        return hash((id(self.settings), id(self.backend), self.revision))


def world(workspace: Workspace, path: str) -> World:
    """What an answer for the file at `path` depends on, now, besides its own text.

    To type in that file, or to save it, changes nothing of it; to do so in another does.
    """
    revision = workspace.repository.revision_besides(path)
    return World(workspace.settings, workspace.backend, revision)
