"""An answer that comes as JSON objects, each a chunk, the last of which says that it is one."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.wire.events import drain, parse_object
from inference.wire.faults import event_fault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from inference.types import Chunk
    from inference.wire.faults import Call

    Read = Callable[[dict[str, Any], str], Chunk]


async def chunks_from(
    pieces: AsyncGenerator[bytes], read: Read, call: Call, server: str
) -> AsyncGenerator[Chunk]:
    """The chunks of an answer, up to the one that says why it ended.

    Args:
        pieces: an object each; empty ones are passed over.
        read: makes a chunk of an object; also given the host, for messages.
        call: for messages.
        server: what kind of server it should be, likewise.

    Raises:
        BackendError: it ends without saying so, or the server gives up.
    """
    async with aclosing(pieces) as found:
        async for piece in found:
            if not piece.strip():
                continue
            event = parse_object(piece, call.host, server)
            if event.get("error"):
                raise event_fault(event["error"], call)
            chunk = read(event, call.host)
            yield chunk
            if chunk.finish_reason is not None:
                await drain(found)
                return
    raise BackendError(
        f"{call.host} broke off its answer without saying that it was done; its log may say why",
        cause="died",
    )
