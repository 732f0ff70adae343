"""A connection to the process that holds a model, as its user sees it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.local.frames import FrameError, frame, read_frame
from inference.local.messages import ask_fields, read_fault, read_step
from inference.local.prompts import Sent

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from inference.local.holder import State
    from inference.runners.runner import Ask, Step

    # The end of the connection: why the other side says it ends, None where it just did; to what
    # its questions are to be told.
    OnEnd = Callable[[str | None], Awaitable[BackendError]]
    OnState = Callable[[State, BackendError | None], None]
    Inbox = asyncio.Queue[Step | BackendError | None]


class Link:
    """Several questions over one connection.

    Args:
        on_state: told how the model is.
        on_end: told once when nothing comes any more, before the questions are.

    Attributes:
        goodbye: why the other side ends, where it says so.
        is_over: nothing can be asked any more.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_state: OnState,
        on_end: OnEnd,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_state = on_state
        self._on_end = on_end
        self._sent = Sent()
        self._inboxes: dict[int, Inbox] = {}
        self._n_asked = 0
        self.goodbye: str | None = None
        self.is_over = False
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    def ask(self, ask: Ask) -> tuple[int, Inbox]:
        """Where the answer comes in, and the number to leave it by."""
        self._n_asked += 1
        number = self._n_asked
        inbox: Inbox = asyncio.Queue()
        self._inboxes[number] = inbox
        fields, payload = ask_fields(ask, self._sent)
        self._writer.write(frame({"id": number, **fields}, payload))
        return number, inbox

    def leave(self, number: int) -> None:
        """Have the answer end, where it hasn't; nobody waits for it any more."""
        if self._inboxes.pop(number, None) is not None and not self.is_over:
            self._writer.write(frame({"id": number, "leave": True}))

    async def end(self) -> None:
        """Wait until its questions have been told that it is over."""
        await asyncio.wait([self._listening])

    async def close(self) -> None:
        """End the connection."""
        self.is_over = True
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._writer.close()
        self._fail(BackendError("the backend was closed"))

    async def _listen(self) -> None:
        try:
            while (message := await read_frame(self._reader)) is not None:
                self._take(message[0])
        except (FrameError, KeyError, TypeError, ValueError):
            # Nothing that follows can be understood: as good as the end.
            pass
        self.is_over = True
        self._writer.close()
        self._fail(await self._on_end(self.goodbye))

    def _fail(self, fault: BackendError) -> None:
        """Answer whatever is still asked, and will be."""
        for inbox in self._inboxes.values():
            inbox.put_nowait(fault)
        self._inboxes.clear()

    def _take(self, fields: dict[str, Any]) -> None:
        if "state" in fields:
            fault = read_fault(fields["fault"]) if "fault" in fields else None
            self._on_state(fields["state"], fault)
        elif "goodbye" in fields:
            self.goodbye = fields["goodbye"]
        elif (inbox := self._inboxes.get(fields["id"])) is not None:
            self._pass_on(inbox, fields)

    def _pass_on(self, inbox: Inbox, fields: dict[str, Any]) -> None:
        if "fault" in fields:
            inbox.put_nowait(read_fault(fields["fault"]))
        elif "end" in fields:
            inbox.put_nowait(None)
        else:
            inbox.put_nowait(read_step(fields))
        if "fault" in fields or "end" in fields:
            del self._inboxes[fields["id"]]


async def linked(connection: socket.socket, on_state: OnState, on_end: OnEnd) -> Link:
    """The connection, with somebody who listens."""
    connection.setblocking(False)  # noqa: FBT003 - the standard library's own way
    reader, writer = await asyncio.open_connection(sock=connection)
    return Link(reader, writer, on_state, on_end)
