"""A runner that does what it is told, for tests of the process that holds one.

The file of weights tells in JSON how it loads, the prompt's text how it answers; what is
done is noted, a line each, in a file beside the weights.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.runners.runner import Step

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from inference.runners.runner import Ask, Plan

_STEP_S = 0.01


def load(plan: Plan) -> Scripted | Flowing:
    """The runner, or the fault, that the weights ask for."""
    script = json.loads(plan.weights.read_text("utf-8"))
    note = plan.weights.with_suffix(".notes")
    _write(note, f"loads {plan.context_tokens}")
    time.sleep(script.get("load_s", 0.0))
    if plan.context_tokens > script.get("most_tokens", plan.context_tokens):
        raise BackendError("too long for this machine", cause="memory")
    if "fails" in script:
        raise BackendError(script["fails"], cause="weights")
    if "breaks" in script:
        raise RuntimeError(script["breaks"])
    kind = Flowing if script.get("flows") else Scripted
    runner = kind(plan.context_tokens, note, script.get("says", ()))
    runner.step_s = script.get("step_s", _STEP_S)
    runner.unready = script.get("unready", "")
    return runner


def _write(note, line):
    with note.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _obey(text: str) -> None:
    """Fail in the way that the prompt says."""
    if text == "crash":
        sys.stderr.write("RuntimeError: the device is gone\n")
        os._exit(9)
    if text == "be killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if text == "run out":
        raise BackendError("no memory for this prompt", cause="memory")
    if text == "break":
        raise KeyError(text + " secret")
    if text == "talk":
        sys.stdout.write("talk " * 1000)
        sys.stdout.flush()


class Scripted:
    """Says `0 1 2 ...`, a word a step, from how many ids it is given behind the thousandth."""

    def __init__(self, context_tokens: int, note, says) -> None:
        self.context_tokens = context_tokens
        self._says = says
        self._note = note
        self.step_s = _STEP_S
        self.unready = ""

    def run(self, ask: Ask) -> Generator[Step]:
        """Some breaths where it is told so, then one word a step."""
        _write(self._note, f"asked {len(ask.token_ids or ())} {ask.text} {ask.max_new_tokens}")
        _obey(ask.text)
        try:
            yield from self._steps(ask)
        finally:
            _write(self._note, f"ends {ask.text}")

    def _steps(self, ask: Ask) -> Generator[Step]:
        for _ in range(20 if ask.text == "long" or not ask.max_new_tokens else 0):
            time.sleep(self.step_s)
            yield Step()
        n_prompt = len(ask.token_ids or ())
        first = max(0, n_prompt - 1000)
        for number in range(first, first + ask.max_new_tokens):
            time.sleep(self.step_s)
            last = number == first + ask.max_new_tokens - 1
            about = {"n_prompt": n_prompt, "n_cached": 0} if last or number == first else {}
            text = f"{number}\n" if number % 5 == 4 else f"{number} "
            text = self._says[number] if self._says else text
            reason = "length" if last else None
            yield Step((number,), text, -0.5, finish_reason=reason, **about)
        if not ask.max_new_tokens:
            yield Step(finish_reason="length", n_prompt=n_prompt, n_cached=0)

    def close(self) -> None:
        """Nothing to give back."""
        _write(self._note, "closed")


class Flowing(Scripted):
    """The same, many at once."""

    run = None  # type: ignore[assignment]

    async def ready(self) -> None:
        """Nothing to compile."""
        await asyncio.sleep(self.step_s)
        _write(self._note, "ready")
        if self.unready:
            raise RuntimeError(self.unready)

    async def stream(self, ask: Ask) -> AsyncGenerator[Step]:
        """One word a step."""
        _write(self._note, f"streams {ask.text}")
        _obey(ask.text)
        if ask.text == "give up":
            raise BackendError("the engine is dead", cause="died")
        for number in range(ask.max_new_tokens):
            await asyncio.sleep(self.step_s)
            last = number == ask.max_new_tokens - 1
            yield Step((number,), f"{number} ", -0.5, "length" if last else None)

    async def aclose(self) -> None:
        """Nothing to give back."""
        _write(self._note, "closed")
