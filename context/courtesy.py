"""Requests first: what works in the background gives way while one is answered.

Threads share the interpreter, so whatever an index or a model does of its own accord
makes typing slower by as much as it takes. So it asks between two small steps whether
somebody waits for an answer, and then waits itself; not for ever, as who types without
a pause wants the news, too.
"""

from __future__ import annotations

import time
from threading import Event, Lock
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE_S = 0.05
_SLICE_S = 0.002


class Courtesy:
    """What requests hold while they are answered, and what background work asks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._n_requests = 0
        self._nobody_waits = Event()
        self._nobody_waits.set()
        self._until_s = 0.0
        self._last_s = time.perf_counter()

    def __enter__(self) -> Self:
        with self._lock:
            self._n_requests += 1
            self._nobody_waits.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._n_requests -= 1
            if not self._n_requests:
                self._last_s = time.perf_counter()
                self._nobody_waits.set()

    @property
    def quiet_s(self) -> float:
        """How long ago the last request was answered; 0 while there is one."""
        return time.perf_counter() - self._last_s if self._nobody_waits.is_set() else 0.0

    def give_way(self) -> None:
        """Return when nobody waits, or for a short while although somebody does."""
        if self._nobody_waits.is_set() or time.perf_counter() < self._until_s:
            return
        self._nobody_waits.wait(_PATIENCE_S)
        self._until_s = time.perf_counter() + _SLICE_S
