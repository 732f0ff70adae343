"""One completion, from a snapshot to an answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from inference.answer.complete import Rules, complete
from inference.errors import BackendError, InferenceError
from inference.registry import ON_THIS_MACHINE
from inference.types import NoCompletion, Request, Sampling
from lsp_server.preparation import Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future
    from contextlib import AbstractContextManager
    from typing import Literal

    from context.types import Snapshot
    from inference.answer.complete import Outcome
    from inference.types import Completion, Prompt
    from lsp_server.workspace import Remembered, Workspace
_SILENT = (
    "the backend {backend!r} gave no answer within {deadline_ms} ms; check that it runs, or raise "
    "`completion.deadline_ms`"
)
# Who computes here computes as fast as the machine does.
_STILL_READS = (
    "the model on this machine hasn't read the prompt within {deadline_ms} ms; the next request "
    "goes on from what it has read. If that happens again, lower `context.budget_tokens` or "
    "`local.threads` (others use the processor, too), take a smaller model, or raise "
    "`completion.deadline_ms`"
)


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds; `first_token` counts from the moment the backend was asked."""

    context: float = 0.0
    pack: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion or why there is none, and how it came about."""

    result: Completion | NoCompletion
    prompt_tokens: int = 0
    new_tokens: int | None = None
    timings: Timings = field(default_factory=Timings)
    error: InferenceError | None = None


async def answer(
    workspace: Workspace,
    snapshot: Snapshot,
    *,
    executor: Executor,
    on_text: Callable[[str], None] | None = None,
) -> Answer:
    """The completion at the snapshot's cursor; a failing backend is an answer, too."""
    started = time.perf_counter()
    refused = await refusal(workspace, snapshot, executor)
    if refused is not None:
        return Answer(NoCompletion(refused))
    health = workspace.health
    if health.refusal is not None:
        return _failed(health.refusal, started)
    try:
        with workspace.repository.courtesy:
            prepared = await _prepared(workspace, snapshot, executor)
        with _while_here(workspace):
            outcome = await _streamed(workspace, snapshot, prepared, on_text)
        check_deadline(workspace, outcome)
    except InferenceError as error:
        health.failed(error)
        return _failed(error, started)
    health.answered()
    return _answered(prepared, outcome, started)


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


async def _prepared(
    workspace: Workspace, snapshot: Snapshot, executor: Executor
) -> Prepared | None:
    """The prompt, made off the event loop; None for a backend that reads none."""
    if not workspace.backend.capabilities.prompt:
        return None
    # The settings may change while a thread is at it.
    path, pinned = snapshot.path, workspace.pinned()
    known = workspace.remembered.get(path)
    # Who comes back from another file has most likely changed what this one's prompt shows.
    is_back = known is not None and workspace.asked_in != path
    workspace.asked_in = path
    make = partial(prepare, pinned, snapshot, workspace.memory_of(path), None, is_idle=is_back)
    work = executor.submit(make)
    try:
        made = await asyncio.wrap_future(work)
    except asyncio.CancelledError:
        keep = partial(_keep, asyncio.get_running_loop(), pinned, path, known)
        work.add_done_callback(keep)
        raise
    workspace.remember(path, made.remembered)
    return made


def _keep(
    loop: asyncio.AbstractEventLoop,
    workspace: Workspace,
    path: str,
    known: Remembered | None,
    work: Future[Prepared],
) -> None:
    """Remember what a superseded request made, unless something newer is.

    What was begun ends anyway, and the next request would choose and pack all of it again.
    """
    if work.cancelled() or work.exception() is not None:
        return
    with suppress(RuntimeError):  # The loop ended meanwhile.
        loop.call_soon_threadsafe(workspace.supersede, path, known, work.result().remembered)


async def _streamed(
    workspace: Workspace,
    snapshot: Snapshot,
    prepared: Prepared | None,
    on_text: Callable[[str], None] | None,
) -> Outcome:
    completion = workspace.settings.completion
    request = request_for(workspace, snapshot, prepared.prompt if prepared else None)
    rules = Rules(
        cursor=snapshot.cursor,
        extent=_extent(request.suffix),
        min_confidence=completion.min_confidence,
        deadline_s=completion.deadline_ms / 1000,
    )
    outcome = await _when_ready(workspace, request, rules, on_text)
    if request.prompt is not None and outcome.first_token_s is not None:
        workspace.read_prompt = request.prompt.text
    return outcome


async def _when_ready(
    workspace: Workspace, request: Request, rules: Rules, on_text: Callable[[str], None] | None
) -> Outcome:
    """What comes of the request; asked again when a model that was being loaded is there.

    The deadline is for an answer: to load weights may take minutes, which a client that
    doesn't want to wait for cancels.
    """
    while True:
        outcome = await complete(
            workspace.backend, request, rules, clock=time.perf_counter, on_text=on_text
        )
        if outcome.first_token_s is not None or not workspace.health.is_busy:
            return outcome
        await workspace.health.ready()


def request_for(
    workspace: Workspace, snapshot: Snapshot, prompt: Prompt | None, priority: int = 0
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
        max_new_tokens=settings.max_tokens,
        priority=priority,
        session=workspace.session_name,
    )


def _extent(suffix: str) -> Literal["line", "block"]:
    """One line where text stands to the right of the cursor, else as far as the block goes."""
    rest = suffix.split("\n", 1)[0]
    return "line" if rest.strip() else "block"


def check_deadline(workspace: Workspace, outcome: Outcome) -> None:
    """Silence up to the deadline is a failure of the backend, not a lack of ideas.

    Raises:
        BackendError: it was silent; says what is likely the matter.
    """
    deadline_ms = workspace.settings.completion.deadline_ms
    if outcome.first_token_s is None and outcome.total_s * 1000 >= deadline_ms:
        backend = workspace.settings.backend
        silent = _STILL_READS if backend in ON_THIS_MACHINE else _SILENT
        raise BackendError(silent.format(backend=backend, deadline_ms=deadline_ms))


def _failed(error: InferenceError, started: float) -> Answer:
    timings = Timings(total=(time.perf_counter() - started) * 1000)
    return Answer(NoCompletion(str(error)), timings=timings, error=error)


def _answered(prepared: Prepared | None, outcome: Outcome, started: float) -> Answer:
    timings = Timings(
        prepared.context_ms if prepared else 0.0,
        prepared.pack_ms if prepared else 0.0,
        (outcome.first_token_s or 0.0) * 1000,
        (time.perf_counter() - started) * 1000,
    )
    n_tokens = prepared.prompt.n_tokens if prepared else 0
    return Answer(outcome.completion, n_tokens, outcome.n_tokens, timings)
