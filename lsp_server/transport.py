"""Bytes in and out: over standard input and output or TCP.

pygls' own loop drops what it can't read; here every body reaches the protocol,
which answers. Standard input and output have a thread each, so that no work can keep
the server from hearing a cancellation, and no client that doesn't read can keep it from
working. Both are daemons and go past Python's buffers: a read or a write that never
returns mustn't hold up the end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Protocol

from lsp_server.ending import Ending, end_at_signals, end_soon, end_with_process
from lsp_server.frames import Frames, Junk
from lsp_server.output import SLOW_BYTES, Output

if TYPE_CHECKING:
    from lsp_server.server import InfillServer

_CHUNK_BYTES = 1 << 16
_RETRY_S = 0.005
# Who sends more before it is read waits, as for a full pipe.
_MAX_UNREAD = 256
DRAIN_S = 2.0
_STOP_S = 3.0

log = logging.getLogger(__name__)


class Source(Protocol):
    """What messages come from."""

    async def next(self) -> bytes | Junk | None:
        """The next message, or what is none; None at the end of the stream."""
        ...


class _Input:
    """Standard input, read in a thread of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[bytes | Junk | None] = asyncio.Queue()
        self._room = Semaphore(_MAX_UNREAD)
        Thread(target=self._run, name="infill-stdin", daemon=True).start()

    async def next(self) -> bytes | Junk | None:
        item = await self._queue.get()
        self._room.release()
        return item

    def _run(self) -> None:
        frames = Frames()
        while data := self._read():
            for item in frames.feed(data):
                self._put(item)
        self._put(None)

    def _read(self) -> bytes:
        while True:
            try:
                return os.read(self._descriptor, _CHUNK_BYTES)
            except BlockingIOError:
                # Some editors' pipes are set not to wait.
                time.sleep(_RETRY_S)
            except OSError:
                return b""

    def _put(self, item: bytes | Junk | None) -> None:
        self._room.acquire()
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
        except RuntimeError:
            # The loop is closed: nobody listens any more.
            return


class _Socket:
    """Both directions of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = Frames()
        self._ready: list[bytes | Junk] = []

    @property
    def is_slow(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > SLOW_BYTES

    def write(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)

    def close(self) -> None:
        self._writer.close()

    async def next(self) -> bytes | Junk | None:
        while not self._ready:
            try:
                data = await self._reader.read(_CHUNK_BYTES)
            except OSError:
                return None
            if not data:
                return None
            self._ready += self._frames.feed(data)
        return self._ready.pop(0)


def serve_stdio(server: InfillServer) -> int:
    """Serve the client at standard input and output until it goes; the exit code."""
    return asyncio.run(_serve_streams(server, sys.stdin.fileno(), sys.stdout.fileno()))


async def _serve_streams(server: InfillServer, standard_in: int, standard_out: int) -> int:
    ending = Ending(asyncio.get_running_loop())
    output = Output(standard_out, lambda why: ending.begin(0, why))
    server.protocol.set_writer(output)
    try:
        return await _converse(server, _Input(standard_in), ending)
    finally:
        await asyncio.to_thread(output.drain, DRAIN_S)
        output.close()


def serve_tcp(server: InfillServer, host: str, port: int) -> int:
    """Serve the first client that connects until it goes; the exit code."""
    return asyncio.run(_accept(server, host, port))


async def _accept(server: InfillServer, host: str, port: int) -> int:
    ending = Ending(asyncio.get_running_loop())
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.close()
        socket = _Socket(reader, writer)
        server.protocol.set_writer(socket)
        try:
            ended.set_result(await _converse(server, socket, ending))
        finally:
            socket.close()

    listener = await asyncio.start_server(first, host, port)
    log.warning("listening on %s port %d", host, port)
    await asyncio.wait({ended, ending.code}, return_when=asyncio.FIRST_COMPLETED)
    return ended.result() if ended.done() else ending.code.result()


async def _converse(server: InfillServer, source: Source, ending: Ending) -> int:
    """Hand each message to the protocol until somebody ends the conversation; the exit code."""
    undo = end_at_signals(ending)
    hearing = asyncio.create_task(_hear(server, source, ending))
    try:
        await asyncio.wait({hearing, ending.code}, return_when=asyncio.FIRST_COMPLETED)
        code = hearing.result() if hearing.done() else ending.code.result()
        end_soon(code)
        return code
    finally:
        hearing.cancel()
        await _stop(server)
        undo()


async def _hear(server: InfillServer, source: Source, ending: Ending) -> int:
    """0 after an orderly end or when the client is gone, 1 where it left without a word."""
    protocol, watched = server.conversation, False
    while protocol.exit_code is None:
        item = await source.next()
        if item is None:
            break
        if isinstance(item, Junk):
            protocol.refuse_junk(item.reason)
        else:
            protocol.receive(item)
        if not watched and server.process_id is not None:
            watched = True
            end_with_process(server.process_id, ending)
        # What the message has set off begins before the next one is looked at.
        await asyncio.sleep(0)
    return protocol.exit_code or 0


async def _stop(server: InfillServer) -> None:
    try:
        async with asyncio.timeout(_STOP_S):
            await server.session.stop()
            # Each of these is answered, if only by a refusal.
            await asyncio.gather(*server.conversation.running, return_exceptions=True)
    except TimeoutError:
        log.warning("what runs didn't end within %g s and is left alone", _STOP_S)
