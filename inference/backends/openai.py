"""Any server with OpenAI's `/v1/completions`: vLLM, SGLang, LM Studio, hosted ones."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.types import Capabilities, Chunk
from inference.wire.endpoint import parse_endpoint
from inference.wire.events import DONE, events, parse_object
from inference.wire.faults import Call, event_fault, page_fault, status_fault, transport_fault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.types import FinishReason, Request

_MAX_STOPS = 4  # The API takes no more; the rest are looked for on our side.
_MAX_ERROR_BYTES = 65_536
_REFUSED = (400, 422)
_OK = 200
_DRAIN_S = 0.1
_LEAST = -1e9  # Some servers send a large number for minus infinity.


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds until a server counts as gone.

    Attributes:
        connect_s: for the connection.
        read_s: for each silence, before the answer and within it; a long prompt's
            prefill is one.
    """

    connect_s: float = 5.0
    read_s: float = 60.0


class OpenAIBackend:
    """A backend over HTTP; one client with its connections kept for its life.

    Closing the generator of `stream` closes the connection, at which servers stop
    generating.

    Args:
        endpoint: the base address, `/v1` included.
        model: its name as the server knows it.
        api_key: sent as bearer token; never logged.
        send_ids: send the prompt's ids where it has them, which vLLM takes and many
            others don't. A prompt to be sent so must be packed so.
        timeouts: until a server counts as gone.

    Raises:
        BackendError: an endpoint that code must not be sent to, or a malformed key.
    """

    def __init__(
        self,
        endpoint: str,
        model: str,
        api_key: str | None = None,
        *,
        send_ids: bool = False,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._endpoint = parse_endpoint(endpoint)
        self._model = model
        self._key = _checked_key(api_key, self._endpoint.host)
        self._send_ids = send_ids
        self._timeouts = timeouts or Timeouts()
        self._ask_logprobs = True
        self._made: httpx.AsyncClient | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries."""
        return Capabilities(token_ids=self._send_ids, logprobs=True, warm=True)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off
                or answered nonsense; the message says which and what to do.
        """
        try:
            async with aclosing(self._answer(request)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except _LogprobsRefusedError:
            self._ask_logprobs = False
            async with aclosing(self._answer(request)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def warm(self, request: Request, /) -> None:
        """Have the server prefill the prompt, by asking for one token."""
        async with aclosing(self.stream(replace(request, max_new_tokens=1))) as chunks:
            async for _ in chunks:
                pass

    async def aclose(self) -> None:
        """Give back the connections."""
        if self._made is not None:
            await self._made.aclose()
            self._made = None

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk]:
        body = self._body(request)
        call = self._call(request)
        streaming = False
        try:
            async with self._client().stream("POST", self._url, json=body) as response:
                await self._check(response, call)
                streaming = True
                async with aclosing(_chunks(response, call)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            raise transport_fault(error, call, streaming=streaming) from error

    async def _check(self, response: httpx.Response, call: Call) -> None:
        """Let pass only what may be an answer."""
        if "html" in response.headers.get("content-type", ""):
            raise page_fault(call.host)
        if response.status_code == _OK:
            return
        body = await _start_of(response)
        if self._ask_logprobs and response.status_code in _REFUSED and b"logprobs" in body:
            raise _LogprobsRefusedError
        raise status_fault(response.status_code, response.headers, body, call)

    def _body(self, request: Request) -> dict[str, Any]:
        prompt = request.prompt
        if prompt is None:
            raise BackendError("a chat was asked of a backend that only completes prompts")
        as_ids = self._send_ids and prompt.token_ids is not None
        body: dict[str, Any] = {
            "model": self._model,
            "prompt": prompt.token_ids if as_ids else prompt.text,
            "max_tokens": request.max_new_tokens,
            "temperature": request.sampling.temperature,
            "top_p": request.sampling.top_p,
            "stop": prompt.stops[:_MAX_STOPS],
            "stream": True,
        }
        return body | ({"logprobs": 1} if self._ask_logprobs else {})

    def _call(self, request: Request) -> Call:
        code = (request.prompt.text if request.prompt else "", request.prefix, request.suffix)
        return Call(
            self._endpoint.host,
            self._model,
            has_key=bool(self._key),
            read_s=self._timeouts.read_s,
            secrets=(self._key, *code),
            sends_ids=self._send_ids,
        )

    @property
    def _url(self) -> str:
        return f"{self._endpoint.url}/completions"

    def _client(self) -> httpx.AsyncClient:
        if self._made is None:
            limits = self._timeouts
            self._made = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
                timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
                # Loading the authorities takes 20 ms, which plain http has no use for.
                verify=self._endpoint.url.startswith("https:") or SSLContext(PROTOCOL_TLS_CLIENT),
                # A proxy that the environment names has no business between us and ourselves.
                trust_env=not self._endpoint.loopback,
                limits=httpx.Limits(keepalive_expiry=60.0),
            )
        return self._made


class _LogprobsRefusedError(BackendError):
    """The server takes the request only without `logprobs`."""


def _checked_key(key: str | None, host: str) -> str:
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise BackendError(
            f"the API key for {host} holds characters that no key has; check the variable that "
            "`api_key_env` names"
        )
    return key


async def _chunks(response: httpx.Response, call: Call) -> AsyncGenerator[Chunk]:
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


async def _start_of(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MAX_ERROR_BYTES:
            break
    return body
