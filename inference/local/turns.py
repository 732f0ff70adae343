"""Whose turn it is where a model answers one question at a time.

Real questions go before warm-ups, urgent ones before others, and of those that are
alike the newest goes first: the keystroke that somebody looks at now. What it has
overtaken is mostly about to be given up by whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from inference.errors import BackendError
    from inference.runners.runner import Ask, Step

    # A step, a fault, or None at the end; called from any thread.
    Deliver = Callable[[Step | BackendError | None], None]


@dataclass(eq=False, slots=True)
class Turn:
    """One question that waits or is being answered.

    Attributes:
        ask: what is still to be asked, where it has been interrupted.
        number: counts questions as they come.
        left: nobody waits for it any more.
        paused: it made way for a more urgent one.
        flow: what answers it, where many are answered at once.
    """

    ask: Ask
    number: int
    deliver: Deliver
    left: bool = False
    paused: bool = False
    flow: Future[None] | None = None
    _ids: list[int] = field(default_factory=list[int])
    _text: list[str] = field(default_factory=list[str])
    _first: Step | None = None

    @property
    def is_warm_up(self) -> bool:
        """Whether only its prompt is to be read."""
        return self.ask.max_new_tokens == 0

    @property
    def rank(self) -> tuple[bool, int]:
        """What decides first; lower goes before higher."""
        return self.is_warm_up, self.ask.priority

    def leave(self) -> None:
        """Have it end before its next step."""
        self.left = True
        if self.flow is not None:
            self.flow.cancel()

    def heard(self, step: Step) -> Step:
        """The step as it is to be passed on.

        Whoever asked isn't told that an answer was interrupted and went on from what it
        had come to.
        """
        self._ids += step.token_ids
        self._text.append(step.text)
        if step.n_prompt is None:
            return step
        first = self._first = self._first or step
        return replace(step, n_prompt=first.n_prompt, n_cached=first.n_cached)

    def may_pause(self, step: Step) -> bool:
        """Whether the answer can be interrupted after this step and go on later.

        Before its first token, or at the end of a line: anywhere else half a character
        may be waiting for its other bytes, which the runner would forget.
        """
        if not self._ids:
            return step.finish_reason is None
        is_whole = len(step.token_ids) == 1 and step.text.endswith("\n")
        return is_whole and step.finish_reason is None and self._rest().max_new_tokens > 0

    def pause(self) -> None:
        """From now on only the rest of the answer is wanted."""
        self.paused, self.ask = False, self._rest()
        self._ids.clear()
        self._text.clear()

    def _rest(self) -> Ask:
        """The question whose answer is what is still missing."""
        ask, said = self.ask, "".join(self._text)
        rest = replace(
            ask,
            healing=ask.healing[len(said) :],
            max_new_tokens=ask.max_new_tokens - len(self._ids),
        )
        if ask.token_ids is None:
            return replace(rest, text=ask.text + said)
        return replace(rest, token_ids=(*ask.token_ids, *self._ids))


class Turns:
    """Those that wait."""

    def __init__(self) -> None:
        self._waiting: list[Turn] = []

    def __bool__(self) -> bool:
        return any(not turn.left for turn in self._waiting)

    def add(self, turn: Turn) -> None:
        """Have it wait."""
        self._waiting.append(turn)

    def take(self) -> Turn | None:
        """The next one, which waits no more; None where there is none."""
        self._waiting = [turn for turn in self._waiting if not turn.left]
        if not self._waiting:
            return None
        first = min(self._waiting, key=lambda turn: (turn.rank, -turn.number))
        self._waiting.remove(first)
        return first

    def outranks(self, running: Turn) -> bool:
        """Whether one waits that shouldn't have to wait for this one."""
        return any(not turn.left and turn.rank < running.rank for turn in self._waiting)

    def clear(self) -> list[Turn]:
        """All of them, who wait no more."""
        waiting, self._waiting = self._waiting, []
        return waiting
