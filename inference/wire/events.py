"""Server-sent events as the standard has them, and JSON that comes a line at a time.

Of an event nothing but its data is read. The standard:
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError
from inference.wire.bounded import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

DONE = b"[DONE]"
DRAIN_S = 0.1
_MARK = b"\xef\xbb\xbf"  # What some put before a text to say that it is UTF-8.
_FIELD = b"data:"
_OPENAI = "an OpenAI-compatible server"


async def events(pieces: AsyncIterator[bytes], host: str) -> AsyncGenerator[bytes]:
    """The data of each event, as it comes; of several lines as one.

    An empty line ends an event. Some servers send none, whose events are whole by
    themselves: one that nothing follows is taken as such, and so is one that can't go on.

    Raises:
        BackendError: an event that never ends.
    """
    event, n_bytes = list[bytes](), 0
    async with aclosing(lines(pieces, host)) as found:
        async for line in found:
            data = line.removeprefix(_FIELD).strip() if line.startswith(_FIELD) else b""
            if event and (not line or (data and len(event) == 1 and _is_whole(event[0]))):
                yield b"\n".join(event)
                event, n_bytes = [], 0
            if data == DONE and not event:
                yield data
            elif data:
                event.append(data)
                n_bytes += len(data)
            if n_bytes > MOST_BYTES:
                raise endless(host)
    if event:
        yield b"\n".join(event)


async def lines(pieces: AsyncIterator[bytes], host: str) -> AsyncGenerator[bytes]:
    """The lines, without their ends, however they were cut; the last one may have no end.

    They end by a line feed, a carriage return or both, and by nothing else: the JSON in
    them may hold U+2028 and other characters at which a text would be split, too.

    Raises:
        BackendError: a line that never ends.
    """
    pending, is_first, returned = b"", True, False
    async for piece in pieces:
        # Where the two were cut apart, the line has ended already.
        fresh = piece[1:] if returned and piece.startswith(b"\n") else piece
        returned = piece.endswith(b"\r") if piece else returned
        *whole, pending = _split(pending + fresh)
        if len(pending) > MOST_BYTES:
            raise endless(host)
        for line in whole:
            yield line.removeprefix(_MARK) if is_first else line
            is_first = False
    if pending:
        yield pending.removeprefix(_MARK) if is_first else pending


async def drain(rest: AsyncGenerator[bytes]) -> None:
    """Read what follows the end, as only a connection that was read to its end is kept.

    What is whole can't fail any more, and isn't waited for.
    """
    with suppress(TimeoutError, httpx.HTTPError, BackendError):
        async with asyncio.timeout(DRAIN_S):
            async for _ in rest:
                pass


def parse_object(data: bytes, host: str, speaks: str = _OPENAI) -> dict[str, Any]:
    """The JSON object of an event; `speaks` is what the server should be.

    Raises:
        BackendError: it isn't one.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BackendError(
            f"{host} sent something that isn't JSON; does `endpoint` lead to {speaks}?"
        ) from error
    if not isinstance(found, dict):
        raise BackendError(
            f"{host} sent JSON that isn't an object; does `endpoint` lead to {speaks}?"
        )
    return found  # pyright: ignore[reportUnknownVariableType] - JSON


def endless(host: str) -> BackendError:
    """What an answer means that is longer than any model's."""
    return BackendError(f"{host} sent an event of more than {MOST_BYTES} bytes; is it a model?")


def _split(text: bytes) -> list[bytes]:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _is_whole(data: bytes) -> bool:
    """Whether it is JSON by itself, so that another line can't belong to it."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
