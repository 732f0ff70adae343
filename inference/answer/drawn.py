"""Completions drawn by chance, beside the likeliest one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.answer.complete import listen, outcome_of
from inference.answer.distinct import different, is_some
from inference.answer.listening import Listening
from inference.errors import BackendError
from inference.types import Sampling

if TYPE_CHECKING:
    from inference.answer.complete import Outcome
    from inference.answer.heard import Clock, Rules
    from inference.types import Backend, Request

# How freely the others are drawn, and how much more so where that gave too few.
_TEMPERATURES = (0.8, 1.1)
_TOP_P = 0.95


class Drawn:
    """Completions that are being drawn by chance while somebody waits for another.

    Attributes:
        choices: every one that was begun, whatever became of it.
    """

    def __init__(
        self, backend: Backend, request: Request, rules: Rules, n: int, clock: Clock
    ) -> None:
        self.choices: list[Listening] = []
        self._backend, self._request, self._rules = backend, request, rules
        self._n, self._clock = n, clock
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to draw, once."""
        if self._task is None:
            self._task = asyncio.create_task(self._draw())

    async def wait(self, timeout_s: float | None) -> None:
        """Return when all are there, or the time is over."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=timeout_s)

    async def stop(self) -> None:
        """End it, down to the backend."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def outcomes(self) -> tuple[Outcome, ...]:
        """What has come so far; of what is still coming, the whole lines."""
        for choice in self.choices:
            choice.tear()
        return tuple(outcome_of(choice, self._clock) for choice in self.choices)

    async def _draw(self) -> None:
        """Ask until there are enough, twice at most: not every server gives more than one."""
        for temperature in _TEMPERATURES:
            missing = self._n - len(different(self._outcomes_over()))
            if missing <= 0:
                return
            drawn = Sampling(temperature, _TOP_P)
            request = replace(self._request, n=missing, sampling=drawn)
            begun = [Listening(request, self._rules, self._clock) for _ in range(missing)]
            self.choices += begun
            # Nobody asked for these by themselves: what there is without them is an answer.
            with suppress(BackendError):
                await listen(self._backend, request, begun)

    def _outcomes_over(self) -> tuple[Outcome, ...]:
        over = (choice for choice in self.choices if choice.is_over)
        return tuple(filter(is_some, (outcome_of(one, self._clock) for one in over)))
