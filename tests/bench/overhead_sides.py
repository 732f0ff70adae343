"""Whoever is asked in `overhead.py`: a language server, a backend alone, a peer."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
import time
from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psutil
from overhead_steps import TABS

from lsp_server.errors import FailureError
from lsp_server.positions import Lines, position_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from overhead_steps import Step

    from lsp_server.client import Connection

HERE = Path(__file__).parent
_AUTOMATIC = 2


class Side(Protocol):
    """Somebody who answers a step."""

    async def take(self, step: Step, /) -> float:
        """Seconds from the request to the answer; what comes before isn't counted."""
        ...


@dataclass(slots=True)
class Editor:
    """An editor in front of a language server: documents opened, edited, asked about, closed.

    Attributes:
        open_s: what passes between opening a file and the first edit in it.
    """

    server: Connection
    root: Path
    open_s: float = 0.0
    tabs: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])
    answered: int = 0

    async def take(self, step: Step) -> float:
        """Seconds from the edit and the request, sent at once, to the answer."""
        uri = (self.root / step.path).as_uri()
        if step.opened is not None:
            await self._open(step, uri)
        before = step.whole[: step.start] + "?" * (step.end - step.start)
        lines = Lines(step.opened if step.opened is not None else before)
        start, end = (position_of(lines, at, "utf-32") for at in (step.start, step.end))
        cursor = position_of(Lines(step.whole[: step.cursor]), step.cursor, "utf-32")
        self.tabs[step.path] += 1
        change = {"range": {"start": _position(start), "end": _position(end)}, "text": step.text}
        document = {"uri": uri, "version": self.tabs[step.path]}
        asked = {"textDocument": {"uri": uri}, "position": _position(cursor)}
        began = time.perf_counter()
        self.server.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )
        found = await self.server.request(
            "textDocument/inlineCompletion", asked | {"context": {"triggerKind": _AUTOMATIC}}
        )
        took = time.perf_counter() - began
        self.answered += bool(found)
        return took

    async def _open(self, step: Step, uri: str) -> None:
        """Open it, long before something is asked; the tab that was opened first makes room."""
        if step.path in self.tabs:
            self._close(step.path)
        while len(self.tabs) >= TABS:
            self._close(next(iter(self.tabs)))
        self.tabs[step.path] = 1
        language = "python" if step.path.endswith(".py") else ""
        item = {"uri": uri, "languageId": language, "version": 1, "text": step.opened}
        self.server.notify("textDocument/didOpen", {"textDocument": item})
        await settle(self.server)
        await asyncio.sleep(self.open_s)

    def _close(self, path: str) -> None:
        del self.tabs[path]
        uri = (self.root / path).as_uri()
        self.server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


async def settle(server: Connection) -> None:
    """Return when the server has taken in all that it was sent."""
    try:
        await server.request("infill/nothing", {})
    except FailureError:
        return


def _position(place: tuple[int, int]) -> dict[str, int]:
    return {"line": place[0], "character": place[1]}


@dataclass(slots=True)
class Wire:
    """The backend alone, over a plain socket that is kept: its own cost, and the loopback's."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    body: bytes

    async def take(self, _: Step, /) -> float:
        """Seconds until the end of an answer to a prompt of the same size."""
        began = time.perf_counter()
        await self.post("/v1/completions", self.body)
        return time.perf_counter() - began

    async def post(self, path: str, body: bytes) -> bytes:
        """The answer's body, up to the end of the chunk or of the length that it names."""
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        told = await self.reader.readuntil(b"\r\n\r\n")
        if b"chunked" in told:
            return await self.reader.readuntil(b"\r\n0\r\n\r\n")
        length = int(told.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return await self.reader.readexactly(length)


def wire_body(tokens: int) -> bytes:
    """What is asked with a prompt of so many ids."""
    ids = ",".join(str(1_000 + at * 7 % 30_000) for at in range(tokens))
    return f'{{"prompt":[{ids}],"model":"tiny","stream":true,"max_tokens":64}}'.encode()


@dataclass(slots=True)
class Peer:
    """Another completer, behind a process that speaks lines."""

    process: asyncio.subprocess.Process
    root: Path

    async def take(self, step: Step) -> float:
        """Seconds from the line that asks to its answer, or what that says that it took."""
        assert self.process.stdin
        assert self.process.stdout
        asked = {"file": str(self.root / step.path), "text": step.whole, "offset": step.cursor}
        line = json.dumps(asked).encode() + b"\n"
        began = time.perf_counter()
        self.process.stdin.write(line)
        told = await self.process.stdout.readline()
        if not told:
            raise SystemExit("a peer ended before it answered")
        took = time.perf_counter() - began
        own = _told_ms(told)
        return took if own is None else own / 1000


def _told_ms(line: bytes) -> float | None:
    """How long a peer says that it took; None where its line says nothing of that."""
    try:
        told: Any = json.loads(line)
    except ValueError:
        return None
    found: Any = told.get("ms") if isinstance(told, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON
    return float(found) if isinstance(found, int | float) else None


@asynccontextmanager
async def backend(tokenizer: Path | None, tokens: int) -> AsyncGenerator[tuple[int, Wire]]:
    """The instant backend in a process of its own: its port, and a connection to it."""
    command = [sys.executable, str(HERE / "instant_backend.py"), "0"]
    command += ["--tokenizer", str(tokenizer)] if tokenizer else []
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        port = int(await process.stdout.readline())
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        yield port, Wire(reader, writer, wire_body(tokens))
        writer.close()
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def peer(command: str, root: Path, port: int) -> AsyncGenerator[Peer]:
    """A peer's process, told the backend's address and the repository unless it names one."""
    words = shlex.split(command)
    if not any(word.startswith("http://") for word in words):
        words += [f"http://127.0.0.1:{port}", str(root)]
    process = await asyncio.create_subprocess_exec(
        *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 24
    )
    try:
        yield Peer(process, root)
    finally:
        process.kill()
        await process.wait()


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken."""
    times: Any = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
