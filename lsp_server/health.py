"""How a backend is: what it says of itself, what its failures mean, and when to ask it again."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.types import Condition
from inference.wire.pause import without_pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.errors import InferenceError

# What doesn't get better by asking: each keystroke would ask again, and a host may lock out
# whoever insists, or a model be loaded again and again in vain.
_HOPELESS = frozenset({"key", "quota", "model", "weights", "memory", "tokenizer"})
_SHORTEST_S = 1.0
_LONGEST_S = 30.0
# A server that names a longer one than this would never be asked again.
_LONGEST_NAMED_S = 3600.0


def _nobody() -> None:
    """Nobody wants to hear of it."""


@dataclass(slots=True)
class Health:
    """What is known of how one backend is; touched on the event loop alone.

    Attributes:
        tell: called when what the user should see has changed.
        condition: what the backend last said of itself.
        fault: what its last request failed by; None once one was answered.
    """

    tell: Callable[[], None] = _nobody
    condition: Condition = field(default_factory=lambda: Condition("normal"))
    fault: InferenceError | None = None
    _held: InferenceError | None = None
    _until_s: float = 0.0
    _pause_s: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def report(self, condition: Condition) -> None:
        """Take up what the backend says of itself."""
        if condition != self.condition:
            self.condition = condition
            self._changed.set()
            self._changed = asyncio.Event()
            # What a request failed by is shown before all else, until one is answered.
            if self.fault is None:
                self.tell()

    def failed(self, error: InferenceError) -> None:
        """A request failed; told once for each cause, not at each keystroke."""
        is_news = self.fault is None or _what(error) != _what(self.fault)
        self.hold_off(error)
        self.fault = error
        if is_news:
            self.tell()

    def hold_off(self, error: InferenceError) -> None:
        """Ask nothing for a while, where asking again is in vain or unwelcome."""
        if not isinstance(error, BackendError):
            return
        self._held = error
        if error.retry_after_s is not None:
            self._until_s = time.monotonic() + min(error.retry_after_s, _LONGEST_NAMED_S)
        elif error.cause in _HOPELESS:
            self._pause_s = min(max(2 * self._pause_s, _SHORTEST_S), _LONGEST_S)
            self._until_s = time.monotonic() + self._pause_s

    def answered(self) -> None:
        """A request was answered, so that all is well."""
        was_well = self.fault is None
        self.fault, self._until_s, self._pause_s = None, 0.0, 0.0
        if not was_well:
            self.tell()

    @property
    def refusal(self) -> InferenceError | None:
        """What a request failed by, as long as nothing more is to be asked; else None."""
        return self._held if time.monotonic() < self._until_s else None

    @property
    def is_busy(self) -> bool:
        """Whether it says that it can't answer yet, as it loads a model for example."""
        return self.condition.kind == "busy"

    async def ready(self) -> None:
        """Return once it doesn't say any more that it is busy."""
        while self.is_busy:
            await self._changed.wait()


def _what(error: InferenceError) -> tuple[str, str]:
    """What makes a failure another one; figures in its message and pauses don't."""
    cause = error.cause if isinstance(error, BackendError) else ""
    if cause not in {"", "failed"}:
        return error.kind, cause
    return error.kind, re.sub(r"\d+", "", without_pause(str(error)))
