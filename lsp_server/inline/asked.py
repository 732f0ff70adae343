"""A request for a completion, as a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.inline.selected import with_selected
from lsp_server.inline.world import world
from lsp_server.snapshots import snapshot_at

if TYPE_CHECKING:
    from context.types import Snapshot
    from lsp_server.documents import Document
    from lsp_server.inline.world import World
    from lsp_server.session import Session
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
        is_single: the client shows one completion, so that no others are made.
    """

    document: Document
    workspace: Workspace
    snapshot: Snapshot
    world: World
    is_invoked: bool = False
    selected: Selected | None = None
    is_single: bool = False

    @property
    def prefix(self) -> str:
        """The document before the cursor."""
        return self.snapshot.text[: self.snapshot.cursor]

    @property
    def suffix(self) -> str:
        """The document after the cursor."""
        return self.snapshot.text[self.snapshot.cursor :]


def asked_at(
    session: Session,
    document: Document,
    position: types.Position,
    context: types.InlineCompletionContext | None = None,
) -> Asked | None:
    """The request as it is now; None where no repository can belong to the document.

    Args:
        session: whose document it is.
        document: as it stands when the request comes in.
        position: of the cursor.
        context: how it came to be asked; None where the editor did so by itself.

    Raises:
        PositionError: the document has no such line.
    """
    place = snapshot_at(session, document, position)
    if place is None:
        return None
    asked = Asked(
        document,
        place.workspace,
        place.snapshot,
        world(place.workspace, place.snapshot.path),
        context is not None and context.trigger_kind is types.InlineCompletionTriggerKind.Invoked,
        _selected(session, document, context),
        is_single=session.client.one_item,
    )
    return with_selected(asked)


def typed_on(session: Session, asked: Asked) -> Asked | None:
    """The same request in the document as it is now, where nothing but typing has changed it.

    None where something else has, or the document is closed.
    """
    newest = session.documents.get(asked.document.uri)
    if newest is asked.document:
        return asked
    if newest is None or asked.selected is not None:
        return None
    text, cursor = newest.text, asked.snapshot.cursor + len(newest.text) - len(asked.snapshot.text)
    is_typed = text.startswith(asked.prefix) and text.endswith(asked.suffix)
    if cursor < asked.snapshot.cursor or not is_typed:
        return None
    snapshot = replace(asked.snapshot, version=newest.version, text=text, cursor=cursor)
    now = world(asked.workspace, snapshot.path)
    return replace(asked, document=newest, snapshot=snapshot, world=now)


def _selected(
    session: Session, document: Document, context: types.InlineCompletionContext | None
) -> Selected | None:
    info = context.selected_completion_info if context is not None else None
    if info is None:
        return None
    encoding = session.documents.encoding
    start = document.offset_at(info.range.start, encoding)
    end = document.offset_at(info.range.end, encoding)
    return Selected(start, end, info.text)
