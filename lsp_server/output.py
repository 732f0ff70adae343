"""What goes to the client, written by threads: one that doesn't read holds nothing up."""

from __future__ import annotations

import os
import time
from collections import deque
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SLOW_BYTES = 1 << 20
"""So much unread, what the client can do without is left out."""
FULL_BYTES = 1 << 26
"""So much unread, nobody is there: answers may not be left out, and memory has an end."""
_RETRY_S = 0.005


class Log:
    """Standard error for who logs: an editor that doesn't read it loses lines, and no time."""

    def __init__(self, descriptor: int) -> None:
        """Begin to write."""
        self._output = Output(descriptor, lambda _: None)

    def write(self, text: str) -> None:
        """Have this written, unless nobody reads."""
        if not self._output.is_slow:
            self._output.write(text.encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Return at once: the thread writes as soon as it can."""

    def drain(self, timeout_s: float) -> None:
        """Return when all is written, or nobody reads it for so long."""
        self._output.drain(timeout_s)


class Output:
    """Standard output. What is written stays in order; once it is closed, it goes nowhere."""

    def __init__(self, descriptor: int, lost: Callable[[str], None]) -> None:
        """Begin to write; `lost` is called from any thread, when there is no client any more."""
        self._descriptor = descriptor
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._n_bytes = 0
        self._is_closed = False
        self._changed = Condition()
        # Not one of a pool: those are waited for at the end, and a write may never return.
        Thread(target=self._run, name="infill-stdout", daemon=True).start()

    @property
    def is_slow(self) -> bool:
        """Whether the client is behind with reading."""
        return self._n_bytes > SLOW_BYTES

    def write(self, data: bytes) -> None:
        """Have this written; returns at once."""
        with self._changed:
            if self._is_closed:
                return
            self._waiting.append(data)
            self._n_bytes += len(data)
            self._is_closed = is_full = self._n_bytes > FULL_BYTES
            self._changed.notify_all()
        if is_full:
            self._lost(f"the client has left {FULL_BYTES >> 20} MiB of messages unread")

    def close(self) -> None:
        """Take nothing more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def drain(self, timeout_s: float) -> None:
        """Return when all is written, or nobody reads it for so long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._n_bytes, timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                data = self._waiting.popleft()
            try:
                self._write(data)
            except OSError:
                self._give_up()
                return
            with self._changed:
                self._n_bytes -= len(data)
                self._changed.notify_all()

    def _write(self, data: bytes) -> None:
        # Past Python's buffer, whose lock an ending interpreter would wait for in vain.
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                # Some editors' pipes are set not to wait.
                time.sleep(_RETRY_S)

    def _give_up(self) -> None:
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            self._n_bytes = 0
            self._changed.notify_all()
        self._lost("the client has closed standard output")
