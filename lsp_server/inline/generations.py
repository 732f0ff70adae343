"""What backends are at: for each document at most one generation, which requests share.

A request is what an editor asks; a generation is what a backend is asked. Who types on
as the model would have makes a new request and no new generation: the newer request
joins. Any other ends what it finds running for its document. A generation that nobody
waits for any more is left alone for a moment, as the next key may join it, or, where
its answer was merely late, until it has come to its end, for the cache; and it gives
way to whatever somebody waits for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from lsp_server.inline.joining import agrees, is_same_place, typed_since
from lsp_server.inline.pace import Typing, typed
from lsp_server.inline.progress import Progress
from lsp_server.inline.turns import PREFETCH, Turns, n_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lsp_server.completion import Answer
    from lsp_server.inline.asked import Asked
    from lsp_server.workspace import Workspace

# An editor that cancels at each key asks again within that time; after it, nobody will.
GRACE_S = 0.15
_MAX_DOCUMENTS = 64
_LATELY = 8

SUPERSEDED = "a newer request for the same document came in"
CLOSED = "the document was closed while the completion was made"


@dataclass(slots=True, eq=False)
class Generation:
    """What a backend is asked for one request, and who waits for it.

    Attributes:
        lane: of the backend that is asked.
        n_waiting: requests that wait for it.
        is_late: somebody did up to the deadline; what comes now is for the cache.
    """

    asked: Asked
    priority: int
    lane: Lane
    progress: Progress = field(default_factory=Progress)
    n_waiting: int = 0
    is_late: bool = False
    _task: asyncio.Task[Answer] | None = None

    @property
    def task(self) -> asyncio.Task[Answer]:
        """Its work, which ends in an answer."""
        assert self._task is not None  # noqa: S101 - whoever makes one starts it
        return self._task

    @task.setter
    def task(self, task: asyncio.Task[Answer]) -> None:
        self._task = task

    def serves(self, asked: Asked) -> bool:
        """Whether what comes of it may still be what this request wants.

        What still waits serves only the very same place: it is better begun with what has
        been typed since. What is begun isn't begun anew: who types fast would else not be
        answered before his prompt is made sooner than his next key comes.
        """
        typed_on = typed_since(self.asked, asked)
        if typed_on is None:
            return False
        if not self.progress.is_begun:
            return self.priority < PREFETCH and is_same_place(self.asked, asked)
        return agrees(typed_on, self.progress.text)


@dataclass(slots=True)
class Lane:
    """The way to one backend.

    Attributes:
        lately_s: how long its last first tokens took.
    """

    turns: Turns
    lately_s: deque[float] = field(default_factory=lambda: deque(maxlen=_LATELY))

    @property
    def first_token_s(self) -> float | None:
        """How long a first token takes as a rule; None where that isn't known."""
        return median(self.lately_s) if self.lately_s else None


@dataclass(slots=True)
class Generations:
    """What runs for one editor; touched on the event loop alone.

    Attributes:
        running: by document.
        leaving: what was ended and hasn't yet come to its end, by document.
        lanes: one a backend.
        newest: what tells the newest request of each document that it is overtaken, and why.
        typing: when somebody typed in each document.
    """

    running: dict[str, Generation] = field(default_factory=dict[str, Generation])
    leaving: dict[str, set[asyncio.Task[Answer]]] = field(
        default_factory=dict[str, "set[asyncio.Task[Answer]]"]
    )
    lanes: dict[Hashable, Lane] = field(default_factory=dict["Hashable", Lane])
    newest: dict[str, asyncio.Future[str]] = field(default_factory=dict[str, "asyncio.Future[str]"])
    typing: OrderedDict[str, Typing] = field(default_factory=OrderedDict[str, Typing])

    def lane_of(self, workspace: Workspace) -> Lane:
        """The way to the backend of a workspace; who shares a server shares it."""
        settings = workspace.settings
        which = (settings.backend, settings.endpoint, settings.model)
        if which not in self.lanes:
            self.lanes[which] = Lane(Turns(n_at_once(settings.backend)))
        return self.lanes[which]

    def note_key(self, uri: str, now_s: float) -> Typing:
        """Take in that somebody typed; how they do."""
        self.typing[uri] = typed(self.typing.get(uri, Typing()), now_s)
        self.typing.move_to_end(uri)
        while len(self.typing) > _MAX_DOCUMENTS:
            self.typing.popitem(last=False)
        return self.typing[uri]

    def overtake(self, uri: str) -> asyncio.Future[str]:
        """Be the newest request of a document: the one before is told; done when overtaken."""
        self.tell_overtaken(uri)
        self.newest[uri] = asyncio.get_running_loop().create_future()
        return self.newest[uri]

    def tell_overtaken(self, uri: str, why: str = SUPERSEDED) -> None:
        """Have the newest request of a document end, if there is one; `why` is for its user."""
        older = self.newest.pop(uri, None)
        if older is not None and not older.done():
            older.set_result(why)

    def add(self, generation: Generation, task: asyncio.Task[Answer]) -> None:
        """Have it run for its document, for which nothing else runs."""
        uri = generation.asked.document.uri
        generation.task = task
        self.running[uri] = generation
        task.add_done_callback(lambda _: self._over(uri, generation))

    def _over(self, uri: str, generation: Generation) -> None:
        if self.running.get(uri) is generation:
            del self.running[uri]

    def end(self, uri: str) -> None:
        """End what runs for a document, down to the backend."""
        generation = self.running.pop(uri, None)
        if generation is None or generation.task.done():
            return
        task = generation.task
        leaving = self.leaving.setdefault(uri, set())
        leaving.add(task)
        task.add_done_callback(lambda _: self._left(uri, task))
        task.cancel()

    def _left(self, uri: str, task: asyncio.Task[Answer]) -> None:
        leaving = self.leaving[uri]
        leaving.discard(task)
        if not leaving:
            del self.leaving[uri]

    def leave(self, generation: Generation, *, is_late: bool) -> None:
        """One waits for it no longer; where nobody does, it ends soon unless it is only late."""
        generation.n_waiting -= 1
        generation.is_late = generation.is_late or is_late
        if generation.n_waiting or generation.task.done() or is_late:
            return
        # What hasn't begun yet is nothing that a next key could join.
        grace_s = GRACE_S if generation.progress.is_begun else 0.0
        asyncio.get_running_loop().call_later(grace_s, self._end_unless_joined, generation)

    def _end_unless_joined(self, generation: Generation) -> None:
        uri = generation.asked.document.uri
        if not generation.n_waiting and self.running.get(uri) is generation:
            self.end(uri)

    def make_room(self, lane: Lane) -> None:
        """Have those give way that nobody waits for: prefetches, and one that is late if need be.

        What was left a moment ago doesn't: most likely its next key is on the way.
        """
        for uri, each in tuple(self.running.items()):
            if each.lane is lane and each.priority >= PREFETCH and not each.n_waiting:
                self.end(uri)
        if lane.turns.n_free > 0:
            return
        for uri, each in tuple(self.running.items()):
            if each.lane is lane and each.is_late and not each.n_waiting:
                self.end(uri)
                return

    def end_all(self, workspace: Workspace | None = None) -> list[asyncio.Task[Answer]]:
        """End what runs in a workspace (None: in any); the tasks that come to their end."""
        for uri, each in tuple(self.running.items()):
            if workspace is None or each.asked.workspace is workspace:
                self.end(uri)
        return [task for leaving in self.leaving.values() for task in leaving]

    def end_where(self, unwanted: Callable[[Asked], bool]) -> None:
        """End what runs for requests that aren't to be answered any more."""
        for uri, each in tuple(self.running.items()):
            if unwanted(each.asked):
                self.end(uri)

    def close(self, uri: str) -> None:
        """Forget a document that was closed; of a notebook, all cells."""
        cells = [key for key, each in self.running.items() if each.asked.document.file_uri == uri]
        for closed in {uri, *cells}:
            self.end(closed)
            self.tell_overtaken(closed, CLOSED)
            self.typing.pop(closed, None)
