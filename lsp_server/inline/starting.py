"""A generation begun: its pause, its turn, the backend, and what is kept of it.

`start(server, asked, priority)` asks a backend for what one request wants. What comes of
it goes into the workspace's cache by itself, and so does as much as had come when it
was ended.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.types import NoCompletion
from lsp_server.completion import Question, generate, late_s
from lsp_server.inline.generations import Generation
from lsp_server.inline.partly import what_came
from lsp_server.inline.turns import PREFETCH
from lsp_server.probing import probed

if TYPE_CHECKING:
    from lsp_server.completion import Answer
    from lsp_server.inline.asked import Asked
    from lsp_server.server import InfillServer

# A backend that lets go so slowly isn't waited for.
_LEAVING_S = 1.0
# Where nothing could be made ahead, that isn't tried again for so long.
_NOT_AHEAD_S = 30.0

log = logging.getLogger(__name__)


def start(
    server: InfillServer, asked: Asked, priority: int, *, pause_s: float = 0.0
) -> Generation | None:
    """The generation for a request, in the place of what runs for its document.

    None for a prefetch where something runs already, or the backend isn't to be asked.

    Args:
        server: whose session it belongs to.
        asked: for a prefetch, with the document as it would be.
        priority: of `lsp_server.inline.turns`.
        pause_s: how long to wait for the next key first.
    """
    held, workspace = server.session.generations, asked.workspace
    lane, uri = held.lane_of(workspace), asked.document.uri
    if priority >= PREFETCH:
        is_resting = asyncio.get_running_loop().time() < lane.not_ahead_until_s
        if is_resting or uri in held.running or workspace.health.refusal is not None:
            return None
    else:
        held.end(uri)
        held.make_room(lane)
    generation = Generation(asked, priority, lane)
    before = frozenset(held.leaving.get(uri, ()))
    task = asyncio.create_task(_run(server, generation, before, pause_s))
    task.add_done_callback(lambda _: _note(server, generation))
    held.add(generation, task)
    return generation


async def _run(
    server: InfillServer,
    generation: Generation,
    before: frozenset[asyncio.Task[Answer]],
    pause_s: float,
) -> Answer:
    """Wait for what is to be waited for, then generate and keep what came."""
    asked, lane, progress = generation.asked, generation.lane, generation.progress
    session = server.session
    began_s = time.perf_counter()
    if pause_s:
        await asyncio.sleep(pause_s)
    progress.pause_s = time.perf_counter() - began_s
    async with lane.turns.turn(generation.priority):
        if before:
            await asyncio.wait(before, timeout=_LEAVING_S)
        progress.turn_s = time.perf_counter() - began_s - progress.pause_s
        progress.is_begun = True
        await probed(server, asked.workspace)
        rejected = session.shown.rejected_at(asked)
        question = Question(asked, generation.priority, rejected, session.executor)
        answer = await generate(question, progress)
    return _kept(generation, answer)


def _kept(generation: Generation, answer: Answer) -> Answer:
    """The answer with what it waited for; kept, unless it is a failure or a refusal."""
    progress, timings = generation.progress, answer.timings
    if timings.first_token:
        generation.lane.lately_s.append(timings.first_token / 1000)
    is_known = answer.error is None and progress.asked_s is not None
    # Nothing up to the very end is silence, and no answer.
    if is_known and (timings.first_token or timings.total < late_s(generation.asked.workspace)):
        _keep(generation, answer, is_whole=True)
    pause, turn = progress.pause_s * 1000, progress.turn_s * 1000
    waited = replace(timings, pause=pause, turn=turn, total=timings.total + pause + turn)
    return replace(answer, timings=waited)


def _keep(generation: Generation, answer: Answer, *, is_whole: bool) -> None:
    """Remember it for who comes to the same place."""
    asked = generation.asked
    ready = generation.progress.ready
    if not answer.completions and ready is not None and ready.checks.rejected:
        # It may be wanted again later.
        return
    reason = answer.result.reason if isinstance(answer.result, NoCompletion) else ""
    asked.workspace.cache.keep(asked, answer.completions, is_whole=is_whole, reason=reason)


def _note(server: InfillServer, generation: Generation) -> None:
    """At the end: keep what had come where it was ended early, tell what went wrong."""
    task = generation.task
    if task.cancelled():
        if not generation.asked.workspace.closed:
            server.session.start(_keep_what_came(server, generation))
    elif (error := task.exception()) is not None:
        if not generation.n_waiting:
            log.error("a completion that nobody waits for failed", exc_info=error)
    elif generation.priority >= PREFETCH and task.result().error is not None:
        now_s = asyncio.get_running_loop().time()
        generation.lane.not_ahead_until_s = now_s + _NOT_AHEAD_S


async def _keep_what_came(server: InfillServer, generation: Generation) -> None:
    answer = await what_came(generation, server.session.executor)
    if answer.completions:
        _keep(generation, answer, is_whole=False)
