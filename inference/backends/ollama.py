"""Ollama, asked by its own API: prompts as text, as they are, with room for all of them."""

from __future__ import annotations

import time
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.types import Capabilities, Condition
from inference.wire import ollama
from inference.wire.body import plain_body
from inference.wire.bounded import start_of
from inference.wire.client import Client
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import head_fault, status_fault, transport_fault
from inference.wire.models import object_of
from inference.wire.patience import Patience
from inference.wire.vllm import PROBE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.registry import BackendSettings
    from inference.types import Certainty, Chunk, Request
    from inference.wire.faults import Call

_OK, _NOT_FOUND, _FAILED = 200, 404, 500
_SILENCE_S = 5.0
_LOOK_S = 2.0
# A prompt that leaves less than this to the completion is as good as too long.
_LEAST_NEW = 16
_SMALL_MODEL = (
    "{model} was made for {limit} tokens, and prompts may take {budget}; set "
    "`context.budget_tokens` to {fitting} or less"
)
_SMALL_LOADED = (
    "{host} has {model} loaded with num_ctx {limit}, where {wanted} was asked for, and cuts off "
    "the head of longer prompts; raise OLLAMA_CONTEXT_LENGTH there, or set "
    "`context.budget_tokens` to {fitting} or less"
)


class OllamaBackend:
    """A backend over Ollama's own HTTP API.

    Closing the generator of `stream` closes the connection, at which it stops generating.

    Args:
        settings: `endpoint`, the model's name there, and what else goes with a server.

    Raises:
        BackendError: an endpoint that code must not be sent to, or a malformed key.
    """

    def __init__(self, settings: BackendSettings) -> None:
        endpoint = parse_endpoint(settings.endpoint)
        root = endpoint.url.removesuffix("/v1").removesuffix("/api")
        self._client = Client(
            replace(endpoint, url=root), settings.api_key, settings.sharing, self._forget
        )
        self._settings = settings
        self._patience, self._asking = Patience(settings.report), Patience()
        self._n_context = ollama.context_for(settings.budget_tokens, settings.spec)
        self._probed = False
        self._heard_s = 0.0
        self._answered = self._looked = False

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries: text alone."""
        return Capabilities(chat=True, logprobs=True, warm=True)

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the server is the one that was probed."""
        if not self._probed:
            return "none"
        # How much room it loaded the model with shows once it has.
        wonders = self._answered and not self._looked
        return "some" if wonders or time.monotonic() - self._heard_s > _SILENCE_S else "full"

    @property
    def probe_text(self) -> str:
        """Any; its ids aren't asked for."""
        return PROBE

    async def probe(self, ids: tuple[int, ...] | None, /) -> str | None:  # noqa: ARG002
        """Find out whether it has the model, and room for the longest prompt.

        Raises:
            BackendError: it can't be reached, or lacks the model.
        """
        self._patience.check()
        self._asking.check()
        return await self._asking.noted(self._found())

    async def _found(self) -> str | None:
        call, model = self._call(), self._settings.model
        try:
            http = await self._client.http()
            shown = await http.post(f"{self._client.url}/api/show", json={"model": model})
            if shown.status_code != _OK:
                raise self._fault(shown.status_code, shown, await shown.aread(), call)
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=False) from error
        if self._answered:
            await self._look()
        self._probed, self._heard_s = True, time.monotonic()
        return self._advice(ollama.own_context(object_of(shown)))

    def _advice(self, limit: int | None) -> str | None:
        """What the user can do about a model that is made for less than is sent to it."""
        budget = self._settings.budget_tokens
        if limit is None or budget + _LEAST_NEW <= limit:
            return None
        return _SMALL_MODEL.format(
            model=self._settings.model, limit=limit, budget=budget, fitting=limit - 64
        )

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes; where several are wanted, one after the other.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off or
                answered nonsense, or is to be left alone for now.
        """
        self._patience.check(request)
        async with aclosing(self._patience.noting(request, self._each(request))) as chunks:
            async for chunk in chunks:
                self._heard_s, self._answered = time.monotonic(), True
                yield chunk

    async def _each(self, request: Request) -> AsyncGenerator[Chunk]:
        """The answer, and further ones after it, which find its prompt read."""
        for index in range(request.n):
            async with aclosing(self._answer(request)) as chunks:
                async for chunk in chunks:
                    yield replace(chunk, index=index) if index else chunk

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk]:
        fields = ollama.asked(request, self._settings.model, self._settings.spec, self._n_context)
        path = "chat" if request.messages else "generate"
        call = self._call(_secrets(request), new_tokens=request.max_new_tokens)
        streaming = False
        posted = self._client.post(
            f"{self._client.url}/api/{path}", plain_body(fields), session=request.session
        )
        try:
            async with posted as response:
                await self._check(response, call)
                streaming = True
                async with aclosing(ollama.chunks_of(response, call)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=streaming) from error

    async def warm(self, request: Request, /) -> None:
        """Have it load the model and read the prompt, by asking for one token, whichever."""
        async with aclosing(self.stream(replace(request, max_new_tokens=1))) as chunks:
            async for _ in chunks:
                pass

    async def aclose(self) -> None:
        """Give back the connections."""
        await self._client.aclose()

    async def _look(self) -> None:
        """Tell, once, where it has the model loaded with less room than was asked for."""
        report, model = self._settings.report, self._settings.model
        if self._looked:
            return
        self._looked = True
        if report is None:
            return
        running: dict[str, Any] = {}
        with suppress(httpx.HTTPError):
            http = await self._client.http()
            running = object_of(await http.get(f"{self._client.url}/api/ps", timeout=_LOOK_S))
        limit = ollama.loaded_context(running, model)
        if limit is not None and limit < self._n_context:
            message = _SMALL_LOADED.format(
                host=self._client.endpoint.host,
                model=model,
                limit=limit,
                wanted=self._n_context,
                fitting=limit - 64,
            )
            report(Condition("warning", message))

    async def _check(self, response: httpx.Response, call: Call) -> None:
        """Let pass only what may be an answer."""
        fault = head_fault(response, call)
        if fault is not None:
            raise fault
        if response.status_code == _OK:
            return
        if response.status_code >= _FAILED:
            self._forget()
        raise self._fault(response.status_code, response, await start_of(response), call)

    def _fault(
        self, status: int, response: httpx.Response, body: bytes, call: Call
    ) -> BackendError:
        if status == _NOT_FOUND and b"model" in body:
            return BackendError(
                f"{call.host} has no model {call.model!r}; fetch it with `ollama pull "
                f"{call.model}`, or set `served_model` to one that `ollama list` names",
                cause="model",
            )
        return status_fault(status, response.headers, body, call)

    def _forget(self) -> None:
        """Take nothing for granted of whatever answers next."""
        self._probed = self._answered = self._looked = False

    def _call(self, secrets: tuple[str, ...] = (), *, new_tokens: int = 0) -> Call:
        return self._client.call(self._settings.model, secrets, new_tokens=new_tokens)


def _secrets(request: Request) -> tuple[str, ...]:
    said = tuple(message.content for message in request.messages)
    return (request.prompt.text if request.prompt else "", request.prefix, request.suffix, *said)
