"""Any server with OpenAI's API: vLLM, SGLang, llama.cpp, LM Studio, hosted ones."""

from __future__ import annotations

import hashlib
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from inference.answer.healing import Healer
from inference.types import Capabilities, Condition
from inference.wire import vllm
from inference.wire.asked import Terms
from inference.wire.body import Spelled
from inference.wire.bounded import start_of
from inference.wire.chat import ChatReader
from inference.wire.client import Client
from inference.wire.completions import chunks_of
from inference.wire.endpoint import parse_endpoint
from inference.wire.faults import head_fault, model_fault, status_fault, transport_fault
from inference.wire.manner import Extra, Manner, to_leave_out
from inference.wire.models import listed
from inference.wire.patience import Patience
from inference.wire.question import explained, question_of
from inference.wire.trial import advice, tried

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.models.spec import ModelSpec
    from inference.registry import Report, Sharing
    from inference.types import Certainty, Chunk, Request
    from inference.wire.faults import Call
    from inference.wire.question import Question

_REFUSED = (400, 422)
_OK, _NOT_FOUND, _FAILED = 200, 404, 500
# Another server may have come in the place of one that wasn't heard of for so long.
_SILENCE_S = 5.0
# And, between two keystrokes, in the place of one that was.
_KNOWN_S = 60.0
# Of two answers in a row that don't begin as asked, not both come from chance.
_MAX_UNHEALED = 2
# A fault is told without the names of what the server has, where it takes longer to tell them.
_LISTING_S = 2.0
_UNSALTED = (
    "{host} can't keep apart what its users have had read, so that who measures its answers "
    "could tell which code others have; set `server.cache_salt` to `off` if that is all right"
)


class OpenAIBackend:
    """A backend over HTTP; one client with its connections kept for its life.

    Closing the generator of `stream` closes the connection, at which servers stop
    generating.

    Args:
        endpoint: the base address, `/v1` included.
        model: its name as the server knows it, which for an adapter is the adapter's.
        api_key: sent as bearer token; never logged.
        send_ids: send the prompt's ids where it has them, which vLLM takes and many
            others don't. A prompt to be sent so must be packed so.
        heal: have the server begin its answer with what the prompt left out.
        spec: what is peculiar about the model.
        sharing: how a server that others use, too, is to be asked.
        budget_tokens: what the longest prompt takes; 0 where nobody says.
        report: told how the server is when that changes.

    Raises:
        BackendError: an endpoint that code must not be sent to, or a malformed key or header.
    """

    def __init__(  # noqa: PLR0913 - what it is made from
        self,
        endpoint: str,
        model: str,
        api_key: str | None = None,
        *,
        send_ids: bool = False,
        heal: bool = False,
        spec: ModelSpec | None = None,
        sharing: Sharing | None = None,
        budget_tokens: int = 0,
        report: Report | None = None,
    ) -> None:
        self._client = Client(parse_endpoint(endpoint), api_key, sharing, self._forget)
        salt = _opaque(self._client.sharing.cache_salt)
        self._terms = Terms(self._client.endpoint, model, spec, salt)
        self._budget_tokens = budget_tokens
        self._report = report
        self._patience, self._asking = Patience(report), Patience()
        self._first = self._manner = Manner(send_ids, heal or None)
        self._probed = False
        self._heard_s = self._probed_s = 0.0
        self._n_unhealed = 0
        self._spelled = Spelled()

    @property
    def capabilities(self) -> Capabilities:
        """What this wire carries; more, perhaps, once `probe` has found out."""
        manner = self._manner
        return Capabilities(
            token_ids=manner.ids,
            prompt_suffix=True,
            chat=True,
            logprobs=True,
            warm=True,
            healing=bool(manner.heals),
        )

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the server is the one that was probed."""
        if not self._probed:
            return "none"
        now_s = time.monotonic()
        is_old = now_s - self._heard_s > _SILENCE_S or now_s - self._probed_s > _KNOWN_S
        return "some" if self._manner.kind != "other" and is_old else "full"

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
        self._patience.check()
        self._asking.check()
        return await self._asking.noted(self._found(ids))

    async def _found(self, ids: tuple[int, ...] | None) -> str | None:
        model = self._terms.model
        try:
            found, models = await tried(self._client, model, ids, self._manner, self._first)
        except httpx.HTTPError as error:
            self._forget()
            call = self._client.call(model)
            raise transport_fault(error, call, streaming=False) from error
        # A request may have been refused meanwhile.
        self._manner = replace(self._manner, ids=found.ids, heals=found.heals, kind=found.kind)
        self._probed, self._heard_s = True, time.monotonic()
        self._probed_s = self._heard_s
        budget = self._budget_tokens
        return advice(
            self._client, model, found, models, budget_tokens=budget, has_ids=ids is not None
        )

    def _forget(self) -> None:
        """Take nothing for granted of whatever answers next."""
        self._manner, self._probed, self._n_unhealed = self._first, False, 0

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Raises:
            BackendError: the server can't be reached, refused, fell silent, broke off
                or answered nonsense, or is to be left alone for now; the message says which
                and what to do.
        """
        self._patience.check(request)
        async with aclosing(self._patience.noting(request, self._answered(request))) as chunks:
            async for chunk in chunks:
                self._heard_s = time.monotonic()
                yield chunk

    async def _answered(self, request: Request) -> AsyncGenerator[Chunk]:
        """The answer, to the request as the server takes it."""
        manner, left_out = self._manner, set[Extra]()
        while True:
            try:
                async with aclosing(self._answer(request, manner)) as chunks:
                    async for chunk in chunks:
                        self._do_without(left_out)
                        yield chunk
            except _RefusedError as refusal:
                left_out.add(refusal.extra)
                manner = manner.without(left_out)
            else:
                return

    def _do_without(self, left_out: set[Extra]) -> None:
        """From now on, as a request passed without and didn't with it."""
        if not left_out:
            return
        self._manner = self._manner.without(left_out)
        if "salt" in left_out and self._report is not None:
            host = self._client.endpoint.host
            self._report(Condition("warning", _UNSALTED.format(host=host)))
        left_out.clear()

    async def warm(self, request: Request, /) -> None:
        """Have the server prefill the prompt, by asking for one token, whichever."""
        asked = replace(_unhealed(request), max_new_tokens=1)
        async with aclosing(self.stream(asked)) as chunks:
            async for _ in chunks:
                pass

    async def aclose(self) -> None:
        """Give back the connections."""
        await self._client.aclose()

    async def _answer(self, request: Request, manner: Manner) -> AsyncGenerator[Chunk]:
        question, self._spelled = question_of(request, self._terms, manner, self._spelled)
        call = self._client.call(
            self._terms.model, question.secrets, new_tokens=request.max_new_tokens
        )
        streaming = False
        posted = self._client.post(question.url, question.body, session=request.session)
        try:
            async with posted as response:
                await self._check(response, question, call)
                streaming = True
                async with aclosing(self._chunks(response, request, question, call)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except httpx.HTTPError as error:
            self._forget()
            raise transport_fault(error, call, streaming=streaming) from error

    async def _chunks(
        self, response: httpx.Response, request: Request, question: Question, call: Call
    ) -> AsyncGenerator[Chunk]:
        """The chunks of an answer, of which is seen whether it begins as asked."""
        begun = Healer(request.prompt.healing if request.prompt else "")
        watched = any(field in question.asked for field in vllm.BEGINNINGS)
        read = ChatReader(call).read if request.messages else None
        n = question.asked.get("n", 1)
        async with aclosing(chunks_of(response, call, n=n, read=read)) as chunks:
            async for chunk in chunks:
                begun.feed(chunk.text if chunk.index == 0 else "")
                if watched and (begun.failed or begun.healed):
                    watched = False
                    self._note_beginning(healed=begun.healed)
                yield chunk

    def _note_beginning(self, *, healed: bool) -> None:
        """Ask for no beginning any more where that is passed over without a word."""
        self._n_unhealed = 0 if healed else self._n_unhealed + 1
        if self._n_unhealed >= _MAX_UNHEALED:
            self._manner = replace(self._manner, heals=False)

    async def _check(self, response: httpx.Response, question: Question, call: Call) -> None:
        """Let pass only what may be an answer."""
        status, fault = response.status_code, head_fault(response, call)
        if fault is not None:
            raise fault
        if status == _OK:
            return
        body = await start_of(response)
        fault = status_fault(status, response.headers, body, call)
        if status == _NOT_FOUND or status >= _FAILED:
            self._forget()
        if fault.cause == "model":
            fault = model_fault(call, status, await self._names())
        elif status in _REFUSED and fault.cause != "context":
            if extra := to_leave_out(question.asked, body, ids=question.ids):
                raise _RefusedError(extra)
            fault = explained(fault, question, body)
        raise fault

    async def _names(self) -> tuple[str, ...]:
        """The names of what the server has, adapters included, if it tells them soon."""
        try:
            models = await listed(await self._client.http(), self._client.url, _LISTING_S)
        except httpx.HTTPError:
            return ()
        return tuple(model.name for model in models)


class _RefusedError(Exception):
    """The server may take the request without `extra`."""

    def __init__(self, extra: Extra) -> None:
        super().__init__(extra)
        self.extra: Extra = extra


def _unhealed(request: Request) -> Request:
    """The request, its answer free to begin with anything, and only one."""
    prompt = replace(request.prompt, healing="") if request.prompt else None
    return replace(request, prompt=prompt, n=1)


def _opaque(salt: str) -> str:
    """The salt as what any server takes, which tells nothing of the word it was made of."""
    return hashlib.sha256(salt.encode()).hexdigest() if salt else ""
