"""A request as it goes over the wire: where to, what is asked, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.wire import deepseek
from inference.wire.asked import asked_of_chat, asked_of_completion
from inference.wire.body import body_of, plain_body

if TYPE_CHECKING:
    from inference.types import Request
    from inference.wire.asked import Terms
    from inference.wire.body import Spelled
    from inference.wire.manner import Manner


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent.

    Attributes:
        url: whole.
        asked: the fields, but for a completion's prompt.
        body: all of it, as JSON.
        secrets: texts of which no message may hold a stretch.
        ids: its prompt goes as ids.
    """

    url: str
    asked: dict[str, Any]
    body: bytes
    secrets: tuple[str, ...]
    ids: bool = False


def question_of(
    request: Request, terms: Terms, manner: Manner, known: Spelled
) -> tuple[Question, Spelled]:
    """The question of a chat or a completion, and the spelled head to pass on.

    Raises:
        BackendError: the request has neither a prompt nor messages.
    """
    around = (request.prefix, request.suffix)
    if request.messages:
        asked = asked_of_chat(request, terms, manner)
        said = tuple(message.content for message in request.messages)
        url = f"{terms.endpoint.url}/chat/completions"
        return Question(url, asked, plain_body(asked), (*around, *said)), known
    prompt = request.prompt
    if prompt is None:
        raise BackendError("a server was to be asked without a prompt or messages")
    ids = prompt.token_ids if manner.ids and not prompt.suffix else None
    asked = asked_of_completion(request, terms, manner)
    body, known = body_of(asked, prompt.text if ids is None else ids, known)
    url = f"{deepseek.base_for_completions(terms.endpoint)}/completions"
    secrets = (prompt.text, prompt.suffix, *around)
    return Question(url, asked, body, secrets, ids=ids is not None), known
