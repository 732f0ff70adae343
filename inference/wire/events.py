"""Server-sent events, as far as model servers use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

DONE = b"[DONE]"
_MAX_LINE = 4_000_000


async def events(pieces: AsyncIterator[bytes], host: str) -> AsyncGenerator[bytes]:
    """The data of each event, as it comes.

    Lines are split by line feeds alone: the JSON in them may hold U+2028 and other
    characters at which a text would be split, too.

    Raises:
        BackendError: a line that never ends.
    """
    pending = b""
    async for piece in pieces:
        *lines, pending = (pending + piece).split(b"\n")
        if len(pending) > _MAX_LINE:
            raise BackendError(
                f"{host} sent an event of more than {_MAX_LINE} bytes; is it a model?"
            )
        for line in lines:
            if (data := _data(line)) is not None:
                yield data
    if (data := _data(pending)) is not None:
        yield data


def parse_object(data: bytes, host: str) -> dict[str, Any]:
    """The JSON object of an event.

    Raises:
        BackendError: it isn't one.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BackendError(
            f"{host} sent something that isn't JSON; does `endpoint` lead to an "
            "OpenAI-compatible server?"
        ) from error
    if not isinstance(found, dict):
        raise BackendError(
            f"{host} sent JSON that isn't an object; does `endpoint` lead to an "
            "OpenAI-compatible server?"
        )
    return found  # pyright: ignore[reportUnknownVariableType] - JSON


def _data(line: bytes) -> bytes | None:
    """What follows `data:`; None for the rest.

    Comments and empty data are sent to keep a connection alive.
    """
    if not line.startswith(b"data:"):
        return None
    return line.removeprefix(b"data:").strip() or None
