"""What an opened document will want of its repository, looked at before anything is asked.

The first completion in a file has to read what it imports, take that apart, look it
through for secrets and count its tokens, which takes several times as long as all
further ones. Between opening a file and typing in it there is time for that.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from context import languages
from context.types import Snapshot
from inference.errors import InferenceError
from lsp_server.preparation import look_around
from lsp_server.uris import to_path

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from lsp_server.documents import Document
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace

# Where one might go on, as shares of the text: what is imported is wanted at all of them.
_PLACES = (0.02, 0.35, 0.7, 0.97)
# A restored session opens dozens of files, of which one or two are on the screen.
_MOST = 4

log = logging.getLogger(__name__)


async def foresee(session: Session, workspace: Workspace, loop: asyncio.AbstractEventLoop) -> None:
    """Look around from the documents that were opened lately, the last one first."""
    if workspace.foreseeing or not workspace.backend.capabilities.prompt:
        return
    workspace.foreseeing = True
    try:
        while workspace.indexed and not workspace.closed:
            document = _next(session, workspace)
            if document is None:
                break
            workspace.foreseen.add(document.uri)
            work = partial(_look, workspace.pinned(), document)
            await loop.run_in_executor(session.executor, work)
    finally:
        workspace.foreseeing = False


def _next(session: Session, workspace: Workspace) -> Document | None:
    mine = [document for document in session.documents if _holds(session, workspace, document)]
    workspace.foreseen.intersection_update(document.uri for document in mine)
    lately = mine[-_MOST:]
    new = [document for document in lately if document.uri not in workspace.foreseen]
    return new[-1] if new else None


def _holds(session: Session, workspace: Workspace, document: Document) -> bool:
    path = to_path(document.uri)
    return path is not None and session.workspace_of(path) is workspace


def _look(workspace: Workspace, document: Document) -> None:
    try:
        for snapshot in _snapshots(workspace, document):
            if workspace.closed:
                return
            # Of a document that is new the scan takes longest of all.
            workspace.refusal(snapshot)
            look_around(workspace, snapshot)
    except InferenceError as error:
        # Whoever asks for a completion is told.
        log.debug("nothing could be foreseen: %s", error)


def _snapshots(workspace: Workspace, document: Document) -> Iterator[Snapshot]:
    file = to_path(document.uri)
    if file is None:
        return
    path, text = workspace.relative(file), document.text
    language = languages.from_lsp(document.language_id, path, text)
    for share in _PLACES:
        cursor = max(0, text.find("\n", int(len(text) * share)))
        yield Snapshot(path, language, document.version, text, cursor)
