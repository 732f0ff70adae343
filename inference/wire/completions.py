"""The answer of an OpenAI-compatible `/v1/completions`, as the chunks it comes in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.types import Chunk
from inference.wire.events import DONE, events, parse_object
from inference.wire.faults import event_fault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from inference.types import FinishReason
    from inference.wire.faults import Call

_MAX_ERROR_BYTES = 65_536
_DRAIN_S = 0.1
_LEAST = -1e9  # Some servers send a large number for minus infinity.


async def chunks_of(response: httpx.Response, call: Call) -> AsyncGenerator[Chunk]:
    """The chunks of an answer, up to the one that says why it ended.

    Raises:
        BackendError: it ends without saying so.
    """
    finished = False
    async with aclosing(_objects(response, call.host)) as found:
        async for event in found:
            if "error" in event:
                raise event_fault(event["error"], call)
            for choice in _choices(event, call.host):
                chunk = _chunk(choice, call.host)
                finished = finished or chunk.finish_reason is not None
                yield chunk
    if not finished:
        raise BackendError(
            f"{call.host} broke off its answer without saying that it was done; its log may say why"
        )


async def start_of(response: httpx.Response) -> bytes:
    """The beginning of an answer that isn't one, for what it says."""
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MAX_ERROR_BYTES:
            break
    return body


async def _objects(response: httpx.Response, host: str) -> AsyncGenerator[dict[str, Any]]:
    """The JSON objects of an answer: one for each event, or one in all.

    Some servers take `stream` for a wish.
    """
    if "json" in response.headers.get("content-type", ""):
        yield parse_object(await response.aread(), host)
        return
    async with aclosing(events(response.aiter_bytes(), host)) as found:
        async for data in found:
            if data == DONE:
                break
            yield parse_object(data, host)
        await _drain(found)


async def _drain(rest: AsyncGenerator[bytes]) -> None:
    """Read what follows the end mark, as only a connection that was read to its end is kept."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in rest:
                pass


def _choices(event: dict[str, Any], host: str) -> list[Any]:
    choices = event.get("choices")
    if choices is None:
        return []
    if not isinstance(choices, list):
        raise _unknown_shape(host)
    return choices  # pyright: ignore[reportUnknownVariableType] - JSON


def _chunk(choice: Any, host: str) -> Chunk:
    try:
        text: str = (choice.get("text") or "") + ""
        scored: Any = choice.get("logprobs")
        scores: Any = scored.get("token_logprobs") if scored else None
        logprobs: list[Any] = [score for score in scores or () if score is not None]
        ended: Any = choice.get("finish_reason")
    except (AttributeError, TypeError) as error:
        raise _unknown_shape(host) from error
    reason: FinishReason | None = None
    if ended:
        reason = "length" if ended == "length" else "stop"
    return Chunk(
        text, logprob=_total(logprobs), finish_reason=reason, n_tokens=len(logprobs) or None
    )


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
