"""One request for a completion, from what was asked to the answer: exactly one, never stale.

What is known is told at once. Else the request joins what runs for its document, where
that serves it, or has a generation of its own begun; and it waits until that has come to
its end, a newer request comes, or its time is over.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from inference.types import Completion, NoCompletion
from lsp_server.completion import Answer, Timings, failed
from lsp_server.inline.asked import typed_on
from lsp_server.inline.generations import CLOSED
from lsp_server.inline.joining import agrees, is_same_place, typed_since
from lsp_server.inline.pace import pause_s
from lsp_server.inline.partly import what_came
from lsp_server.inline.prefetch import prefetch
from lsp_server.inline.silence import silence
from lsp_server.inline.starting import start
from lsp_server.inline.turns import AUTOMATIC, EXPLICIT, PREFETCH
from lsp_server.permitted import turned_off
from lsp_server.warming import stop_warming, warm_later

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_server.inline.asked import Asked
    from lsp_server.inline.generations import Generation
    from lsp_server.inline.pace import Typing
    from lsp_server.server import InfillServer
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace

    OnText = Callable[[str], None]

SWITCHED = "the settings changed while the completion was made"
STALE = "the document changed while the completion was made"
FOLDER_CLOSED = "the document's folder was closed while the completion was made"
REJECTED = "it is what was turned down a moment ago"
# After so long an answer is on its way to the editor.
_AFTERWARDS_S = 0.005


@dataclass(slots=True)
class _Waiting:
    """A request on its way to its answer.

    Attributes:
        overtaken: done once a newer request for the document has come, or it was closed: why.
        since_s: from when on its deadline counts, by `time.perf_counter`.
    """

    server: InfillServer
    asked: Asked
    overtaken: asyncio.Future[str]
    on_text: OnText | None
    since_s: float
    typing: Typing

    @property
    def workspace(self) -> Workspace:
        return self.asked.workspace


async def answered(server: InfillServer, asked: Asked, on_text: OnText | None = None) -> Answer:
    """The answer to a request.

    Args:
        server: whose session it belongs to.
        asked: the request; nothing has been awaited since it was made.
        on_text: called with what would be offered if generation ended now, when it has grown.
    """
    held, uri = server.session.generations, asked.document.uri
    newest = held.overtake(asked)
    is_key = newest.n_waiting == 1
    typing = held.note_key(uri, asyncio.get_running_loop().time(), is_key=is_key)
    waiting = _Waiting(server, asked, newest.overtaken, on_text, time.perf_counter(), typing)
    stop_warming(asked.workspace)
    try:
        answer = _known(waiting) or await _generated(waiting)
    finally:
        held.leave_newest(newest)
    if not newest.overtaken.done():
        # What it takes to go on mustn't hold up the answer, nor the thread that writes it.
        asyncio.get_running_loop().call_later(_AFTERWARDS_S, _go_on, waiting, answer)
    return answer


def current(session: Session, asked: Asked, answer: Answer) -> tuple[Asked, Answer]:
    """The request and its answer for the document as it is now: typed through, or nothing.

    Not every editor takes an answer back whose document has changed meanwhile.
    """
    if session.documents.get(asked.document.uri) is asked.document or not answer.completions:
        return asked, answer
    now = typed_on(session, asked)
    found = _looked_up(session, now) if now is not None else None
    if now is None or found is None:
        why = STALE if session.documents.get(asked.document.uri) is not None else CLOSED
        return asked, replace(answer, result=NoCompletion(why), others=())
    return now, replace(answer, result=found.result, others=found.others)


def _known(waiting: _Waiting) -> Answer | None:
    """The answer where nothing needs to be asked."""
    asked = waiting.asked
    off = turned_off(waiting.workspace.settings, asked.snapshot.language)
    if off is not None:
        return Answer(NoCompletion(off))
    # What is known in part is there when nothing more is to come.
    runs = waiting.server.session.generations.running.get(asked.document.uri)
    comes = runs is not None and runs.serves(asked, time.perf_counter())
    found = _looked_up(waiting.server.session, asked, is_part_enough=not comes)
    if found is not None:
        total_ms = (time.perf_counter() - waiting.since_s) * 1000
        return replace(found, source="cache", timings=Timings(total=total_ms))
    refusal = waiting.workspace.health.refusal
    return failed(refusal, waiting.since_s) if refusal is not None else None


def _looked_up(session: Session, asked: Asked, *, is_part_enough: bool = True) -> Answer | None:
    """What the cache has for a request, without what was turned down there."""
    found = asked.workspace.cache.look(asked)
    if found is None or not (found.is_whole or is_part_enough):
        return None
    if not found.completions:
        return Answer(NoCompletion(found.reason))
    rejected = session.shown.rejected_at(asked)
    left = [each for each in found.completions if each.text not in rejected]
    if not left:
        return Answer(NoCompletion(REJECTED))
    return Answer(left[0], others=tuple(left[1:]))


async def _generated(waiting: _Waiting) -> Answer:
    """The answer of a backend, asked for this request or for one that it goes on from."""
    held = waiting.server.session.generations
    uri, n_switches = waiting.asked.document.uri, waiting.server.session.n_switches
    while True:
        generation = held.running.get(uri)
        if generation is None or not generation.serves(waiting.asked, time.perf_counter()):
            generation = _begun(waiting)
        answer = await _waited(waiting, generation)
        if waiting.overtaken.done():
            return Answer(NoCompletion(waiting.overtaken.result()))
        ended = _ended_meanwhile(waiting)
        if ended is not None:
            return Answer(NoCompletion(ended))
        if answer is not None:
            return answer
        if waiting.server.session.n_switches != n_switches:
            return Answer(NoCompletion(SWITCHED))


def _ended_meanwhile(waiting: _Waiting) -> str | None:
    """Why nothing is to be shown any more, whatever has come; None where something may be."""
    if waiting.workspace.closed:
        return FOLDER_CLOSED
    return turned_off(waiting.workspace.settings, waiting.asked.snapshot.language)


def _begun(waiting: _Waiting) -> Generation:
    priority = EXPLICIT if waiting.asked.is_invoked else AUTOMATIC
    older = waiting.server.session.generations.running.get(waiting.asked.document.uri)
    n_stalled = older.n_stalled_next(time.perf_counter()) if older is not None else 0
    generation = start(waiting.server, waiting.asked, priority, pause_s=_pause_s(waiting))
    assert generation is not None  # noqa: S101 - only a prefetch may not be
    generation.n_stalled = n_stalled
    return generation


def _pause_s(waiting: _Waiting) -> float:
    """How long to wait for the next key, counted from this one."""
    asked, session = waiting.asked, waiting.server.session
    if asked.is_invoked or session.client.debounces:
        return 0.0
    wanted = waiting.workspace.settings.completion.debounce_ms
    if wanted != "auto":
        whole_s = wanted / 1000
    else:
        lane = session.generations.lane_of(waiting.workspace)
        whole_s = pause_s(waiting.typing, lane.first_token_s)
    return max(0.0, whole_s - (time.perf_counter() - waiting.since_s))


async def _waited(waiting: _Waiting, generation: Generation) -> Answer | None:
    """What a generation has for the request in time; None where it hasn't what is wanted."""
    typed = typed_since(generation.asked, waiting.asked) or ""
    strayed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hear(text: str) -> None:
        if not agrees(typed, text):
            if not strayed.done():
                strayed.set_result(None)
        elif waiting.on_text is not None and len(text) > len(typed):
            waiting.on_text(text[len(typed) :])

    is_late = False
    generation.n_waiting += 1
    generation.progress.listeners.append(hear)
    try:
        if generation.progress.text:
            hear(generation.progress.text)
        is_late = await _until_over(waiting, generation, strayed)
        if waiting.overtaken.done() or strayed.done():
            return None
        if is_late:
            return await _late(waiting, generation)
        return _joined(waiting, generation)
    finally:
        generation.progress.listeners.remove(hear)
        waiting.server.session.generations.leave(generation, is_late=is_late)


async def _until_over(
    waiting: _Waiting, generation: Generation, strayed: asyncio.Future[None]
) -> bool:
    """Return when there is nothing to wait for any more; whether that is for want of time.

    The deadline is for an answer: to load a model may take minutes.
    """
    health = waiting.workspace.health
    deadline_s = waiting.workspace.settings.completion.deadline_ms / 1000
    ends: set[asyncio.Future[Any]] = {generation.task, waiting.overtaken, strayed}
    while True:
        left_s = waiting.since_s + deadline_s - time.perf_counter()
        await asyncio.wait(ends, timeout=max(0.0, left_s), return_when=asyncio.FIRST_COMPLETED)
        if any(each.done() for each in ends):
            return False
        if not health.is_busy:
            return True
        ready = asyncio.ensure_future(health.ready())
        try:
            await asyncio.wait({*ends, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        waiting.since_s = time.perf_counter()


def _joined(waiting: _Waiting, generation: Generation) -> Answer | None:
    """What a generation that has come to its end has for the request."""
    asked, task = waiting.asked, generation.task
    if task.cancelled():
        return None
    answer = task.result()
    if answer.error is not None and generation.priority >= PREFETCH:
        # Nobody was told of what failed while nobody waited for it.
        waiting.workspace.health.failed(answer.error)
    if generation.asked is asked or answer.error is not None:
        return answer
    known = generation.progress.ready
    if known is not None and known.prepared is not None:
        waiting.workspace.remember(asked.snapshot.path, known.prepared.remembered)
    if is_same_place(generation.asked, asked):
        return replace(answer, source="joined")
    _keep_for(asked, generation, answer, is_whole=True)
    found = _looked_up(waiting.server.session, asked)
    if found is None:
        return None
    return replace(answer, result=found.result, others=found.others, source="joined")


async def _late(waiting: _Waiting, generation: Generation) -> Answer:
    """What has come up to the deadline; the rest is for the cache alone."""
    asked, session = waiting.asked, waiting.server.session
    answer = await what_came(generation, session.executor)
    total_ms = (time.perf_counter() - waiting.since_s) * 1000
    is_own = generation.asked is asked
    answer = replace(
        answer, source="backend" if is_own else "joined", timings=Timings(total=total_ms)
    )
    if answer.completions:
        _keep_for(asked, generation, answer, is_whole=False)
        if not is_same_place(generation.asked, asked):
            found = _looked_up(waiting.server.session, asked)
            nothing = Answer(NoCompletion("what came up to the deadline is typed already"))
            answer = replace(found or nothing, source="joined", timings=answer.timings)
    error = silence(waiting.workspace.settings, generation.progress.heard)
    if error is None:
        return answer
    asked.workspace.health.failed(error)
    return replace(answer, result=NoCompletion(str(error)), others=(), error=error)


def _keep_for(asked: Asked, generation: Generation, answer: Answer, *, is_whole: bool) -> None:
    """Have what came of a generation known in the world of who joined it."""
    began = replace(generation.asked, world=asked.world)
    if answer.completions:
        asked.workspace.cache.keep(began, answer.completions, is_whole=is_whole)


def _go_on(waiting: _Waiting, answer: Answer) -> None:
    """What is done after an answer, while the user reads it."""
    asked, session, uri = waiting.asked, waiting.server.session, waiting.asked.document.uri
    if asked.workspace.closed or session.documents.get(uri) is not asked.document:
        return
    if uri in session.generations.newest:
        # Whoever is answered next goes on himself.
        return
    if answer.prompt_tokens or answer.completions:
        warm_later(session, asked.workspace, asked.document.uri, asked.snapshot)
    if isinstance(answer.result, Completion):
        prefetch(waiting.server, asked, answer.result)
