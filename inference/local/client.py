"""A model on this machine as whoever asks it sees it, whichever process holds it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.local.launch import end_of
from inference.local.link import Link, linked
from inference.local.obituary import obituary
from inference.local.reach import is_writable, reach
from inference.local.recipe import Recipe, key_of, own_version, title_of
from inference.local.setbacks import Setbacks, died, paused, remaining_s
from inference.types import Condition

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from inference.local.holder import State
    from inference.local.reach import Reached
    from inference.registry import LocalPlan, Report
    from inference.runners.runner import Ask, Plan, RunnerName, Step

# So long is waited for the system to tell how a process ended.
_EXIT_S = 2.0
_FOLDER = "local"
_PRIVATE_KEPT_S = 0.5
_LATER = "that was the third time in a short while, so it is only tried again after a pause"
# A process that is there answers sooner.
_SOON_S = 1.0


class LocalModel:
    """A model whose process is started at the first question, and again after it has died.

    Args:
        runner: what holds it; or a file and the function in it that takes a `Plan` and
            opens a runner, for whoever brings one.
        plan: what the runner is made from.
        local: how the process is started, and when it ends.
        cache_dir: where processes are found by other servers of this user; with None, or
            where nothing can be written there, this one is shared with none.
        report: told how the model is when that changes, on the event loop.
        title: what to call the model; by default what its weights are called.
    """

    def __init__(
        self,
        runner: RunnerName | tuple[Path, str],
        plan: Plan,
        local: LocalPlan,
        cache_dir: Path | None,
        report: Report | None,
        *,
        title: str = "",
    ) -> None:
        self._recipe = Recipe(runner, plan, local, own_version())
        self._folder = cache_dir / _FOLDER if cache_dir else None
        self._private: tempfile.TemporaryDirectory[str] | None = None
        self._report = report
        self._title = title or title_of(plan.weights)
        self._link: Link | None = None
        self._connecting: asyncio.Task[Link] | None = None
        self._reached: Reached | None = None
        self._setbacks, self._reason = Setbacks(), BackendError("")
        self._key = ""
        self._condition = Condition("normal")
        self._failed = self._closed = False

    async def stream(self, ask: Ask) -> AsyncGenerator[Step]:
        """The answer, step by step; closing the generator ends the generation.

        Waits while the model is being loaded.

        Raises:
            BackendError: with its `cause`; the runner's own, or "died".
        """
        heard, link = False, await self._linked()
        while True:
            try:
                async with aclosing(_answer(link, ask)) as steps:
                    async for step in steps:
                        heard = True
                        yield step
            except BackendError:
                # It was about to end as nobody asked: then it is started again.
                if heard or link.goodbye is None or self._closed:
                    raise
                link = await self._linked()
            else:
                return

    async def aclose(self) -> None:
        """Go; the process ends by and by where nobody else uses it."""
        self._closed = True
        if self._connecting is not None:
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._link is not None:
            await self._link.close()
        if self._private is not None:
            self._private.cleanup()

    async def _linked(self) -> Link:
        """The connection there is, or the one that all who ask now wait for."""
        if self._closed:
            raise BackendError("the backend was closed")
        if self._link is not None and not self._link.is_over and not self._failed:
            return self._link
        if self._link is not None and self._link.is_over:
            # What its end means for a new start isn't known before.
            await self._link.end()
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
            self._connecting.add_done_callback(self._connected)
        # Whoever stops waiting doesn't stop it for the others.
        connecting = self._connecting
        await asyncio.wait([connecting])
        return connecting.result()

    def _connected(self, task: asyncio.Task[Link]) -> None:
        self._connecting = None
        if not task.cancelled():
            # Looked at, as nobody may be left who waits for it.
            task.exception()

    async def _connect(self) -> Link:
        if self._link is not None and not self._link.is_over:
            # Its model couldn't be loaded, which it tells as long as the files are the same.
            if await asyncio.to_thread(key_of, self._recipe) == self._key:
                return self._link
            await self._link.close()
        if await self._is_held_back():
            raise self._held_back()
        try:
            self._reached = reached = await self._reach()
        except BackendError as error:
            self._set_back(error)
            raise
        self._key, self._failed = reached.key, False
        self._link = await linked(reached.connection, self._hear, self._bury)
        return self._link

    async def _reach(self) -> Reached:
        """The process; one that has to be started first is as good as loading."""
        reaching = asyncio.create_task(asyncio.to_thread(self._find))
        if not (await asyncio.wait({reaching}, timeout=_SOON_S))[0]:
            self._hear("loading", None)
        return await reaching

    def _find(self) -> Reached:
        """The process; blocks. One of its own where others couldn't find it."""
        if self._folder is None or not is_writable(self._folder):
            self._private = _private_folder()
            self._folder = Path(self._private.name)
            self._recipe = replace(self._recipe, kept_s=_PRIVATE_KEPT_S)
        return reach(self._recipe, self._folder)

    async def _is_held_back(self) -> bool:
        """Whether it failed lately, and nothing has changed since."""
        if not remaining_s(self._setbacks, time.monotonic()):
            return False
        key = await asyncio.to_thread(key_of, self._recipe)
        if key != self._key:
            self._setbacks = Setbacks()
        return key == self._key

    def _held_back(self) -> BackendError:
        wait_s = remaining_s(self._setbacks, time.monotonic())
        return BackendError(str(self._reason), cause=self._reason.cause, retry_after_s=wait_s)

    def _set_back(self, reason: BackendError) -> None:
        """Try nothing for a while."""
        self._setbacks, self._reason = paused(self._setbacks, time.monotonic()), reason
        self._tell(Condition("error", str(reason)))

    def _hear(self, state: State, fault: BackendError | None) -> None:
        """How the model is, as its process tells."""
        self._failed = state == "failed"
        if state == "loading":
            self._tell(Condition("busy", f"loading {self._title}"))
        elif state == "ready" and fault is not None:
            self._tell(Condition("warning", f"{self._title}: {fault}"))
        elif state == "ready":
            self._tell(Condition("normal"))
        elif state == "failed" and fault is not None:
            self._set_back(fault)

    async def _bury(self, goodbye: str | None) -> BackendError:
        """What the process's end means, to be told to whoever waits for it."""
        if goodbye is not None:
            return BackendError(f"{self._title} was let go ({goodbye})", cause="died")
        how = await asyncio.to_thread(_end_of, self._reached)
        self._setbacks = died(self._setbacks, time.monotonic())
        is_held = remaining_s(self._setbacks, time.monotonic()) > 0
        then = _LATER if is_held else "the next request starts it again"
        self._reason = BackendError(f"{self._title}: its process ended {how}; {then}", cause="died")
        self._tell(Condition("error" if is_held else "warning", str(self._reason)))
        return self._reason

    def _tell(self, condition: Condition) -> None:
        if condition != self._condition and self._report is not None and not self._closed:
            self._report(condition)
        self._condition = condition


async def _answer(link: Link, ask: Ask) -> AsyncGenerator[Step]:
    number, inbox = link.ask(ask)
    try:
        while (said := await inbox.get()) is not None:
            if isinstance(said, BackendError):
                raise said
            yield said
    finally:
        link.leave(number)


def _end_of(reached: Reached | None) -> str:
    """How the process ended, as far as it can be known here; blocks for a moment."""
    if reached is None:
        return obituary(None, "")
    code = reached.started.exit_code(_EXIT_S) if reached.started else None
    return obituary(code, end_of(reached.log))


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="infill-", ignore_cleanup_errors=True)
