"""A request for a completion, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from context.types import Snapshot
    from lsp_server.documents import Document
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected in the editor's own list of suggestions: a completion must go on from it.

    Attributes:
        start: offset of the document's text that it would take the place of.
        end: the end of that; the cursor, as a rule.
        text: what would stand there.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a completion: everything that was so when it came in.

    Attributes:
        world: what an answer depends on besides the document: settings, model, other files.
        is_invoked: the user asked for it; otherwise the editor did, as something was typed.
        selected: what the editor's list of suggestions has selected; None where it is closed.
    """

    document: Document
    workspace: Workspace
    snapshot: Snapshot
    world: Hashable
    is_invoked: bool = False
    selected: Selected | None = None

    @property
    def prefix(self) -> str:
        """The document before the cursor."""
        return self.snapshot.text[: self.snapshot.cursor]

    @property
    def suffix(self) -> str:
        """The document after the cursor."""
        return self.snapshot.text[self.snapshot.cursor :]
