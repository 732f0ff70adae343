"""`textDocument/inlineCompletion`: one item or none, and why."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from inference.types import Completion, NoCompletion
from lsp_server.completion import Answer, answer
from lsp_server.features.accept import COMMAND
from lsp_server.positions import PositionError, position_of
from lsp_server.probing import probed
from lsp_server.snapshots import snapshot_at
from lsp_server.status import error_details, names
from lsp_server.warming import stop_warming, warm_later

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_server.documents import Document
    from lsp_server.server import InfillServer

NOT_A_FILE = "the document is no file, so that no repository belongs to it"
SWITCHED = "the settings changed while the completion was made"
STALE = "the document changed while the completion was made"
SUPERSEDED = "a newer request for the same document came in"


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline_completion(
        params: types.InlineCompletionParams,
    ) -> list[types.InlineCompletionItem]:
        document = server.session.documents.get(params.text_document.uri)
        if document is None:
            raise JsonRpcInvalidParams("the document was never opened")
        made = await _latest(server, document, params.position)
        newest = server.session.documents.get(document.uri)
        if newest is not document:
            made = Answer(NoCompletion(STALE), made.prompt_tokens, made.new_tokens, made.timings)
        _tell(server, document, made)
        return _items(server, document, made.result)


async def _latest(server: InfillServer, document: Document, position: types.Position) -> Answer:
    """The answer to this request, or none when a newer one for the document came first."""
    session = server.session
    older = session.running.pop(document.uri, None)
    if older is not None:
        older.cancel()
    task = asyncio.create_task(_answer(server, document, position))
    session.running[document.uri] = task
    n_switches = session.n_switches
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        if session.running.get(document.uri) is task:
            del session.running[document.uri]
    if not task.cancelled():
        return task.result()
    return Answer(NoCompletion(SUPERSEDED if session.n_switches == n_switches else SWITCHED))


async def _answer(server: InfillServer, document: Document, position: types.Position) -> Answer:
    session = server.session
    try:
        place = snapshot_at(session, document, position)
    except PositionError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    if place is None:
        reason = session.problem.message if session.problem else NOT_A_FILE
        return Answer(NoCompletion(reason))
    stop_warming(place.workspace)
    await probed(server, place.workspace)
    made = await answer(
        place.workspace,
        place.snapshot,
        executor=session.executor,
        on_text=_partial(server, document),
    )
    if made.prompt_tokens:
        warm_later(session, place.workspace, document.uri, place.snapshot)
    return made


def _partial(server: InfillServer, document: Document) -> Callable[[str], None] | None:
    if not server.session.client.partial_text:
        return None

    def tell(text: str) -> None:
        server.protocol.notify("infill/partial", {"uri": document.uri, "text": text})

    return tell


def _tell(server: InfillServer, document: Document, made: Answer) -> None:
    """The details go to a client that wants them; how the backend is, the status bar shows."""
    error = error_details(made.error) if made.error else None
    if server.session.client.answer_details:
        server.protocol.notify("infill/answer", _details(server, document, made, error))


def _details(
    server: InfillServer, document: Document, made: Answer, error: dict[str, Any] | None
) -> dict[str, Any]:
    result = made.result
    timings = {name: round(value, 3) for name, value in asdict(made.timings).items()}
    return {
        "uri": document.uri,
        "version": document.version,
        "reason": result.reason if isinstance(result, NoCompletion) else None,
        "error": error,
        "confidence": result.confidence if isinstance(result, Completion) else None,
        **names(server),
        "prompt_tokens": made.prompt_tokens,
        "new_tokens": made.new_tokens,
        "timings_ms": timings,
    }


def _items(
    server: InfillServer, document: Document, result: Completion | NoCompletion
) -> list[types.InlineCompletionItem]:
    """The item that an editor shows; its range is on one line, its text a plain string."""
    if isinstance(result, NoCompletion):
        return []
    encoding = server.session.documents.encoding
    start, end = (
        types.Position(*position_of(document.lines, offset, encoding)) for offset in result.replace
    )
    identifier = uuid.uuid4().hex
    server.session.remember_shown(identifier, document.uri)
    command = types.Command("Completion accepted", COMMAND, arguments=[identifier])
    return [types.InlineCompletionItem(result.text, range=types.Range(start, end), command=command)]
