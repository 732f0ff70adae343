"""llama.cpp's `llama-server`, asked by its own API: ids, slots, beginnings."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from inference.errors import BackendError
from inference.types import Capabilities
from inference.wire import llamacpp, vllm
from inference.wire.asked import Terms
from inference.wire.body import Spelled, body_of
from inference.wire.bounded import start_of
from inference.wire.chat import ChatReader
from inference.wire.client import Client
from inference.wire.completions import chunks_of
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import head_fault, status_fault, transport_fault
from inference.wire.llamacpp import Slots
from inference.wire.manner import Manner
from inference.wire.models import object_of
from inference.wire.patience import Patience
from inference.wire.question import question_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.registry import BackendSettings
    from inference.types import Certainty, Chunk, Prompt, Request
    from inference.wire.faults import Call
    from inference.wire.llamacpp import Props

_OK, _NOT_FOUND, _FAILED = 200, 404, 500
# Another server may have come in the place of one that wasn't heard of for so long.
_SILENCE_S = 5.0
# And, between two keystrokes, in the place of one that was.
_KNOWN_S = 60.0
_LEAST_NEW = 16
_NOT_LLAMACPP = (
    "{host} isn't llama.cpp's llama-server, or an old one: it tells no `/props`; for other servers "
    "set `backend` to `openai`"
)
_TOO_SHORT = (
    "{host} holds {limit} tokens of prompt and completion in each of its {slots} slots, and "
    "prompts may take {budget}; start it with `-c {wanted}`, or set `context.budget_tokens` to "
    "{fitting} or less"
)
_NO_SENTINEL = (
    "the model at {host} has no token {mark}, which prompts of the format {form} are made of; "
    "set `model` to the one that it serves"
)
_OTHER_IDS = (
    "{host} reads texts differently from the tokenizer at hand, so prompts are sent as text; "
    "set `tokenizer` to that of the model it serves (its .gguf file will do)"
)
_SHARED = (
    "{host} can't keep apart what its users have had read, so that who measures its answers "
    "could tell which code others have; set `server.cache_salt` to `off` if that is all right"
)


class LlamaCppBackend:
    """A backend over llama.cpp's own HTTP API.

    Closing the generator of `stream` closes the connection, at which the server stops
    generating.

    Args:
        settings: `endpoint`, with or without `/v1`, and what else goes with a server.

    Raises:
        BackendError: an endpoint that code must not be sent to, or a malformed key.
    """

    def __init__(self, settings: BackendSettings) -> None:
        endpoint = parse_endpoint(settings.endpoint)
        root = replace(endpoint, url=endpoint.url.removesuffix("/v1"))
        self._client = Client(root, settings.api_key, settings.sharing, self._forget)
        self._settings = settings
        self._chat = Terms(replace(root, url=f"{root.url}/v1"), settings.model, settings.spec)
        self._patience, self._asking = Patience(settings.report), Patience()
        self._slots = Slots()
        self._spelled = Spelled()
        self._takes_ids = settings.send_ids
        self._probed = False
        self._heard_s = self._probed_s = 0.0

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries; ids once `probe` has found that they mean the same there."""
        return Capabilities(
            token_ids=self._takes_ids,
            chat=True,
            logprobs=True,
            warm=True,
            healing=self._probed,
        )

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the server is the one that was probed."""
        if not self._probed:
            return "none"
        now_s = time.monotonic()
        is_old = now_s - self._heard_s > _SILENCE_S or now_s - self._probed_s > _KNOWN_S
        return "some" if is_old else "full"

    @property
    def probe_text(self) -> str:
        """What `probe` wants the ids of."""
        return vllm.PROBE

    async def probe(self, ids: tuple[int, ...] | None, /) -> str | None:
        """Find out what it serves, how much it holds and whether it takes our ids.

        Raises:
            BackendError: it can't be reached, isn't llama.cpp's, or still loads its model.
        """
        self._patience.check()
        self._asking.check()
        return await self._asking.noted(self._found(ids))

    async def _found(self, ids: tuple[int, ...] | None) -> str | None:
        call = self._call()
        try:
            http = await self._client.http()
            response = await http.get(f"{self._client.url}/props")
            props = await self._props(response, call)
            missing = await self._missing_mark(http)
            alike = missing is None and ids is not None and await self._reads_alike(http, ids)
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=False) from error
        self._slots.resize(props.n_slots)
        self._takes_ids, self._probed, self._heard_s = alike, True, time.monotonic()
        self._probed_s = self._heard_s
        return self._advice(props, missing, differs=ids is not None and not alike)

    async def _props(self, response: httpx.Response, call: Call) -> Props:
        props = llamacpp.props_of(response)
        if props is not None:
            return props
        self._forget()
        status = response.status_code
        if status not in {_OK, _NOT_FOUND}:
            raise status_fault(status, response.headers, response.content, call)
        raise BackendError(_NOT_LLAMACPP.format(host=call.host))

    async def _missing_mark(self, http: httpx.AsyncClient) -> str | None:
        """The first sentinel of the format that isn't one token there."""
        spec = self._settings.spec
        for mark in spec.format.keys if spec else ():
            told = await self._tokens(http, mark, parse_special=True)
            if told is not None and len(told) != 1:
                return mark
        return None

    async def _reads_alike(self, http: httpx.AsyncClient, ids: tuple[int, ...]) -> bool:
        return await self._tokens(http, vllm.PROBE, parse_special=False) == [*ids]

    async def _tokens(
        self, http: httpx.AsyncClient, text: str, *, parse_special: bool
    ) -> list[int] | None:
        """The ids that the server's model has for a text; None where it doesn't tell."""
        body = {"content": text, "add_special": False, "parse_special": parse_special}
        told = object_of(await http.post(f"{self._client.url}/tokenize", json=body)).get("tokens")
        return told if isinstance(told, list) else None  # pyright: ignore[reportUnknownVariableType]

    def _advice(self, props: Props, missing: str | None, *, differs: bool) -> str | None:
        """What the user can do about what was found; None where all is as it should be."""
        host, budget = self._client.endpoint.host, self._settings.budget_tokens
        if missing is not None:
            form = self._settings.spec.format.name if self._settings.spec else ""
            return _NO_SENTINEL.format(host=host, mark=missing, form=form)
        limit = props.context_tokens
        if limit and budget + _LEAST_NEW > limit:
            fitting, slots = max(limit - 64, limit // 2), max(1, props.n_slots)
            wanted = (budget + 128) * slots
            return _TOO_SHORT.format(
                host=host, limit=limit, slots=slots, budget=budget, wanted=wanted, fitting=fitting
            )
        if self._client.sharing.cache_salt:
            return _SHARED.format(host=host)
        return _OTHER_IDS.format(host=host) if differs else None

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes; where several are wanted, one after the other.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off or
                answered nonsense, or is to be left alone for now.
        """
        self._patience.check(request)
        async with aclosing(self._patience.noting(request, self._each(request))) as chunks:
            async for chunk in chunks:
                self._heard_s = time.monotonic()
                yield chunk

    async def _each(self, request: Request) -> AsyncGenerator[Chunk]:
        """The answer, and further ones after it, which find its prompt read."""
        for index in range(request.n):
            async with aclosing(self._answer(request)) as chunks:
                async for chunk in chunks:
                    yield replace(chunk, index=index) if index else chunk

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk]:
        url, body, secrets = self._question(request)
        call = self._call(secrets, new_tokens=request.max_new_tokens)
        streaming = False
        try:
            async with self._client.post(url, body, session=request.session) as response:
                await self._check(response, call)
                streaming = True
                found = (
                    chunks_of(response, call, read=ChatReader(call).read)
                    if request.messages
                    else llamacpp.chunks_of(response, call)
                )
                async with aclosing(found) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=streaming) from error

    async def warm(self, request: Request, /) -> None:
        """Have the server read the prompt into its file's slot."""
        prompt = replace(request.prompt, healing="") if request.prompt else None
        asked = replace(request, prompt=prompt, max_new_tokens=0)
        async with aclosing(self.stream(asked)) as chunks:
            async for _ in chunks:
                pass

    async def aclose(self) -> None:
        """Give back the connections."""
        await self._client.aclose()

    def _question(self, request: Request) -> tuple[str, bytes, tuple[str, ...]]:
        """Where to, what is sent, and what of it no message may hold."""
        if request.messages:
            manner = Manner(kind="llamacpp")
            question, _ = question_of(request, self._chat, manner, Spelled())
            return question.url, question.body, question.secrets
        prompt = _prompt_of(request)
        slot = self._slots.take(request.session, request.path)
        fields = llamacpp.asked(request, self._settings.spec, slot)
        ids = prompt.token_ids if self._takes_ids else None
        body, self._spelled = body_of(fields, prompt.text if ids is None else ids, self._spelled)
        secrets = (prompt.text, request.prefix, request.suffix)
        return f"{self._client.url}/completion", body, secrets

    async def _check(self, response: httpx.Response, call: Call) -> None:
        """Let pass only what may be an answer."""
        status, fault = response.status_code, head_fault(response, call)
        if fault is not None:
            raise fault
        if status == _OK:
            return
        if status >= _FAILED:
            self._forget()
        raise status_fault(status, response.headers, await start_of(response), call)

    def _call(self, secrets: tuple[str, ...] = (), *, new_tokens: int = 0) -> Call:
        return self._client.call(self._settings.model, secrets, new_tokens=new_tokens)

    def _forget(self) -> None:
        """Take nothing for granted of whatever answers next."""
        self._probed, self._takes_ids = False, self._settings.send_ids


def _prompt_of(request: Request) -> Prompt:
    if request.prompt is None:
        raise BackendError("a server was to be asked without a prompt or messages")
    return request.prompt
