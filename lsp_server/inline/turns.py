"""Who may ask a backend now: a few at once, and who somebody waits for first.

What waits here costs nothing and is overtaken for free; what waits in a backend's own
queue does neither. So no more is sent than a backend can work on, and of those that
wait alike the newest goes first: it is the one that the user looks at.
"""

from __future__ import annotations

import asyncio
import heapq
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Of `Request.priority`, too: lower is served first.
EXPLICIT, AUTOMATIC, PREFETCH = 0, 1, 10
# How many a backend works on at once: a model on this machine that answers one question
# at a time, or shares its processor; servers do at least this many without a queue.
_AT_ONCE = {"lite": 1, "ollama": 1, "llamacpp": 2, "ngram": 2}
_SERVER = 4


def n_at_once(backend: str) -> int:
    """How many requests a backend of that name is sent at once."""
    return _AT_ONCE.get(backend, _SERVER)


@dataclass(slots=True)
class Turns:
    """A backend's turns; touched on the event loop alone.

    Attributes:
        n_free: how many more may begin now; below 0 while explicit ones are beyond it.
    """

    n_free: int
    _waiting: list[tuple[int, int, asyncio.Future[None]]] = field(
        default_factory=list[tuple[int, int, "asyncio.Future[None]"]]
    )
    _numbers: count[int] = field(default_factory=count)

    @asynccontextmanager
    async def turn(self, priority: int) -> AsyncGenerator[None]:
        """Hold a turn while the block runs, once it has come.

        Who asks explicitly doesn't wait: at most one person does at a time.
        """
        if priority > EXPLICIT and self.n_free <= 0:
            await self._come(priority)
        else:
            self.n_free -= 1
        try:
            yield
        finally:
            self._pass_on()

    async def _come(self, priority: int) -> None:
        """Return when it is this one's turn, which is then taken already."""
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, -next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give a turn back, to the next who waits for one."""
        self.n_free += 1
        while self._waiting and self.n_free > 0:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self.n_free -= 1
                turn.set_result(None)
