"""The process that holds a model, and whoever is connected to it.

Started by `inference.local.launch`, maybe with an interpreter of the user's: nothing
here or below imports a package that isn't the standard library's, but for what the
runner itself wants.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError
from inference.local.description import (
    PROTOCOL,
    Description,
    new_token,
    remove_description,
    write_description,
)
from inference.local.frames import frame
from inference.local.holder import Holder
from inference.local.messages import fault_fields, read_plan
from inference.local.needs import check_libraries
from inference.local.session import Session, welcome
from inference.runners.opening import open_runner

if TYPE_CHECKING:
    from inference.local.holder import Opening, State
    from inference.runners.runner import RunnerName

_LARGEST_LOG = 1_000_000
_PATIENCE_S = 20.0
_COMING_S = 1.0
_DIED, _REFUSED, _STUCK = 70, 3, 71
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the process is told when it is started.

    Attributes:
        runner: which of ours holds the model, or the function of a file that opens one,
            as `[file, function]`.
        plan: what that is made from, as fields.
        described: where it is to be found.
        version: of whoever started it.
        idle_s: after so long without a question it ends.
        kept_s: and so long after its last user has gone.
        remembered_s: and so long after its model couldn't be loaded; until then whoever
            asks is told why.
    """

    runner: str | list[str]
    plan: dict[str, Any]
    described: str
    version: str
    idle_s: float
    kept_s: float
    remembered_s: float


def main() -> None:
    """Serve until nobody has asked for a while."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    parameters = Parameters(**json.loads(sys.stdin.readline()))
    try:
        opening = _opening(parameters.runner)
    except BackendError as error:
        _say({"refused": fault_fields(error)})
        sys.exit(_REFUSED)
    code = asyncio.run(Host(parameters, opening).serve())
    logging.shutdown()
    _end_children()
    # Threads of libraries that are still busy would keep it, or crash it, at the end.
    os._exit(code)


def _end_children() -> None:
    """Processes of the library's own, where it is left before it could end them."""
    processes = sys.modules.get("multiprocessing")
    for child in processes.active_children() if processes else ():
        child.terminate()


def _opening(runner: str | list[str]) -> Opening:
    if isinstance(runner, str):
        check_libraries(runner)
        return partial(open_runner, cast("RunnerName", runner))
    path, function = runner
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise BackendError(f"{path} is no module that opens a runner")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    opening: Opening = getattr(module, function)
    return opening


def _say(message: dict[str, Any]) -> None:
    """Tell whoever started this process; from then on what is printed goes to the log."""
    sys.stdout.buffer.write(frame(message))
    sys.stdout.flush()
    os.dup2(2, 1)


class Host:
    """A model and its users."""

    def __init__(self, parameters: Parameters, opening: Opening) -> None:
        self._parameters = parameters
        self._opening = opening
        self._token = new_token()
        self._path = Path(parameters.described)
        self.state: tuple[State, BackendError | None] = ("loading", None)
        self.idle_s = parameters.idle_s
        self._sessions: set[Session] = set()
        self._used_s = self._alone_s = self._noted_s = time.monotonic()
        self._over = asyncio.Event()
        self._goodbye, self._code = "stopped", 0

    async def serve(self) -> int:
        """The exit code, once it is time to end."""
        loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._accept, _LOOPBACK, 0)
        port = int(server.sockets[0].getsockname()[1])
        version = self._parameters.version
        write_description(
            self._path, Description(PROTOCOL, version, os.getpid(), port, self._token)
        )
        self._catch_signals(loop)
        _say({"ready": True})
        plan = read_plan(self._parameters.plan)
        self.holder = Holder(self._opening, plan, loop, partial(self._hear, loop))
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._next_look_s())
            self._look()
        return await self._end(server)

    def end(self, goodbye: str, code: int = 0) -> None:
        """Have it end, and its users be told why."""
        self._goodbye, self._code = goodbye, code
        self._over.set()

    def used(self) -> None:
        """Note that somebody has asked."""
        self._used_s = time.monotonic()

    @property
    def is_unused(self) -> bool:
        """Whether nobody would miss it; who starts it to load a model comes at once."""
        is_left = time.monotonic() - self._alone_s >= _COMING_S
        return not self._sessions and (is_left or not self.holder.is_busy)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its greeting to its end."""
        try:
            hello = await welcome(reader, writer, self._token)
            if hello is None:
                return
            if hello.get("leave"):
                await self._make_room(writer)
                return
            await self._converse(Session(self, reader, writer), hello)
        finally:
            writer.close()

    async def _make_room(self, writer: asyncio.StreamWriter) -> None:
        """End where nobody would miss it; the other side sees that by the connection's end."""
        leaves = self.is_unused
        writer.write(frame({"leaves": leaves}))
        if leaves:
            self.end("unused")
            await asyncio.Event().wait()

    async def _converse(self, session: Session, hello: dict[str, Any]) -> None:
        self._sessions.add(session)
        self.used()
        try:
            self.idle_s = float(hello["idle_s"])
            self.holder.widen(int(hello["context_tokens"]))
            session.tell(*self.state)
            await session.listen()
        finally:
            session.close()
            self._sessions.discard(session)
            self._alone_s = time.monotonic()

    def _hear(
        self, loop: asyncio.AbstractEventLoop, state: State, fault: BackendError | None
    ) -> None:
        """Called in the model's thread: pass on how it is."""
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._note, state, fault)

    def _note(self, state: State, fault: BackendError | None) -> None:
        self.state = state, fault
        self.used()
        self._noted_s = time.monotonic()
        for session in self._sessions:
            session.tell(state, fault)
        if state == "died":
            self.end("died", _DIED)

    def _next_look_s(self) -> float:
        waits_s = self.idle_s, self._parameters.kept_s, self._parameters.remembered_s
        return max(0.02, min(5.0, *(each / 4 for each in waits_s)))

    def _look(self) -> None:
        """Whether it is time to end."""
        _bound_log()
        now = time.monotonic()
        if self.holder.is_busy:
            self._used_s = now
            return
        if self.state[0] == "failed" and now - self._noted_s >= self._parameters.remembered_s:
            self.end("failed")
        elif now - self._used_s >= self.idle_s:
            self.end("idle")
        elif not self._sessions and now - self._alone_s >= self._parameters.kept_s:
            self.end("unused")

    async def _end(self, server: asyncio.Server) -> int:
        server.close()
        remove_description(self._path, self._token)
        for session in tuple(self._sessions):
            if not self._code:
                session.bid_goodbye(self._goodbye)
            session.close()
        await asyncio.to_thread(self.holder.close, _PATIENCE_S)
        return self._code

    def _catch_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """End in an orderly way when asked to; Windows just ends."""
        if os.name == "posix":
            loop.add_signal_handler(signal.SIGTERM, self.end, "stopped")
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _bound_log() -> None:
    """Begin the log anew where a library has filled it."""
    with suppress(OSError):
        if os.fstat(2).st_size > _LARGEST_LOG:
            os.ftruncate(2, 0)
