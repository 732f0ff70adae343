"""Ollama's own API: how it is asked, and what it answers, a JSON object a line.

As its `docs/api.md` has it. It takes no ids. Prompts go `raw`, as its templates would put
DeepSeek's sentinels into a chat, and with `num_ctx`, as it cuts off the head of what is
longer than that without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError
from inference.models.spec import sampling_for
from inference.types import Chunk, Usage
from inference.wire.answers import chunks_from
from inference.wire.events import lines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from inference.models.spec import ModelSpec
    from inference.types import FinishReason, Request
    from inference.wire.faults import Call

# So long after the last request the model is kept, as its own five minutes are a short pause.
_KEEP_ALIVE = "30m"
_LEAST = -1e9
# Room for an answer beside the longest prompt, and a size that few changes of the budget change.
_FOR_ANSWERS, _ROUND = 1024, 1024


def context_for(budget_tokens: int, spec: ModelSpec | None) -> int:
    """The `num_ctx` to ask for; always the same, as for another one the model is loaded anew."""
    wanted = -(-(budget_tokens + _FOR_ANSWERS) // _ROUND) * _ROUND
    return min(wanted, spec.context_tokens) if spec else wanted


def asked(request: Request, model: str, spec: ModelSpec | None, n_context: int) -> dict[str, Any]:
    """All that is asked for a completion or a chat.

    Its stop texts are looked for by us; of control tokens it sends those alone that its
    model file doesn't hide.
    """
    options: dict[str, Any] = {"num_ctx": n_context, "num_predict": request.max_new_tokens}
    drawn = sampling_for(request, spec)
    if drawn is not None:
        options |= {"temperature": drawn.temperature, "top_p": drawn.top_p}
        # It would punish what is repeated, as code is, and leave out what is unlikely.
        options |= {"top_k": drawn.top_k, "min_p": 0.0, "repeat_penalty": 1.0}
    fields: dict[str, Any] = {"model": model, "stream": True, "keep_alive": _KEEP_ALIVE}
    # Newer versions refuse then what they would cut; older ones don't know the words.
    fields |= {"options": options, "truncate": False, "shift": False}
    if request.messages:
        said = [{"role": one.role, "content": one.content} for one in request.messages]
        return fields | {"messages": said, "think": False}
    prompt = request.prompt
    if prompt is None:
        raise BackendError("a server was to be asked without a prompt or messages")
    return fields | {"prompt": prompt.text, "raw": True, "logprobs": True}


def chunks_of(response: httpx.Response, call: Call) -> AsyncGenerator[Chunk]:
    """The chunks of an answer, as `chunks_from` has them."""
    found = lines(response.aiter_bytes(), call.host)
    return chunks_from(found, _chunk, call, "Ollama")


def _chunk(event: dict[str, Any], host: str) -> Chunk:
    text: Any = event.get("response", _object(event.get("message")).get("content"))
    done = bool(event.get("done"))
    if text is None and done:
        text = ""
    if not isinstance(text, str):
        raise BackendError(
            f"{host} sent a completion of an unknown shape; does `endpoint` lead to Ollama?"
        )
    logprobs = _logprobs(event)
    ended: FinishReason = "length" if event.get("done_reason") == "length" else "stop"
    return Chunk(
        text,
        logprob=sum(logprobs) if logprobs else None,
        finish_reason=ended if done else None,
        n_tokens=len(logprobs) or None,
        usage=_usage(event) if done else None,
    )


def _usage(event: dict[str, Any]) -> Usage | None:
    prompt, new = event.get("prompt_eval_count"), event.get("eval_count")
    if type(prompt) is not int:
        return None
    return Usage(prompt, new if type(new) is int else 0)


def _logprobs(event: dict[str, Any]) -> list[float]:
    """Of the chunk's tokens; none where one can't be a log-probability."""
    told: Any = event.get("logprobs")
    rows: list[Any] = [*told] if isinstance(told, list) else []
    found = [cast("dict[str, Any]", row).get("logprob") for row in rows if isinstance(row, dict)]
    numbers = [float(one) for one in found if isinstance(one, int | float) and _LEAST <= one <= 0]
    return numbers if len(numbers) == len(rows) else []


def loaded_context(answer: dict[str, Any], model: str) -> int | None:
    """How many tokens a loaded model holds, by `/api/ps`; None where it isn't loaded or untold."""
    told: Any = answer.get("models")
    rows: list[Any] = [*told] if isinstance(told, list) else []
    for row in map(_object, rows):
        if _same(str(row.get("name", "")), model) or _same(str(row.get("model", "")), model):
            found = row.get("context_length")
            return found if type(found) is int and found > 0 else None
    return None


def own_context(answer: dict[str, Any]) -> int | None:
    """How many tokens a model was made for, by `/api/show`."""
    told = _object(answer.get("model_info"))
    found = (value for key, value in told.items() if key.endswith(".context_length"))
    return next((one for one in found if type(one) is int and one > 0), None)


def _same(one: str, other: str) -> bool:
    """Whether two names mean one model: a name without a tag is the latest's."""
    return _tagged(one) == _tagged(other)


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _object(found: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
