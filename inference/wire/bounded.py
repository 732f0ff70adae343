"""Answers that are read whole, but never more of them than they can sensibly be."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx

MOST_BYTES = 4_000_000
_MOST_OF_AN_ERROR = 65_536
_ERROR_S = 5.0
# They tell of the bytes that were sent, and not of those that came of them.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


async def whole_of(answer: httpx.Response) -> httpx.Response:
    """The answer, read; of one without an end the beginning, which is no sound JSON.

    Raises:
        httpx.HTTPError: it breaks off.
    """
    try:
        body = await beginning_of(answer, MOST_BYTES)
    finally:
        await answer.aclose()
    told = answer.headers.multi_items()
    headers = [(name, text) for name, text in told if name not in _OF_THE_WIRE]
    return httpx.Response(answer.status_code, headers=headers, content=body, request=answer.request)


async def start_of(answer: httpx.Response) -> bytes:
    """The beginning of an answer that isn't one, for what it says and as far as it comes soon."""
    pieces: list[bytes] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(_ERROR_S):
            await _read(answer, _MOST_OF_AN_ERROR, pieces)
    return b"".join(pieces)


async def beginning_of(answer: httpx.Response, most_bytes: int) -> bytes:
    """All of it, or a little more than that many bytes."""
    pieces: list[bytes] = []
    await _read(answer, most_bytes, pieces)
    return b"".join(pieces)


async def _read(answer: httpx.Response, most_bytes: int, pieces: list[bytes]) -> None:
    n_bytes = 0
    async for piece in answer.aiter_bytes():
        pieces.append(piece)
        n_bytes += len(piece)
        if n_bytes > most_bytes:
            return
