"""One user's connection, as the process with the model sees it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.local.description import PROTOCOL, is_proof, new_token, proof
from inference.local.frames import FrameError, frame, read_frame
from inference.local.messages import fault_fields, read_ask, step_fields
from inference.local.prompts import Heard

if TYPE_CHECKING:
    from inference.local.holder import State
    from inference.local.host import Host
    from inference.local.turns import Turn
    from inference.runners.runner import Step

# Whoever doesn't say who they are for so long is let go.
_GREETING_S = 10.0


async def welcome(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str
) -> dict[str, Any] | None:
    """What the other side wants, once both have shown that they know the token; else None."""
    try:
        async with asyncio.timeout(_GREETING_S):
            return await _greet(reader, writer, token)
    except (FrameError, TimeoutError, OSError):
        return None


async def _greet(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str
) -> dict[str, Any] | None:
    first = await read_frame(reader, 0)
    if first is None:
        return None
    own, other = new_token(), str(first[0].get("nonce"))
    shown = proof(token, "host", own, other)
    writer.write(frame({"protocol": PROTOCOL, "nonce": own, "proof": shown}))
    answer = await read_frame(reader, 0)
    if answer is None or not is_proof(answer[0].get("proof"), proof(token, "user", own, other)):
        return None
    return answer[0]


class Session:
    """A user whose questions are answered, several at once."""

    def __init__(
        self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer
        self._heard = Heard()
        self._turns: dict[int, Turn] = {}
        self._loop = asyncio.get_running_loop()

    async def listen(self) -> None:
        """Take in questions until the other side ends, or can't be understood."""
        with suppress(FrameError, KeyError, TypeError):
            while (message := await read_frame(self._reader)) is not None:
                self._take(*message)

    def tell(self, state: State, fault: BackendError | None) -> None:
        """How the model is."""
        about = {"fault": fault_fields(fault)} if fault else {}
        self._send({"state": state, **about})

    def bid_goodbye(self, reason: str) -> None:
        """The process ends, and means to."""
        self._send({"goodbye": reason})

    def close(self) -> None:
        """Nobody waits for the answers any more."""
        for turn in self._turns.values():
            turn.leave()
        self._turns.clear()

    def _take(self, fields: dict[str, Any], payload: bytes) -> None:
        number = int(fields["id"])
        self._host.used()
        if "leave" in fields:
            turn = self._turns.pop(number, None)
            if turn is not None:
                turn.leave()
            return
        ask = read_ask(fields, payload, self._heard)
        self._turns[number] = self._host.holder.ask(ask, lambda said: self._pass_on(number, said))

    def _pass_on(self, number: int, said: Step | BackendError | None) -> None:
        """Called in any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._answer, number, said)

    def _answer(self, number: int, said: Step | BackendError | None) -> None:
        if number not in self._turns:
            return
        if said is None or isinstance(said, BackendError):
            del self._turns[number]
        self._send({"id": number, **_spelled(said)})

    def _send(self, message: dict[str, Any]) -> None:
        if not self._writer.is_closing():
            self._writer.write(frame(message))


def _spelled(said: Step | BackendError | None) -> dict[str, Any]:
    if said is None:
        return {"end": True}
    if isinstance(said, BackendError):
        return {"fault": fault_fields(said)}
    return step_fields(said)
