"""A server that failed is left alone for a while, so that typing neither waits nor storms it."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from inference.errors import BackendError, DeclinedError
from inference.types import Condition
from inference.wire.pause import with_pause

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from inference.types import Chunk, Request

    Clock = Callable[[], float]
    Report = Callable[[Condition], None]

Found = TypeVar("Found")

# One failure may come from chance. From the second in a row on there is a pause, twice as
# long each time.
_FIRST_S = 0.5
_FREE = 1
# To find that nothing listens costs nobody anything, and the server may be starting.
_MOST_S = {"unreachable": 5.0}
_MOST_OTHERS_S = 30.0
# What was too long is so for a while, as is what is longer. The server may be exchanged.
_TOO_LONG_S = 10.0
# A time of day says more than a long number of seconds.
_LONG_S = 60.0
# What only the user can mend, and what mends itself.
_ERRORS = frozenset({"key", "model", "weights", "tokenizer"})


@dataclass(frozen=True, slots=True)
class _TooLong:
    """A request that the server couldn't hold, and until when longer ones aren't tried."""

    n_tokens: int
    until_s: float
    told: str

    def holds(self, n_tokens: int, now_s: float) -> bool:
        """Whether one of that size isn't to be tried."""
        return now_s < self.until_s and n_tokens >= self.n_tokens


class Patience:
    """When a server may be asked next.

    Nothing waits here: whoever asks too early is refused at once, with the last failure's
    words. What the server says itself of when to come back is obeyed.

    Args:
        report: told when a pause begins, and when the server answers again.
        clock: seconds from any fixed point.
    """

    def __init__(self, report: Report | None = None, *, clock: Clock = time.monotonic) -> None:
        self._report = report
        self._clock = clock
        self._until_s = 0.0
        self._n_failed = 0
        self._last: BackendError | None = None
        self._told = False
        self._too_long: _TooLong | None = None

    def check(self, request: Request | None = None) -> None:
        """Return where the server may be asked now, for that or for whatever it is.

        Raises:
            BackendError: not yet; it has the cause of the failure, and how long to wait.
        """
        now_s = self._clock()
        if self._last is not None and now_s < self._until_s:
            raise _with_pause(self._last, self._until_s - now_s)
        limit = self._too_long
        if request is not None and limit is not None and limit.holds(_size(request), now_s):
            raise BackendError(limit.told, cause="context")

    async def noting(
        self, request: Request, answer: AsyncGenerator[Chunk]
    ) -> AsyncGenerator[Chunk]:
        """The chunks of the answer to a request; how it ends is noted.

        Only what came to its end shows that the server serves, or what had come when whoever
        asked had enough: a server may well begin each answer and finish none.

        Raises:
            BackendError: as the answer fails, with the pause that it brings.
        """
        begun = False
        try:
            async with aclosing(answer) as chunks:
                async for chunk in chunks:
                    begun = True
                    if chunk.finish_reason is not None:
                        self.answered()
                    yield chunk
        except GeneratorExit:
            if begun:
                self.answered()
            raise
        except BackendError as fault:
            raise self._noted(fault, request) from fault.__cause__

    async def noted(self, question: Awaitable[Found]) -> Found:
        """What is found out by asking; how that ends is noted.

        Raises:
            BackendError: as it fails, with the pause that it brings.
        """
        try:
            found = await question
        except BackendError as fault:
            raise self.failed(fault) from fault.__cause__
        self.answered()
        return found

    def failed(self, fault: BackendError) -> BackendError:
        """The failure to raise, once it is noted."""
        self._n_failed += 1
        self._last = fault
        pause_s = self._pause_s(fault)
        if pause_s <= 0:
            return fault
        self._until_s = max(self._until_s, self._clock() + pause_s)
        told = _with_pause(fault, pause_s)
        if self._report is not None:
            self._report(Condition("error" if fault.cause in _ERRORS else "warning", str(told)))
            self._told = True
        return told

    def answered(self) -> None:
        """Note that it serves."""
        self._n_failed, self._last = 0, None
        if self._told and self._report is not None:
            self._report(Condition("normal"))
        self._told = False

    def _noted(self, fault: BackendError, request: Request) -> BackendError:
        """The failure to raise; what is the request's own fault says nothing of the server."""
        if isinstance(fault, DeclinedError):
            self.answered()
            return fault
        if fault.cause != "context":
            return self.failed(fault)
        if n_tokens := _size(request):
            self._too_long = _TooLong(n_tokens, self._clock() + _TOO_LONG_S, str(fault))
        return fault

    def _pause_s(self, fault: BackendError) -> float:
        free = 0 if fault.cause == "quota" else _FREE
        doublings = self._n_failed - free - 1
        most_s = _MOST_S.get(fault.cause, _MOST_OTHERS_S)
        grown_s = min(most_s, _FIRST_S * 2.0 ** min(doublings, 16)) if doublings >= 0 else 0.0
        return max(grown_s, fault.retry_after_s or 0.0)


def _size(request: Request) -> int:
    """The tokens that the server must hold for it; 0 where nobody counted them."""
    return request.prompt.n_tokens + request.max_new_tokens if request.prompt else 0


def _with_pause(fault: BackendError, left_s: float) -> BackendError:
    message = with_pause(str(fault), _when(left_s))
    return BackendError(message, cause=fault.cause, retry_after_s=left_s)


def _when(left_s: float) -> str:
    if left_s < _LONG_S:
        return f"in {max(1, round(left_s))} s"
    return f"at {datetime.now().astimezone() + timedelta(seconds=left_s):%H:%M}"
