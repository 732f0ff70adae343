"""Messages between a model's process and its users: a line of JSON, and bytes behind it.

The line tells how many bytes follow, so that 128K ids needn't be spelled as JSON.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

MAX_LINE = 1 << 16
MAX_PAYLOAD = 1 << 26
_LENGTH = "bytes"


class FrameError(Exception):
    """What came is no message; nothing that follows on the connection can be understood."""


def frame(message: dict[str, Any], payload: bytes = b"") -> bytes:
    """The message as it travels."""
    if payload:
        message = {**message, _LENGTH: len(payload)}
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n" + payload


async def read_frame(
    reader: asyncio.StreamReader, most_bytes: int = MAX_PAYLOAD
) -> tuple[dict[str, Any], bytes] | None:
    """The next message and what came behind it; None where the other side has ended.

    Args:
        reader: where it comes from.
        most_bytes: what may stand behind the line.

    Raises:
        FrameError: something else came, or the connection broke in mid-message.
    """
    try:
        line = await reader.readline()
        if not line:
            return None
        message = parse_line(line)
        length = message.get(_LENGTH, 0)
        if not isinstance(length, int) or not 0 <= length <= most_bytes:
            raise FrameError("a message that is longer than it may be")
        return message, await reader.readexactly(length)
    except (OSError, ValueError, asyncio.IncompleteReadError) as error:
        raise FrameError("the connection broke off") from error


def parse_line(line: bytes) -> dict[str, Any]:
    """The message in a whole line.

    Raises:
        FrameError: it isn't one.
    """
    try:
        message: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FrameError("a line that is no JSON") from error
    if not line.endswith(b"\n") or not isinstance(message, dict):
        raise FrameError("a line that is no message")
    return cast("dict[str, Any]", message)
