"""The thread that holds a model: loads it, has it answer, gives its memory back.

A model that schedules by itself is asked on the event loop instead, all at once; one
that doesn't is asked here, one question at a time, step by step, so that a question
that is left, or that a more urgent one overtakes, ends between two steps.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import aclosing, closing
from dataclasses import replace
from threading import Condition, Thread
from typing import TYPE_CHECKING, Literal

from inference.errors import BackendError
from inference.local.turns import Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import TypeIs

    from inference.errors import Cause
    from inference.runners.runner import Ask, AsyncRunner, Plan, Runner, Step

    Opening = Callable[[Plan], Runner | AsyncRunner]
    # Told in the holder's thread.
    Tell = Callable[["State", BackendError | None], None]

State = Literal["loading", "ready", "failed", "died"]
_MOST_SAID = 300
_TELLING = (RuntimeError, OSError, MemoryError, ImportError)
_log = logging.getLogger(__name__)


class Holder:
    """A model in a thread of its own.

    Args:
        opening: loads it.
        plan: what it is made from.
        loop: where a model that schedules by itself is asked.
        tell: how the model is, whenever that changes, and why where it is no use.
    """

    def __init__(
        self, opening: Opening, plan: Plan, loop: asyncio.AbstractEventLoop, tell: Tell
    ) -> None:
        self._opening = opening
        self._plan = plan
        self._loop = loop
        self._tell = tell
        self._runner: Runner | AsyncRunner | None = None
        self._fault: BackendError | None = None
        self._wanted_tokens = self._tried_tokens = plan.context_tokens
        self._turns = Turns()
        self._n_asked = 0
        self._running: set[Turn] = set()
        self._closing = False
        self._changed = Condition()
        self._thread = Thread(target=self._work, name="infill-model", daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether something is asked or being loaded."""
        waits = bool(self._running or self._turns)
        return waits or (self._runner is None and self._fault is None)

    def ask(self, ask: Ask, deliver: Callable[[Step | BackendError | None], None]) -> Turn:
        """Have it answered; `deliver` is called in any thread, None being the end."""
        with self._changed:
            self._n_asked += 1
            turn = Turn(ask, self._n_asked, deliver)
            self._turns.add(turn)
            self._changed.notify()
        return turn

    def widen(self, context_tokens: int) -> None:
        """Have the model loaded anew, once nothing runs, if it can't take so many tokens."""
        with self._changed:
            self._wanted_tokens = max(self._wanted_tokens, context_tokens)
            self._changed.notify()

    def close(self, patience_s: float) -> None:
        """Give memory and devices back; waits so long for what is being done, not for a load."""
        with self._changed:
            self._closing = True
            for turn in (*self._turns.clear(), *self._running):
                turn.leave()
            self._changed.notify()
        if self._runner is not None:
            self._thread.join(patience_s)

    def _work(self) -> None:
        """All that this thread does; its end that nobody asked for is the model's."""
        try:
            self._go_round()
        finally:
            if not self._closing:
                self._tell("died", BackendError("the model's thread has ended", cause="died"))

    def _go_round(self) -> None:
        self._tell("loading", None)
        self._fault = self._open(self._plan)
        self._tell_how()
        while self._waits_for_turn():
            if self._wanted_tokens > self._tried_tokens and not self._running:
                self._widen()
            turn = self._take()
            if turn is not None:
                self._serve(turn)
        self._let_go()

    def _waits_for_turn(self) -> bool:
        """Whether there is one, once there is; not at the end."""
        with self._changed:
            while not (self._closing or self._turns):
                self._changed.wait()
            return not self._closing

    def _take(self) -> Turn | None:
        with self._changed:
            turn = self._turns.take()
            if turn is not None:
                self._running.add(turn)
            return turn

    def _open(self, plan: Plan) -> BackendError | None:
        """Load the model; why it couldn't be."""
        runner: Runner | AsyncRunner | None = None
        try:
            runner = self._opening(plan)
            if _is_async(runner):
                asyncio.run_coroutine_threadsafe(runner.ready(), self._loop).result()
        except Exception as error:  # noqa: BLE001 - the libraries raise whatever they like
            fault = as_fault(error, "loading the model")
            self._give_back(runner)
            return fault
        self._runner, self._plan = runner, plan
        return None

    def _tell_how(self, but: BackendError | None = None) -> None:
        """Whether the model is there."""
        if self._runner is None:
            self._tell("failed", self._fault)
        else:
            self._tell("ready", but)

    def _widen(self) -> None:
        """Load the model for longer prompts; as it was, where there is no room for them."""
        known, wanted = self._plan, replace(self._plan, context_tokens=self._wanted_tokens)
        self._tried_tokens = wanted.context_tokens
        self._tell("loading", None)
        self._let_go()
        fault, but = self._open(wanted), None
        if fault is not None:
            but = BackendError(
                f"no room for prompts of {wanted.context_tokens} tokens, so it is loaded for "
                f"{known.context_tokens}: {fault}",
                cause=fault.cause,
            )
            self._fault = self._open(known)
        self._tell_how(but)

    def _let_go(self) -> None:
        runner, self._runner = self._runner, None
        self._give_back(runner)

    def _give_back(self, runner: Runner | AsyncRunner | None) -> None:
        """What a model has taken; None has taken nothing."""
        try:
            if runner is None:
                return
            if _is_async(runner):
                asyncio.run_coroutine_threadsafe(runner.aclose(), self._loop).result()
            else:
                runner.close()
        except Exception as error:  # noqa: BLE001 - what is given back may already be gone
            as_fault(error, "letting the model go")

    def _serve(self, turn: Turn) -> None:
        runner = self._runner
        if runner is None:
            self._end(turn, self._fault)
        elif _is_async(runner):
            turn.flow = asyncio.run_coroutine_threadsafe(self._flow(runner, turn), self._loop)
            if turn.left:
                turn.leave()
        else:
            self._step_through(runner, turn)

    def _step_through(self, runner: Runner, turn: Turn) -> None:
        """Answer one question, unless it is left or has to make way."""
        fault: BackendError | None = None
        try:
            with closing(runner.run(turn.ask)) as steps:
                for step in steps:
                    turn.deliver(turn.heard(step))
                    if turn.left or self._has_to_pause(turn, step):
                        break
        except Exception as error:  # noqa: BLE001 - the libraries raise whatever they like
            fault = as_fault(error, "running the model")
        if not (fault is None and self._paused(turn)):
            self._end(turn, fault)

    def _has_to_pause(self, turn: Turn, step: Step) -> bool:
        """Whether a more urgent question waits, and this one can wait."""
        with self._changed:
            if not (self._turns.outranks(turn) and turn.may_pause(step)):
                return False
            turn.paused = True
            return True

    def _paused(self, turn: Turn) -> bool:
        """Have a turn that made way wait again; a warm-up has had its chance."""
        if not turn.paused or turn.left or turn.is_warm_up:
            return False
        turn.pause()
        with self._changed:
            self._running.discard(turn)
            self._turns.add(turn)
        return True

    async def _flow(self, runner: AsyncRunner, turn: Turn) -> None:
        """Answer one question among others."""
        fault: BackendError | None = None
        try:
            async with aclosing(runner.stream(turn.ask)) as steps:
                async for step in steps:
                    turn.deliver(step)
        except Exception as error:  # noqa: BLE001 - the libraries raise whatever they like
            fault = as_fault(error, "running the model")
        finally:
            self._end(turn, fault)

    def _end(self, turn: Turn, fault: BackendError | None) -> None:
        with self._changed:
            self._running.discard(turn)
            self._changed.notify()
        turn.deliver(fault)
        if fault is not None and fault.cause == "died":
            self._tell("died", fault)


def as_fault(error: Exception, doing: str) -> BackendError:
    """The error in words for the user, and in the log where it happened.

    What an exception says may quote what the model was given: only kinds whose words
    are about memory, files and shapes are quoted.
    """
    if isinstance(error, BackendError):
        return error
    said = f": {error}"[:_MOST_SAID] if isinstance(error, _TELLING) else ""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s failed\n%s%s%s", doing, where, type(error).__name__, said)
    cause: Cause = "memory" if isinstance(error, MemoryError) else "failed"
    return BackendError(f"{doing} failed: {type(error).__name__}{said}", cause=cause)


def _is_async(runner: Runner | AsyncRunner) -> TypeIs[AsyncRunner]:
    return hasattr(runner, "stream")
