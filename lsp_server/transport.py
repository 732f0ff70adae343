"""Bytes in and out: the framing of LSP's base protocol, over standard input and output or TCP.

pygls' own loop drops what it can't read; here every body reaches the protocol,
which answers. The reader of standard input has a thread of its own, so that no
work can keep it from hearing a cancellation.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from lsp_server.server import InfillServer

log = logging.getLogger(__name__)


class Reader(Protocol):
    """What messages are read from."""

    def readline(self) -> Awaitable[bytes]:
        """The next line with its end; nothing at the end of the stream."""
        ...

    def readexactly(self, n: int, /) -> Awaitable[bytes]:
        """So many bytes; fewer at the end of the stream."""
        ...


class _Input:
    """Standard input, read in a thread of its own."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="infill-stdin")

    def readline(self) -> Awaitable[bytes]:
        return asyncio.get_running_loop().run_in_executor(self._thread, self._stream.readline)

    def readexactly(self, n: int, /) -> Awaitable[bytes]:
        return asyncio.get_running_loop().run_in_executor(self._thread, self._stream.read, n)


class _Output:
    """Standard output; once the client is gone, what is written goes nowhere."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(data)
            self._stream.flush()

    def close(self) -> None:
        """Leave the stream to the interpreter."""


def serve_stdio(server: InfillServer) -> int:
    """Serve the client at standard input and output until it goes; the exit code."""
    server.protocol.set_writer(_Output(sys.stdout.buffer))
    return asyncio.run(_converse(server, _Input(sys.stdin.buffer)))


def serve_tcp(server: InfillServer, host: str, port: int) -> int:
    """Serve the first client that connects until it goes; the exit code."""
    return asyncio.run(_accept(server, host, port))


async def _accept(server: InfillServer, host: str, port: int) -> int:
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.close()
        server.protocol.set_writer(writer)
        ended.set_result(await _converse(server, reader))

    listener = await asyncio.start_server(first, host, port)
    log.warning("listening on %s port %d", host, port)
    return await ended


async def _converse(server: InfillServer, reader: Reader) -> int:
    """Hand each message to the protocol; 0 after an orderly end or when the client is gone."""
    protocol = server.conversation
    try:
        while protocol.exit_code is None:
            body = await _body(reader)
            if body is None:
                break
            protocol.receive(body)
        return protocol.exit_code or 0
    finally:
        await server.session.stop()


async def _body(reader: Reader) -> bytes | None:
    """The next message's bytes; None at the end of the stream."""
    length: int | None = None
    while line := await reader.readline():
        if line.strip():
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length" and value.strip().isdigit():
                length = int(value)
        elif length is not None:
            return await _exactly(reader, length)
    return None


async def _exactly(reader: Reader, length: int) -> bytes | None:
    try:
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    return body if len(body) == length else None
