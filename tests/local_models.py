"""Models in processes of their own, with runners that do as they are told."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.local.client import LocalModel
from inference.registry import LocalPlan
from inference.runners.runner import Ask, Plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from inference.runners.runner import Step
    from inference.types import Condition

RUNNER = Path(__file__).with_name("scripted_runner.py")


class Windows:
    """Several users of one cache folder, as windows of an editor are."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.weights = folder / "tiny.json"
        self.told: list[Condition] = []
        self._open: list[LocalModel] = []
        self.script()

    def script(self, **script: Any) -> None:
        """What the weights have the runner do."""
        self.weights.write_text(json.dumps(script))

    def open(self, *, context_tokens: int = 4096, shared: bool = True, **local: Any) -> LocalModel:
        """One more window."""
        model = LocalModel(
            (RUNNER, "load"),
            Plan(self.weights, context_tokens=context_tokens),
            LocalPlan(**{"idle_s": 60.0, **local}),
            self.cache if shared else None,
            self.told.append,
        )
        self._open.append(model)
        return model

    @property
    def notes(self) -> list[str]:
        """What runners have done so far."""
        notes = self.weights.with_suffix(".notes")
        return notes.read_text().splitlines() if notes.exists() else []

    @property
    def described(self) -> list[dict[str, Any]]:
        """The processes that can be found."""
        folder = self.cache / "local"
        return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]

    @property
    def kinds(self) -> list[str]:
        """How the model was said to be, in order."""
        return [condition.kind for condition in self.told]

    @property
    def troubles(self) -> list[str]:
        """Those of them that tell of some; a load is so quick that it isn't always seen."""
        return [kind for kind in self.kinds if kind in ("warning", "error")]

    async def close(self) -> None:
        """Close them all, and end their processes."""
        for model in self._open:
            await model.aclose()
        for one in self.described:
            with suppress(OSError):
                os.kill(one["pid"], signal.SIGTERM)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Windows]:
    """Windows, none open yet."""
    windows = Windows(folder)
    try:
        yield windows
    finally:
        await windows.close()


def ask(
    n: int = 3, *, text: str = "", ids: tuple[int, ...] | None = None, priority: int = 0
) -> Ask:
    """A question for so many words."""
    return Ask(ids, text, max_new_tokens=n, priority=priority)


async def collect(model: LocalModel, question: Ask) -> list[Step]:
    """All steps of an answer."""
    async with aclosing(model.stream(question)) as steps:
        return [step async for step in steps]


def said(steps: list[Step]) -> str:
    """The text of an answer."""
    return "".join(step.text for step in steps)


async def until(true: Any, timeout_s: float = 10.0) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(timeout_s):
        while not true():  # noqa: ASYNC110 - nobody here could set an event
            await asyncio.sleep(0.01)
