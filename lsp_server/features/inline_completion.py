"""`textDocument/inlineCompletion`: some items or none, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from inference.types import Completion, NoCompletion
from lsp_server.completion import Answer
from lsp_server.inline.asked import asked_at
from lsp_server.inline.flow import answered, current
from lsp_server.inline.items import as_told, items_for
from lsp_server.inline.selected import restored
from lsp_server.positions import PositionError
from lsp_server.status import error_details, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_server import messages
    from lsp_server.documents import Document
    from lsp_server.inline.asked import Asked
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

NOT_A_FILE = "the document is no file, so that no repository belongs to it"


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline_completion(
        params: types.InlineCompletionParams,
    ) -> list[types.InlineCompletionItem]:
        found = await offered_at(server, params.text_document.uri, params.position, params.context)
        return items_for(*found, server.session.documents.encoding) if found else []


async def offered_at(
    server: InfillServer,
    uri: str,
    position: types.Position,
    context: types.InlineCompletionContext | None = None,
) -> tuple[Asked, list[tuple[str, Completion]]] | None:
    """What is offered at a place: for which request, and each with its identifier.

    None where no repository can belong to the document. Why nothing is offered, a client
    that wants to know has heard by then.

    Raises:
        JsonRpcInvalidParams: there is no such document, or no such place in it.
    """
    session = server.session
    document = session.documents.get(uri)
    if document is None:
        raise JsonRpcInvalidParams("the document was never opened")
    try:
        asked = asked_at(session, document, position, context)
    except PositionError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    if asked is None:
        _tell(server, document, _unplaced(server))
        return None
    answer = await answered(server, asked, _partial(server, document))
    asked, answer = current(session, asked, answer)
    _tell(server, asked.document, answer, asked.workspace)
    completions = [restored(asked, each) for each in answer.completions]
    return asked, [(session.shown.offer(asked, each), each) for each in completions]


def _unplaced(server: InfillServer) -> Answer:
    problem = server.session.problem
    return Answer(NoCompletion(problem.message if problem else NOT_A_FILE))


def _partial(server: InfillServer, document: Document) -> Callable[[str], None] | None:
    if not server.session.client.partial_text:
        return None

    def tell(text: str) -> None:
        told: messages.Partial = {"uri": document.uri, "text": as_told(text)}
        server.protocol.notify("infill/partial", told)

    return tell


def _tell(
    server: InfillServer, document: Document, answer: Answer, workspace: Workspace | None = None
) -> None:
    """The details go to a client that wants them; how the backend is, the status bar shows."""
    if server.session.client.answer_details:
        details = _details(document, answer, names(server, workspace))
        server.protocol.notify("infill/answer", details)


def _details(document: Document, answer: Answer, used: messages.Names) -> messages.Answer:
    result, timings = answer.result, answer.timings
    return {
        "uri": document.uri,
        "version": document.version,
        "reason": result.reason if isinstance(result, NoCompletion) else None,
        "error": error_details(answer.error) if answer.error else None,
        "confidence": result.confidence if isinstance(result, Completion) else None,
        "source": answer.source,
        **used,
        "prompt_tokens": answer.prompt_tokens,
        "new_tokens": answer.new_tokens,
        "timings_ms": {
            "context": round(timings.context, 3),
            "pack": round(timings.pack, 3),
            "pause": round(timings.pause, 3),
            "turn": round(timings.turn, 3),
            "first_token": round(timings.first_token, 3),
            "check": round(timings.check, 3),
            "total": round(timings.total, 3),
        },
    }
