"""Any server with OpenAI's `/v1/completions`: vLLM, SGLang, LM Studio, hosted ones."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any

import httpx

from inference.answer.healing import Healer
from inference.errors import BackendError
from inference.types import Capabilities, Sampling
from inference.wire import vllm
from inference.wire.body import Spelled, body_of
from inference.wire.completions import chunks_of, start_of
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import Call, page_fault, status_fault, transport_fault
from inference.wire.manner import Extra, Manner, to_leave_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.types import Certainty, Chunk, Request

_MAX_STOPS = 4  # The API takes no more; the rest are looked for on our side.
_REFUSED = (400, 422)
_OK, _NOT_FOUND, _FAILED = 200, 404, 500
# Another server may have come in the place of one that wasn't heard of for so long.
_SILENCE_S = 5.0
# Of two answers in a row that don't begin as asked, not both come from chance.
_MAX_UNHEALED = 2
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
        self._first = self._manner = Manner(send_ids, heal or None)
        self._probed = False
        self._heard_s = 0.0
        self._n_unhealed = 0
        self._timeouts = timeouts or Timeouts()
        self._spelled = Spelled()
        self._made: httpx.AsyncClient | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries; more, perhaps, once `probe` has found out."""
        manner = self._manner
        return Capabilities(
            token_ids=manner.ids, logprobs=True, warm=True, healing=bool(manner.heals)
        )

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the server is the one that was probed."""
        if not self._probed:
            return "none"
        is_silent = time.monotonic() - self._heard_s > _SILENCE_S
        return "some" if self._manner.is_vllm and is_silent else "full"

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
        call = Call(
            self._endpoint.host, self._model, has_key=bool(self._key), read_s=self._timeouts.read_s
        )
        try:
            found = await self._found(ids)
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=False) from error
        # A request may have been refused meanwhile.
        self._manner = replace(found, logprobs=self._manner.logprobs)
        self._probed, self._heard_s = True, time.monotonic()
        if ids is None or found.ids or not found.is_vllm:
            return None
        return _OTHER_IDS.format(host=call.host, model=self._model)

    async def _found(self, ids: tuple[int, ...] | None) -> Manner:
        """How the server that is there now may be asked."""
        client, known = self._client(), self._manner
        if not await vllm.is_vllm(client, self._endpoint):
            return self._first
        send_ids, heals = known.ids, known.heals
        if ids is not None:
            send_ids = await vllm.reads_alike(client, self._endpoint, self._model, ids)
        if heals is None or not known.is_vllm:
            heals = await vllm.heals(client, self._endpoint, self._model)
        return Manner(send_ids, heals, is_vllm=True)

    def _forget(self) -> None:
        """Take nothing for granted of whatever answers next."""
        self._manner, self._probed, self._n_unhealed = self._first, False, 0

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off
                or answered nonsense; the message says which and what to do.
        """
        manner, left_out = self._manner, dict[Extra, bool]()
        while True:
            try:
                async with aclosing(self._answer(request, manner)) as chunks:
                    async for chunk in chunks:
                        self._do_without(left_out)
                        yield chunk
            except _RefusedError as refusal:
                if refusal.extra is None:
                    raise refusal.fault from None
                left_out[refusal.extra] = False
                manner = replace(manner, **left_out)
            else:
                return

    def _do_without(self, left_out: dict[Extra, bool]) -> None:
        """From now on, as a request passed without and didn't with it."""
        if left_out:
            self._manner = replace(self._manner, **left_out)
            left_out.clear()

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

    async def _answer(self, request: Request, manner: Manner) -> AsyncGenerator[Chunk]:
        asked, prompt = self._fields(request, manner), _prompt_of(request, manner)
        body, self._spelled = body_of(asked, prompt, self._spelled)
        call = self._call(request)
        streaming = False
        try:
            async with self._client().stream(
                "POST", self._url, content=body, headers=_JSON
            ) as response:
                await self._check(response, call, asked, ids=not isinstance(prompt, str))
                streaming = True
                async with aclosing(self._chunks(response, request, asked, call)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=streaming) from error

    async def _chunks(
        self, response: httpx.Response, request: Request, asked: dict[str, Any], call: Call
    ) -> AsyncGenerator[Chunk]:
        """The chunks of an answer, of which is seen whether it begins as asked."""
        begun = Healer(request.prompt.healing if request.prompt else "")
        watched = vllm.BEGINNING in asked
        async with aclosing(chunks_of(response, call)) as chunks:
            async for chunk in chunks:
                begun.feed(chunk.text)
                if watched and (begun.failed or begun.healed):
                    watched = False
                    self._note_beginning(healed=begun.healed)
                self._heard_s = time.monotonic()
                yield chunk

    def _note_beginning(self, *, healed: bool) -> None:
        """Ask for no beginning any more where that is passed over without a word."""
        self._n_unhealed = 0 if healed else self._n_unhealed + 1
        if self._n_unhealed >= _MAX_UNHEALED:
            self._manner = replace(self._manner, heals=False)

    async def _check(
        self, response: httpx.Response, call: Call, asked: dict[str, Any], *, ids: bool
    ) -> None:
        """Let pass only what may be an answer."""
        if "html" in response.headers.get("content-type", ""):
            raise page_fault(call.host)
        status = response.status_code
        if status == _OK:
            return
        body = await start_of(response)
        fault = status_fault(status, response.headers, body, call)
        if status in _REFUSED:
            raise _RefusedError(fault, to_leave_out(asked, body, ids=ids))
        if status == _NOT_FOUND or status >= _FAILED:
            self._forget()
        raise fault

    def _fields(self, request: Request, manner: Manner) -> dict[str, Any]:
        """All that is asked but the prompt."""
        prompt, sampling = request.prompt, request.sampling or Sampling()
        asked: dict[str, Any] = {
            "model": self._model,
            "max_tokens": request.max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "stream": True,
        }
        stops = prompt.stops[:_MAX_STOPS] if prompt else ()
        asked |= vllm.SHOWN_STOPS if manner.is_vllm else {"stop": stops}
        asked |= vllm.beginning_with(prompt.healing) if prompt and manner.heals else {}
        return asked | ({"logprobs": 1} if manner.logprobs else {})

    def _call(self, request: Request) -> Call:
        code = (request.prompt.text if request.prompt else "", request.prefix, request.suffix)
        return Call(
            self._endpoint.host,
            self._model,
            has_key=bool(self._key),
            read_s=self._timeouts.read_s,
            secrets=(self._key, *code),
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


class _RefusedError(Exception):
    """The server may take the request without `extra`; where there is none, the fault stands."""

    def __init__(self, fault: BackendError, extra: Extra | None) -> None:
        super().__init__(str(fault))
        self.fault: BackendError = fault
        self.extra: Extra | None = extra


def _prompt_of(request: Request, manner: Manner) -> str | tuple[int, ...]:
    prompt = request.prompt
    if prompt is None:
        raise BackendError("a chat was asked of a backend that only completes prompts")
    ids = prompt.token_ids if manner.ids else None
    return prompt.text if ids is None else ids


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
