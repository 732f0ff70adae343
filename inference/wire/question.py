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
        host: for messages.
    """

    url: str
    asked: dict[str, Any]
    body: bytes
    secrets: tuple[str, ...]
    ids: bool = False
    host: str = ""


def explained(fault: BackendError, question: Question, refusal: bytes) -> BackendError:
    """The fault, in better words where a refusal is about the suffix in a field of its own."""
    if "suffix" not in question.asked:
        return fault
    if deepseek.wants_beta(refusal):
        remedy = "let `endpoint` lead to its beta (for DeepSeek, https://api.deepseek.com/beta)"
    elif b"suffix" in refusal:
        remedy = "set `format` to the one that the model was trained with"
    else:
        return fault
    return BackendError(
        f"{question.host} takes no suffix in a field of its own here; {remedy}", cause=fault.cause
    )


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
        secrets = (*around, *said)
        return Question(url, asked, plain_body(asked), secrets, host=terms.endpoint.host), known
    prompt = request.prompt
    if prompt is None:
        raise BackendError("a server was to be asked without a prompt or messages")
    ids = prompt.token_ids if manner.ids and not prompt.suffix else None
    asked = asked_of_completion(request, terms, manner)
    body, known = body_of(asked, prompt.text if ids is None else ids, known)
    url = f"{deepseek.base_for_completions(terms.endpoint)}/completions"
    secrets = (prompt.text, prompt.suffix, *around)
    found = Question(url, asked, body, secrets, ids=ids is not None, host=terms.endpoint.host)
    return found, known
