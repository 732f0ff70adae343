"""Counting while the server runs: what was accepted is looked at later, and written down."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lsp_server.folders import cache_folder
from lsp_server.kept.following import measure
from lsp_server.kept.ledger import folder_in, write

if TYPE_CHECKING:
    from lsp_server.inline.shown import Accepted
    from lsp_server.kept.tally import Tally
    from lsp_server.session import Session

WRITE_S = 20.0
"""What was counted is on disk so long after at the latest, while it can be written."""

log = logging.getLogger(__name__)


def begin(session: Session) -> None:
    """Have what is counted written down from time to time."""
    session.shown.tally.on_change = lambda: _start(session)


def follow(session: Session, accepted: Accepted) -> None:
    """Look at it again in a minute, or when its document is closed."""
    session.following.add(accepted)
    if len(session.following) == 1:
        session.start(_look(session))


def closing(session: Session, uri: str) -> None:
    """Count what is left in a document, or in a notebook's cells, as long as it is known."""
    for each in session.following.uris():
        document = session.documents.get(each)
        if document is not None and uri in {document.uri, document.file_uri}:
            found = [(accepted, document.text) for accepted in session.following.of(each)]
            session.start(_measured(session, found))


async def finish(session: Session) -> None:
    """Count what is followed as it is now, and write all of it down: the editor goes."""
    session.shown.tally.on_change = None
    await _measured(session, _with_texts(session, session.following.rest()))
    await _write(session.shown.tally)


async def _look(session: Session) -> None:
    """Look at what is followed when its time has come, as long as there is something."""
    while len(session.following):
        await asyncio.sleep(session.following.wait_s())
        await _measured(session, _with_texts(session, session.following.due()))


def _with_texts(session: Session, found: list[Accepted]) -> list[tuple[Accepted, str]]:
    """Each with the text that its document has now."""
    documents = ((each, session.documents.get(each.uri)) for each in found)
    return [(each, document.text) for each, document in documents if document is not None]


async def _measured(session: Session, found: list[tuple[Accepted, str]]) -> None:
    """Compare, off the event loop."""
    for accepted, text in found:
        left = await asyncio.to_thread(measure, accepted, text)
        session.shown.tally.add(accepted.language, accepted.backend, **left)


def _start(session: Session) -> None:
    # There is no loop any longer where the server has ended.
    with suppress(RuntimeError):
        session.start(_write_later(session.shown.tally))


async def _write_later(tally: Tally) -> None:
    while tally:
        await asyncio.sleep(WRITE_S)
        await _write(tally)


async def _write(tally: Tally) -> None:
    """Write down what was counted; what couldn't be is counted on."""
    counts = tally.take()
    if not counts:
        return
    try:
        await asyncio.to_thread(partial(write, folder_in(cache_folder()), counts))
    except OSError as error:
        log.info("what was counted can't be written: %s", error)
        tally.put_back(counts)
