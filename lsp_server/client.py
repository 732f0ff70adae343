"""A headless client: starts the server and speaks LSP to it over stdio, as an editor would."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from contextlib import asynccontextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

from lsp_server import launch
from lsp_server.errors import FailureError

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from pygls.client import JsonRPCClient

Json = dict[str, Any]

CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {"inlineCompletion": {}},
    "experimental": {"infill": {"answerDetails": True, "partialText": True}},
}
_NOTIFICATIONS = ("infill/status", "infill/answer", "infill/partial", "window/logMessage")


class Connection:
    """A conversation with a server that has been initialized."""

    def __init__(self, client: JsonRPCClient, process: Process) -> None:
        """Listen to the server's notifications from the first one on."""
        self._client = client
        self._process = process
        self._seen: list[tuple[str, Json]] = []
        self._arrived = asyncio.Event()
        self._listeners: list[Callable[[str, Json], None]] = []
        self.capabilities: Json = {}
        for method in _NOTIFICATIONS:
            client.feature(method)(self._listener(method))

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
            FailureError: the server answered with an error or has died.
        """
        from pygls.exceptions import JsonRpcException

        identifier = str(uuid.uuid4())
        answer = asyncio.ensure_future(
            self._client.protocol.send_request_async(method, params, identifier)
        )
        died = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({answer, died}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise FailureError(f"the server ended with code {died.result()}", kind="server")
            return answer.result()
        except JsonRpcException as error:
            raise FailureError(f"the server refused {method}: {error.message}") from None
        except asyncio.CancelledError:
            self.notify("$/cancelRequest", {"id": identifier})
            raise
        finally:
            died.cancel()
            answer.cancel()

    def notify(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._client.protocol.notify(method, params)

    async def settled(self) -> Json:
        """The server's first status that is not "busy"."""
        while True:
            for method, params in self._seen:
                if method == "infill/status" and params["kind"] != "busy":
                    return params
            self._arrived.clear()
            await self._arrived.wait()

    def last(self, method: str) -> Json | None:
        """The newest notification of that method, None when none has come."""
        return next((params for name, params in reversed(self._seen) if name == method), None)

    def _listener(self, method: str) -> Callable[[Json], None]:
        def heard(params: Json) -> None:
            self._seen.append((method, params))
            self._arrived.set()
            for listener in self._listeners:
                listener(method, params)

        return heard


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
    # The server starts up while this process is still importing.
    from pygls.client import JsonRPCClient
    from pygls.io_ import run_async

    from lsp_server.wire import plain_converter

    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    client = JsonRPCClient(converter_factory=plain_converter)
    connection = Connection(client, process)
    assert process.stdin is not None  # noqa: S101 - PIPE was asked for
    assert process.stdout is not None  # noqa: S101
    client.protocol.set_writer(process.stdin)
    reading = asyncio.create_task(run_async(Event(), process.stdout, client.protocol))
    try:
        answer = await connection.request("initialize", _initialize(root))
        connection.capabilities = answer["capabilities"]
        connection.notify("initialized", {})
        yield connection
        await connection.request("shutdown", None)
        connection.notify("exit", {})
        await process.wait()
    finally:
        reading.cancel()
        await _end(process)


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
    }
