"""A headless client: starts the server and speaks LSP to it over stdio, as an editor would."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsp_server import launch
from lsp_server.errors import FailureError, of_server

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

Json = dict[str, Any]

CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {"inlineCompletion": {}},
    "experimental": {"infill": {"answerDetails": True, "partialText": True, "oneItem": True}},
}

_IDENTIFIERS = itertools.count(1)
_INVALID_PARAMS = -32602


class Connection:
    """A conversation with a server.

    The framing is done here and not by pygls, whose import takes as long as the
    server's whole start and would run beside it on the same cores.
    """

    def __init__(self, process: Process) -> None:
        """Nothing is read before `listening` runs."""
        self._process = process
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._seen: list[tuple[str, Json]] = []
        self._arrived = asyncio.Event()
        self._ended = False
        self._listeners: list[Callable[[str, Json], None]] = []
        self.capabilities: Json = {}

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def listen(self, listener: Callable[[str, Json], None]) -> None:
        """Call `listener` with the method and parameters of each notification."""
        self._listeners.append(listener)

    async def request(self, method: str, params: Json | None) -> Any:
        """The result of a request; cancelling this asks the server to cancel it, too.

        Raises:
            FailureError: the server answered with an error, of kind "refused" where the
                parameters were wrong, or has died.
        """
        if self._ended:
            raise self._death()
        identifier = next(_IDENTIFIERS)
        answer = self._waiting[identifier] = asyncio.get_running_loop().create_future()
        self._send({"id": identifier, "method": method, "params": params})
        try:
            return await answer
        except asyncio.CancelledError:
            self.notify("$/cancelRequest", {"id": identifier})
            raise
        finally:
            del self._waiting[identifier]

    def notify(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    async def settled(self) -> Json:
        """The server's first status that is not "busy".

        Raises:
            FailureError: the server has died before.
        """
        while True:
            for method, params in self._seen:
                if method == "infill/status" and params["kind"] != "busy":
                    return params
            if self._ended:
                raise self._death()
            self._arrived.clear()
            await self._arrived.wait()

    async def ready(self) -> None:
        """Return once the server serves.

        Raises:
            CommandError: it can't, as a setting is wrong for example, or has died.
        """
        status = await self.settled()
        error = status.get("error")
        if status["kind"] == "error" and error is not None:
            raise of_server(error)

    def last(self, method: str) -> Json | None:
        """The newest notification of that method, None when none has come."""
        return next((params for name, params in reversed(self._seen) if name == method), None)

    def said(self, method: str) -> list[Json]:
        """Every notification of that method, oldest first."""
        return [params for name, params in self._seen if name == method]

    async def listening(self) -> None:
        """Take in what the server says until it ends; half a message is an end, too."""
        reader = self._process.stdout
        try:
            while reader is not None and (message := await _message(reader)) is not None:
                self._take(message)
        except (asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self._ended = True
            self._arrived.set()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(self._death())

    def _death(self) -> FailureError:
        code = self._process.returncode
        known = "" if code is None else f" (exit code {code})"
        return FailureError(f"the server ended before it answered{known}", kind="server")

    def _take(self, message: Json) -> None:
        if "method" not in message:
            self._take_answer(message)
        elif "id" in message:
            # The server may ask for things of an editor that a command line has no use for.
            self._send({"id": message["id"], "result": None})
        else:
            method: str = message["method"]
            params: Json = message.get("params") or {}
            self._seen.append((method, params))
            self._arrived.set()
            for listener in self._listeners:
                listener(method, params)

    def _take_answer(self, message: Json) -> None:
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return
        if (error := message.get("error")) is not None:
            # What is wrong with the parameters it says for whoever chose them.
            is_ours = error.get("code") == _INVALID_PARAMS
            said = error["message"] if is_ours else f"the server refused: {error['message']}"
            answer.set_exception(FailureError(said, kind="refused" if is_ours else None))
        else:
            answer.set_result(message.get("result"))

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


async def _message(reader: asyncio.StreamReader) -> Json | None:
    """The next message; None at the end of the stream."""
    length = 0
    while line := (await reader.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if not length:
        return None
    message: Json = json.loads(await reader.readexactly(length))
    return message


@asynccontextmanager
async def connect(command: Sequence[str], root: Path | None) -> AsyncGenerator[Connection]:
    """A conversation with a server of its own, started by `command` and gone with the block."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=launch.environment(),
        cwd=launch.neutral_folder(),
    )
    connection = Connection(process)
    listening = asyncio.create_task(connection.listening())
    try:
        answer = await connection.request("initialize", _initialize(root))
        connection.capabilities = answer["capabilities"]
        connection.notify("initialized", {})
        yield connection
        await connection.request("shutdown", None)
        connection.notify("exit", {})
        await process.wait()
    finally:
        await _end(process)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def _initialize(root: Path | None) -> Json:
    folders = [{"uri": root.as_uri(), "name": root.name}] if root else None
    return {
        "processId": os.getpid(),
        "rootUri": root.as_uri() if root else None,
        "workspaceFolders": folders,
        "capabilities": CAPABILITIES,
        # What a command asks for is nothing that a user was shown while typing.
        "initializationOptions": {"stats": {"enabled": False}},
    }
