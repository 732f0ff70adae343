"""A server that failed is left alone for a while, so that typing neither waits nor storms it."""

from __future__ import annotations

import time
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from inference.errors import BackendError, DeclinedError
from inference.types import Condition

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from inference.types import Chunk

    Clock = Callable[[], float]
    Report = Callable[[Condition], None]

# One failure may come from chance. From the second in a row on there is a pause, twice as
# long each time.
_FIRST_S = 0.5
_FREE = 1
# To find that nothing listens costs nobody anything, and the server may be starting.
_MOST_S = {"unreachable": 5.0}
_MOST_OTHERS_S = 30.0
# A time of day says more than a long number of seconds.
_LONG_S = 60.0
# What only the user can mend, and what mends itself.
_ERRORS = frozenset({"key", "model", "weights", "tokenizer"})


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

    def check(self) -> None:
        """Return where the server may be asked now.

        Raises:
            BackendError: not yet; it has the cause of the failure, and how long to wait.
        """
        left_s = self._until_s - self._clock()
        if self._last is not None and left_s > 0:
            raise _with_pause(self._last, left_s)

    async def noting(self, answer: AsyncGenerator[Chunk]) -> AsyncGenerator[Chunk]:
        """The chunks of an answer; how it ends is noted.

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
            raise self._noted(fault) from fault.__cause__

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

    def _noted(self, fault: BackendError) -> BackendError:
        """The failure to raise; what is the request's own fault says nothing of the server."""
        if isinstance(fault, DeclinedError):
            self.answered()
            return fault
        return fault if fault.cause == "context" else self.failed(fault)

    def _pause_s(self, fault: BackendError) -> float:
        free = 0 if fault.cause == "quota" else _FREE
        doublings = self._n_failed - free - 1
        most_s = _MOST_S.get(fault.cause, _MOST_OTHERS_S)
        grown_s = min(most_s, _FIRST_S * 2.0 ** min(doublings, 16)) if doublings >= 0 else 0.0
        return max(grown_s, fault.retry_after_s or 0.0)


def _with_pause(fault: BackendError, left_s: float) -> BackendError:
    message = f"{fault}; it is asked again {_when(left_s)}"
    return BackendError(message, cause=fault.cause, retry_after_s=left_s)


def _when(left_s: float) -> str:
    if left_s < _LONG_S:
        return f"in {max(1, round(left_s))} s"
    return f"at {datetime.now().astimezone() + timedelta(seconds=left_s):%H:%M}"
