"""Any server with OpenAI's `/v1/completions`: vLLM, SGLang, LM Studio, hosted ones."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.types import Capabilities
from inference.wire import vllm
from inference.wire.body import Spelled, body_of
from inference.wire.completions import chunks_of, start_of
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import Call, page_fault, status_fault, transport_fault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.types import Chunk, Request

_MAX_STOPS = 4  # The API takes no more; the rest are looked for on our side.
_REFUSED = (400, 422)
_OK = 200
_JSON = {"Content-Type": "application/json"}
_OTHER_IDS = (
    "{host} reads texts differently from the tokenizer at hand, or doesn't say how it does, so "
    "prompts are sent as text; set `tokenizer` to the tokenizer.json of its model {model!r}"
)


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
        heal: have the server begin its answer with what the prompt left out.
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
        heal: bool = False,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._endpoint = parse_endpoint(endpoint)
        self._model = model
        self._key = _checked_key(api_key, self._endpoint.host)
        self._send_ids = send_ids
        self._heal = heal
        self._is_vllm = False
        self._timeouts = timeouts or Timeouts()
        self._ask_logprobs = True
        self._spelled = Spelled()
        self._made: httpx.AsyncClient | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries; more, perhaps, once `probe` has found out."""
        return Capabilities(token_ids=self._send_ids, logprobs=True, warm=True, healing=self._heal)

    @property
    def probe_text(self) -> str:
        """What `probe` wants the ids of."""
        return vllm.PROBE

    async def probe(self, ids: tuple[int, ...] | None, /) -> str | None:
        """Find out whether the server takes ids and heals; why not, where the user can help.

        Args:
            ids: of `probe_text`, by the tokenizer that prompts are made with; None where
                that only estimates.

        Raises:
            BackendError: the server can't be reached; ask again later.
        """
        client, host = self._client(), self._endpoint.host
        call = Call(host, self._model, has_key=bool(self._key), read_s=self._timeouts.read_s)
        try:
            self._is_vllm = await vllm.is_vllm(client, self._endpoint)
            if not self._is_vllm:
                return None
            if ids is not None:
                self._send_ids = await vllm.reads_alike(client, self._endpoint, self._model, ids)
            self._heal = await vllm.heals(client, self._endpoint, self._model)
        except httpx.HTTPError as error:
            raise transport_fault(error, call, streaming=False) from error
        if ids is None or self._send_ids:
            return None
        return _OTHER_IDS.format(host=host, model=self._model)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off
                or answered nonsense; the message says which and what to do.
        """
        refused = True
        while refused:
            refused = False
            try:
                async with aclosing(self._answer(request)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except _LogprobsRefusedError:
                refused, self._ask_logprobs = True, False
            except _HealingRefusedError:
                refused, request = True, _unhealed(request)

    async def warm(self, request: Request, /) -> None:
        """Have the server prefill the prompt, by asking for one token, whichever."""
        asked = replace(_unhealed(request), max_new_tokens=1)
        async with aclosing(self.stream(asked)) as chunks:
            async for _ in chunks:
                pass

    async def aclose(self) -> None:
        """Give back the connections."""
        if self._made is not None:
            await self._made.aclose()
            self._made = None

    async def _answer(self, request: Request) -> AsyncGenerator[Chunk]:
        asked = self._fields(request)
        body = self._body(request, asked)
        call = self._call(request)
        streaming = False
        try:
            async with self._client().stream(
                "POST", self._url, content=body, headers=_JSON
            ) as response:
                await self._check(response, call, asked)
                streaming = True
                async with aclosing(chunks_of(response, call)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            raise transport_fault(error, call, streaming=streaming) from error

    async def _check(self, response: httpx.Response, call: Call, asked: dict[str, Any]) -> None:
        """Let pass only what may be an answer."""
        if "html" in response.headers.get("content-type", ""):
            raise page_fault(call.host)
        if response.status_code == _OK:
            return
        body = await start_of(response)
        if response.status_code in _REFUSED:
            if "logprobs" in asked and b"logprobs" in body:
                raise _LogprobsRefusedError
            if vllm.BEGINNING in asked:
                raise _HealingRefusedError
        raise status_fault(response.status_code, response.headers, body, call)

    def _body(self, request: Request, asked: dict[str, Any]) -> bytes:
        prompt = request.prompt
        if prompt is None:
            raise BackendError("a chat was asked of a backend that only completes prompts")
        ids = prompt.token_ids if self._send_ids else None
        body, self._spelled = body_of(asked, prompt.text if ids is None else ids, self._spelled)
        return body

    def _fields(self, request: Request) -> dict[str, Any]:
        """All that is asked but the prompt."""
        prompt = request.prompt
        asked: dict[str, Any] = {
            "model": self._model,
            "max_tokens": request.max_new_tokens,
            "temperature": request.sampling.temperature,
            "top_p": request.sampling.top_p,
            "stop": prompt.stops[:_MAX_STOPS] if prompt else (),
            "stream": True,
        }
        asked |= vllm.AT_ONCE if self._is_vllm else {}
        asked |= vllm.beginning_with(prompt.healing) if prompt and self._heal else {}
        return asked | ({"logprobs": 1} if self._ask_logprobs else {})

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


class _HealingRefusedError(BackendError):
    """The server may take the request where nothing is said of how the answer begins."""


def _unhealed(request: Request) -> Request:
    """The request, its answer free to begin with anything."""
    prompt = replace(request.prompt, healing="") if request.prompt else None
    return replace(request, prompt=prompt)


def _checked_key(key: str | None, host: str) -> str:
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise BackendError(
            f"the API key for {host} holds characters that no key has; check the variable that "
            "`api_key_env` names"
        )
    return key
