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

from lsp_server.inline.joining import agrees, is_same_place, is_same_wish, typed_since
from lsp_server.inline.pace import Typing, typed
from lsp_server.inline.progress import Progress
from lsp_server.inline.stalling import is_better_anew, patience_s
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
        n_stalled: how many in a row were given up for their silence before it.
    """

    asked: Asked
    priority: int
    lane: Lane
    progress: Progress = field(default_factory=Progress)
    n_waiting: int = 0
    is_late: bool = False
    n_stalled: int = 0
    _task: asyncio.Task[Answer] | None = None

    @property
    def task(self) -> asyncio.Task[Answer]:
        """Its work, which ends in an answer."""
        assert self._task is not None  # noqa: S101 - whoever makes one starts it
        return self._task

    @task.setter
    def task(self, task: asyncio.Task[Answer]) -> None:
        self._task = task

    def serves(self, asked: Asked, now_s: float) -> bool:
        """Whether what comes of it may still be what this request wants.

        What still waits serves only the very same place: it is better begun with what has
        been typed since. What is begun isn't begun anew while its prompt is made: who types
        fast would else not be answered before that takes less than his next key.

        Args:
            asked: the request.
            now_s: by `time.perf_counter`.
        """
        typed_on = typed_since(self.asked, asked)
        if typed_on is None:
            return False
        if not self.progress.is_begun:
            return self.priority < PREFETCH and is_same_place(self.asked, asked)
        silent_s = self._silent_s(now_s)
        if typed_on and silent_s is not None:
            is_early = is_better_anew(typed_on, silent_s, self.lane.first_token_s)
            return not is_early and not self._has_stalled(now_s)
        return agrees(typed_on, self.progress.text)

    def n_stalled_next(self, now_s: float) -> int:
        """How many in a row have stalled, for the one that takes its place."""
        return 0 if self.progress.is_heard else self.n_stalled + self._has_stalled(now_s)

    def _has_stalled(self, now_s: float) -> bool:
        silent_s = self._silent_s(now_s)
        return silent_s is not None and silent_s > patience_s(
            self.lane.first_token_s, self.n_stalled
        )

    def _silent_s(self, now_s: float) -> float | None:
        """For how long the backend owes its first word; None where it doesn't."""
        asked_s = self.progress.asked_s
        # What loads a model has said that it takes its time.
        if asked_s is None or self.progress.is_heard or self.asked.workspace.health.is_busy:
            return None
        return now_s - asked_s


@dataclass(slots=True, eq=False)
class Newest:
    """The newest request of a document, and those for the very same that wait beside it.

    Attributes:
        asked: the first of them.
        overtaken: done once a newer one has come, or the document was closed: why.
        n_waiting: how many they are.
    """

    asked: Asked
    overtaken: asyncio.Future[str]
    n_waiting: int = 1


@dataclass(slots=True)
class Lane:
    """The way to one backend.

    Attributes:
        lately_s: how long its last first tokens took.
        not_ahead_until_s: nothing is asked ahead before, as that failed; by the loop's clock.
    """

    turns: Turns
    not_ahead_until_s: float = float("-inf")
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
        newest: the newest request of each document, to be told that it is overtaken, and why.
        typing: when somebody typed in each document.
    """

    running: dict[str, Generation] = field(default_factory=dict[str, Generation])
    leaving: dict[str, set[asyncio.Task[Answer]]] = field(
        default_factory=dict[str, "set[asyncio.Task[Answer]]"]
    )
    lanes: dict[Hashable, Lane] = field(default_factory=dict["Hashable", Lane])
    newest: dict[str, Newest] = field(default_factory=dict[str, Newest])
    typing: OrderedDict[str, Typing] = field(default_factory=OrderedDict[str, Typing])

    def lane_of(self, workspace: Workspace) -> Lane:
        """The way to the backend of a workspace; who shares a server shares it."""
        settings = workspace.settings
        which = (settings.backend, settings.endpoint, settings.model)
        if which not in self.lanes:
            self.lanes[which] = Lane(Turns(n_at_once(settings.backend)))
        return self.lanes[which]

    def note_key(self, uri: str, now_s: float, *, is_key: bool = True) -> Typing:
        """Take in that somebody typed, unless it was no key; how they do."""
        typing = self.typing.get(uri, Typing())
        self.typing[uri] = typed(typing, now_s) if is_key else typing
        self.typing.move_to_end(uri)
        while len(self.typing) > _MAX_DOCUMENTS:
            self.typing.popitem(last=False)
        return self.typing[uri]

    def overtake(self, asked: Asked) -> Newest:
        """Be the newest request of a document: the one before is told, unless it is for the same.

        An editor's list and its ghost text ask for one place at once, and so may its user
        and the editor by itself: both are answered.
        """
        uri = asked.document.uri
        newest = self.newest.get(uri)
        if newest is not None and is_same_wish(newest.asked, asked):
            newest.n_waiting += 1
            return newest
        self.tell_overtaken(uri)
        newest = self.newest[uri] = Newest(asked, asyncio.get_running_loop().create_future())
        return newest

    def leave_newest(self, newest: Newest) -> None:
        """One of the newest requests of a document has its answer, or wants none any more."""
        newest.n_waiting -= 1
        uri = newest.asked.document.uri
        if not newest.n_waiting and self.newest.get(uri) is newest:
            del self.newest[uri]

    def tell_overtaken(self, uri: str, why: str = SUPERSEDED) -> None:
        """Have the newest request of a document end, if there is one; `why` is for its user."""
        older = self.newest.pop(uri, None)
        if older is not None and not older.overtaken.done():
            older.overtaken.set_result(why)

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
