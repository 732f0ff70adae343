"""The answer of an OpenAI-compatible server, as the chunks it comes in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.types import Chunk
from inference.wire.bounded import MOST_BYTES, beginning_of
from inference.wire.events import DONE, DRAIN_S, drain, endless, events, parse_object
from inference.wire.faults import event_fault
from inference.wire.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from inference.types import FinishReason, Usage
    from inference.wire.faults import Call

    Read = Callable[[dict[str, Any]], Chunk]

_LEAST = -1e9  # Some servers send a large number for minus infinity.
# Where generation ended for none of these, it was broken off: a filter, a lack of machines.
_WHOLE = frozenset({"stop", "eos", "eos_token", "stop_sequence", "tool_calls", "function_call"})
_GIVEN_UP = frozenset({"abort", "error"})


async def chunks_of(
    response: httpx.Response, call: Call, *, n: int = 1, read: Read | None = None
) -> AsyncGenerator[Chunk]:
    """The chunks of an answer, up to the one that says why its last choice ended.

    That one waits for what comes right behind it: what the request took.

    Args:
        response: its head is read and says that all is well.
        call: for messages.
        n: how many choices were asked for.
        read: makes a chunk of a choice; by default one of a completion's.

    Raises:
        BackendError: it ends without saying so, or the server gives up.
    """
    read = read or read_choice
    ended: set[int] = set()
    usage: Usage | None = None
    held: Chunk | None = None
    async with aclosing(_objects(response, call)) as found:
        async for event in found:
            usage = usage_of(event) or usage
            for choice in _choices(event, call.host):
                chunk = _read(read, choice, call)
                if held is not None:
                    yield held
                held = chunk if chunk.finish_reason else None
                ended |= {chunk.index} if chunk.finish_reason else set()
                if held is None:
                    yield chunk
            if len(ended) >= n:
                usage = await _usage_behind(found) or usage
                break
    if not ended:
        raise BackendError(
            f"{call.host} broke off its answer without saying that it was done; its log may say "
            "why",
            cause="died",
        )
    if held is not None:
        yield replace(held, usage=usage)


def read_choice(choice: dict[str, Any]) -> Chunk:
    """The chunk of a completion's choice."""
    logprobs = _logprobs(choice.get("logprobs") or {})
    return Chunk(
        (choice.get("text") or "") + "",
        logprob=_total(logprobs),
        finish_reason=finish_of(choice),
        n_tokens=len(logprobs) or None,
        index=index_of(choice),
    )


def finish_of(choice: dict[str, Any]) -> FinishReason | None:
    """Why the choice ended; None while it goes on."""
    said: Any = choice.get("finish_reason")
    if not said:
        return None
    return "stop" if said in _WHOLE else "length"


def index_of(choice: dict[str, Any]) -> int:
    """Which of the choices it belongs to."""
    index: Any = choice.get("index")
    return index if type(index) is int and index >= 0 else 0


async def _objects(response: httpx.Response, call: Call) -> AsyncGenerator[dict[str, Any]]:
    """The JSON objects of an answer: one for each event, or one in all.

    Some servers take `stream` for a wish.
    """
    if "json" in response.headers.get("content-type", ""):
        body = await beginning_of(response, MOST_BYTES)
        if len(body) > MOST_BYTES:
            raise endless(call.host)
        yield _sound(parse_object(body, call.host), call)
        return
    async with aclosing(events(response.aiter_bytes(), call.host)) as found:
        async for data in found:
            if data == DONE:
                break
            yield _sound(parse_object(data, call.host), call)
        await drain(found)


def _sound(event: dict[str, Any], call: Call) -> dict[str, Any]:
    if event.get("error"):
        raise event_fault(event["error"], call)
    return event


async def _usage_behind(rest: AsyncGenerator[dict[str, Any]]) -> Usage | None:
    """What the request took, where that follows at once; what is whole can't fail any more.

    It is read to its end for another reason, too: only so is a connection kept.
    """
    usage: Usage | None = None
    with suppress(TimeoutError, httpx.HTTPError, BackendError):
        async with asyncio.timeout(DRAIN_S):
            async for event in rest:
                usage = usage_of(event) or usage
    return usage


def _choices(event: dict[str, Any], host: str) -> list[Any]:
    choices = event.get("choices")
    if choices is None:
        return []
    if not isinstance(choices, list):
        raise _unknown_shape(host)
    return choices  # pyright: ignore[reportUnknownVariableType] - JSON


def _read(read: Read, choice: Any, call: Call) -> Chunk:
    try:
        given_up = choice.get("finish_reason") in _GIVEN_UP
        chunk = read(choice)
    except (AttributeError, TypeError) as error:
        raise _unknown_shape(call.host) from error
    if given_up:
        raise BackendError(f"{call.host} gave up on the answer; its log may say why")
    return chunk


def _logprobs(scored: dict[str, Any]) -> list[Any]:
    """The log-probability of each token, as completions have it or, from llama.cpp, as chats."""
    scores: Any = scored.get("token_logprobs")
    if scores is None:
        scores = [one.get("logprob") for one in scored.get("content") or ()]
    return [score for score in scores if score is not None]


def _total(logprobs: list[Any]) -> float | None:
    """Their sum; None where there are none or one can't be a log-probability.

    Servers have sent NaN and numbers that no float can hold.
    """
    sound = all(isinstance(one, int | float) and _LEAST <= one <= 0 for one in logprobs)
    return float(sum(logprobs)) if logprobs and sound else None


def _unknown_shape(host: str) -> BackendError:
    return BackendError(
        f"{host} sent a completion of an unknown shape; does `endpoint` lead to an "
        "OpenAI-compatible server?"
    )
