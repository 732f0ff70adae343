"""What is asked of a server, as the fields of a JSON object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.models.spec import sampling_for
from inference.wire import deepseek, vllm

if TYPE_CHECKING:
    from inference.models.spec import ModelSpec
    from inference.types import Request
    from inference.wire.endpoint import Endpoint
    from inference.wire.manner import Manner

_MAX_STOPS = 4  # The API takes no more; the rest are looked for on our side.
_KNOWS_TOP_K = frozenset({"vllm", "sglang", "llamacpp"})
_KNOWS_TEMPLATES = frozenset({"vllm", "sglang", "llamacpp"})
_KNOWS_SALT = frozenset({"vllm", "sglang"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same in all that is asked.

    Attributes:
        model: its name as the server knows it.
        spec: what is peculiar about it; None where nobody looked.
        salt: who gives another one doesn't share what the server has read.
    """

    endpoint: Endpoint
    model: str
    spec: ModelSpec | None = None
    salt: str = ""


def asked_of_completion(request: Request, terms: Terms, manner: Manner) -> dict[str, Any]:
    """All that is asked for a completion, but the prompt."""
    prompt = request.prompt
    limit = request.max_new_tokens
    if deepseek.is_deepseek(terms.endpoint):
        limit = min(limit, deepseek.MOST_NEW_TOKENS)
    asked: dict[str, Any] = {"model": terms.model, "max_tokens": limit}
    asked |= _sampling(request, terms.spec, manner)
    asked |= _stops(prompt.stops if prompt else (), manner)
    if prompt and prompt.suffix:
        asked["suffix"] = prompt.suffix
    if prompt and manner.heals:
        asked |= vllm.beginning_with(prompt.healing, manner.kind)
    if "logprobs" not in manner.refused:
        asked["logprobs"] = 1
    return asked | _shared(request, terms, manner)


def asked_of_chat(request: Request, terms: Terms, manner: Manner) -> dict[str, Any]:
    """All that is asked for a chat."""
    limit = "max_completion_tokens" if "old_limit" in manner.refused else "max_tokens"
    said = [{"role": one.role, "content": one.content} for one in request.messages]
    asked: dict[str, Any] = {"model": terms.model, "messages": said}
    asked[limit] = request.max_new_tokens
    asked |= _sampling(request, terms.spec, manner)
    if "mute" not in manner.refused:
        asked |= _muted(terms, manner)
    return asked | _shared(request, terms, manner)


def _sampling(request: Request, spec: ModelSpec | None, manner: Manner) -> dict[str, Any]:
    drawn = sampling_for(request, spec)
    if drawn is None:
        return {}
    asked: dict[str, Any] = {"temperature": drawn.temperature, "top_p": drawn.top_p}
    if drawn.top_k and manner.kind in _KNOWS_TOP_K:
        asked["top_k"] = drawn.top_k
    return asked


def _stops(stops: tuple[str, ...], manner: Manner) -> dict[str, Any]:
    if manner.kind == "vllm":
        return dict[str, Any](vllm.SHOWN_STOPS)
    told: dict[str, Any] = {"stop": stops[:_MAX_STOPS]} if stops else {}
    # Whether it ends at those that it doesn't show isn't known: here they end it in any case.
    return told | vllm.SHOWN_STOPS if manner.kind == "sglang" else told


def _muted(terms: Terms, manner: Manner) -> dict[str, Any]:
    """What has a model answer without thinking aloud, where it would.

    Chat templates name their switch so (Qwen, GLM) or so (DeepSeek, Granite), and pass over
    a name that they don't know.
    """
    if deepseek.is_deepseek(terms.endpoint):
        return deepseek.without_thinking()
    if manner.kind in _KNOWS_TEMPLATES:
        return {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
    return {}


def _shared(request: Request, terms: Terms, manner: Manner) -> dict[str, Any]:
    """What completions and chats are asked for alike."""
    asked: dict[str, Any] = {"stream": True}
    if "usage" not in manner.refused:
        asked["stream_options"] = {"include_usage": True}
    if request.n > 1 and "many" not in manner.refused:
        asked["n"] = request.n
    # In SGLang a higher number goes first, unless it was started to see it otherwise.
    if request.priority and manner.kind == "vllm" and "priority" not in manner.refused:
        asked["priority"] = request.priority
    if terms.salt and "salt" not in manner.refused:
        if deepseek.is_deepseek(terms.endpoint):
            asked |= deepseek.apart(terms.salt)
        elif manner.kind in _KNOWS_SALT:
            asked["cache_salt"] = terms.salt
    return asked
