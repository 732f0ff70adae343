"""One question to a backend, from a request to what may be shown."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from inference.answer.checks import Checks
from inference.answer.complete import Rules
from inference.answer.several import several
from inference.errors import InferenceError
from inference.types import Completion, NoCompletion, Request, Sampling
from lsp_server.inline.checking import checks_for
from lsp_server.inline.passing import look_over
from lsp_server.inline.progress import Ready
from lsp_server.inline.turns import PREFETCH
from lsp_server.inline.wanted import wanted
from lsp_server.inline.world import RESTED_S
from lsp_server.preparation import prepare

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from contextlib import AbstractContextManager
    from typing import Literal

    from context.types import Snapshot
    from inference.answer.complete import Outcome
    from inference.answer.heard import Heard
    from inference.types import Prompt
    from lsp_server.inline.asked import Asked
    from lsp_server.inline.progress import Progress
    from lsp_server.workspace import Remembered, Workspace

    Source = Literal["backend", "cache", "joined"]

# A late answer is worth waiting for, for the cache, about as long as one in time; no longer,
# as it keeps a backend from others.
_LATE_S = 30.0


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds; `first_token` counts from the moment the backend was asked."""

    context: float = 0.0
    pack: float = 0.0
    first_token: float = 0.0
    total: float = 0.0
    pause: float = 0.0
    turn: float = 0.0
    check: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion or why there is none, and how it came about.

    Attributes:
        others: further completions, where several are wanted.
        source: who answered: the backend when asked for this, the cache, or the backend
            when asked for an earlier request that this one goes on from.
    """

    result: Completion | NoCompletion
    prompt_tokens: int = 0
    new_tokens: int | None = None
    timings: Timings = field(default_factory=Timings)
    error: InferenceError | None = None
    others: tuple[Completion, ...] = ()
    source: Source = "backend"

    @property
    def completions(self) -> tuple[Completion, ...]:
        """All of them, the best first."""
        return (self.result, *self.others) if isinstance(self.result, Completion) else ()


@dataclass(frozen=True, slots=True)
class Question:
    """A request as a backend is to be asked.

    Attributes:
        priority: of `lsp_server.inline.turns`.
        rejected: what was turned down at this cursor a moment ago.
        executor: threads for what mustn't be done on the event loop.
    """

    asked: Asked
    priority: int
    rejected: tuple[str, ...]
    executor: Executor


async def generate(question: Question, progress: Progress) -> Answer:
    """What comes of a question; a failing backend is an answer, too.

    It is not given up at the deadline, which whoever waits for it keeps himself.
    """
    started = time.perf_counter()
    workspace = question.asked.workspace
    try:
        with workspace.repository.courtesy:
            ready = progress.ready = await _made_ready(question)
        if ready.refused is not None:
            return Answer(NoCompletion(ready.refused))
        with _while_here(workspace):
            outcomes = await _when_loaded(question, ready, progress)
    except InferenceError as error:
        # What nobody waits for is nobody's trouble; whoever has joined it tells.
        if question.priority < PREFETCH:
            workspace.health.failed(error)
        return failed(error, started)
    if outcomes[0].first_token_s is not None or outcomes[0].total_s < late_s(workspace):
        workspace.health.answered()
    answer = _answered(ready, outcomes, started)
    least = workspace.settings.completion.min_confidence
    return await look_over(question.executor, answer, ready.checks, least)


def failed(error: InferenceError, started: float) -> Answer:
    """The answer where a backend failed a request that began then."""
    timings = Timings(total=(time.perf_counter() - started) * 1000)
    return Answer(NoCompletion(str(error)), timings=timings, error=error)


def late_s(workspace: Workspace) -> float:
    """After how long a generation is given up: nobody waits for it since its deadline."""
    deadline_s = workspace.settings.completion.deadline_ms / 1000
    return deadline_s + min(deadline_s, _LATE_S)


def _while_here(workspace: Workspace) -> AbstractContextManager[object]:
    """What has the background wait for a backend that shares this process's time."""
    shares = not workspace.backend.capabilities.prompt
    return workspace.repository.courtesy if shares else nullcontext()


async def refusal(workspace: Workspace, snapshot: Snapshot, executor: Executor) -> str | None:
    """Why this document must not leave the machine; None where it doesn't or may."""
    if workspace.stays_here:
        return None
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(executor, workspace.refusal, snapshot)


async def _made_ready(question: Question) -> Ready:
    """What to ask with, made off the event loop."""
    asked = question.asked
    path, workspace = asked.snapshot.path, asked.workspace
    known = workspace.remembered.get(path)
    is_ahead = question.priority >= PREFETCH
    # Who comes back from another file has most likely changed what this one's prompt shows;
    # who types in both at once hasn't both heads read again at each key.
    is_back = known is not None and workspace.asked_in != path and not is_ahead
    if known is not None and time.perf_counter() - known.asked_s <= RESTED_S:
        is_back = False
    if not is_ahead:
        workspace.asked_in = path
    # The settings may change while a thread is at it.
    make = partial(_ready, question, workspace.pinned(), workspace.memory_of(path), is_back=is_back)
    work = question.executor.submit(make)
    try:
        made = await asyncio.wrap_future(work)
    except asyncio.CancelledError:
        if not is_ahead:
            keep = partial(_keep, asyncio.get_running_loop(), workspace, path, known)
            work.add_done_callback(keep)
        raise
    if made.prepared is not None and not is_ahead:
        workspace.remember(path, made.prepared.remembered)
    return made


def _ready(question: Question, workspace: Workspace, memory: Remembered, *, is_back: bool) -> Ready:
    asked = question.asked
    refused = workspace.refusal(asked.snapshot)
    if refused is not None:
        return Ready(Checks(), refused=refused)
    prepared = None
    if workspace.backend.capabilities.prompt:
        prepared = prepare(workspace, asked.snapshot, memory, None, is_idle=is_back)
    return Ready(checks_for(asked, question.rejected), wanted(asked), prepared)


def _keep(
    loop: asyncio.AbstractEventLoop,
    workspace: Workspace,
    path: str,
    known: Remembered | None,
    work: Future[Ready],
) -> None:
    """Remember what a superseded request made, unless something newer is.

    What was begun ends anyway, and the next request would choose and pack all of it again.
    """
    if work.cancelled() or work.exception() is not None:
        return
    prepared = work.result().prepared
    if prepared is not None:
        with suppress(RuntimeError):  # The loop ended meanwhile.
            loop.call_soon_threadsafe(workspace.supersede, path, known, prepared.remembered)


async def _when_loaded(question: Question, ready: Ready, progress: Progress) -> tuple[Outcome, ...]:
    """What comes of it; asked again when a model that was being loaded is there.

    The deadline is for an answer: to load weights may take minutes, which a client that
    doesn't want to wait for cancels.
    """
    workspace = question.asked.workspace
    while True:
        outcomes = await _streamed(question, ready, progress)
        if outcomes[0].first_token_s is not None or not workspace.health.is_busy:
            return outcomes
        await workspace.health.ready()


async def _streamed(question: Question, ready: Ready, progress: Progress) -> tuple[Outcome, ...]:
    asked, wants = question.asked, ready.wanted
    assert wants is not None  # noqa: S101 - what isn't refused is wanted
    workspace = asked.workspace
    prompt = ready.prepared.prompt if ready.prepared else None
    request = request_for(
        workspace, asked.snapshot, prompt, question.priority, wants.max_new_tokens
    )
    rules = Rules(
        cursor=asked.snapshot.cursor,
        extent=wants.extent,
        fills=wants.fills,
        min_confidence=workspace.settings.completion.min_confidence,
        deadline_s=late_s(workspace),
    )

    def hear(heard: Heard) -> None:
        progress.heard = heard

    progress.asked_s = time.perf_counter()
    outcomes = await several(
        workspace.backend,
        request,
        rules,
        n=wants.n,
        clock=time.perf_counter,
        on_text=progress.show,
        on_heard=hear,
    )
    if prompt is not None and outcomes[0].first_token_s is not None:
        workspace.read_prompt = prompt.text
    return outcomes


def request_for(
    workspace: Workspace,
    snapshot: Snapshot,
    prompt: Prompt | None,
    priority: int = 0,
    max_new_tokens: int | None = None,
) -> Request:
    """What the backend is asked with that prompt; a higher priority is served later."""
    settings = workspace.settings.completion
    return Request(
        snapshot.text[: snapshot.cursor],
        snapshot.text[snapshot.cursor :],
        snapshot.path,
        snapshot.language,
        prompt=prompt,
        sampling=Sampling(settings.temperature, settings.top_p),
        max_new_tokens=max_new_tokens or settings.max_tokens,
        priority=priority,
        session=workspace.session_name,
    )


def _answered(ready: Ready, outcomes: tuple[Outcome, ...], started: float) -> Answer:
    prepared, first = ready.prepared, outcomes[0]
    timings = Timings(
        prepared.context_ms if prepared else 0.0,
        prepared.pack_ms if prepared else 0.0,
        (first.first_token_s or 0.0) * 1000,
        (time.perf_counter() - started) * 1000,
    )
    n_tokens = prepared.prompt.n_tokens if prepared else 0
    found = (outcome.completion for outcome in outcomes[1:])
    others = tuple(each for each in found if isinstance(each, Completion))
    return Answer(first.completion, n_tokens, first.n_tokens, timings, others=others)
