"""A deterministic stand-in for an OpenAI-compatible server, on 127.0.0.1.

It speaks real HTTP over a real socket from a thread of its own, so that tests in
this process and servers in another can both use it:

    with wire.serve(wire.Script(text=("return ", "x"))) as server:
        ...  # `endpoint` = server.endpoint

What it does is a script; what was asked of it, and who hung up, is recorded.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Hang = Literal["before", "during"]
_TLS = b"\x16"  # what an encrypted connection begins with


@dataclass(frozen=True, slots=True)
class Script:
    """How the server answers every request.

    Attributes:
        text: the completion, in the pieces it is sent in.
        logprobs: one for each piece, where they are asked for.
        finish: the finish reason; None sends neither it nor the end mark.
        delay_s: before each piece.
        hang: say nothing more, before the answer or after its first piece.
        status: anything but 200 sends `body` with it.
        body: what is sent instead of events.
        content_type: of the answer.
        headers: further ones.
        drop: close the connection instead of answering.
        tear: close it in the middle of the body, after the pieces.
        stale: close a connection that is used again, before a byte of the second answer.
        refuse: answer 400 to requests with one of these fields, naming it.
        refuse_logprobs: answer 400 to requests that want them.
        refuse_beginnings: answer 400 to requests that say how the answer begins.
        refuse_ids: answer 400 to prompts that aren't text.
        events: raw lines to send instead of the pieces.
        reply: the pieces as an answer to what was asked, instead of `text`.
        owned_by: who its models say that they are served by; None knows no `/models`.
        served: its models.
        max_model_len: what they say that each holds; None says nothing.
        usage: what a request took, sent behind the answer to who asks for it.
        tokens: what `/tokenize` answers; None knows no such path.
        heals: begin with what is asked to begin with.
    """

    text: tuple[str, ...] = ("pass",)
    logprobs: tuple[float, ...] = ()
    finish: str | None = "stop"
    delay_s: float = 0.0
    hang: Hang | None = None
    status: int = 200
    body: str = ""
    content_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = ()
    drop: bool = False
    tear: bool = False
    stale: bool = False
    refuse: tuple[str, ...] = ()
    refuse_logprobs: bool = False
    refuse_beginnings: bool = False
    refuse_ids: bool = False
    events: tuple[str, ...] | None = None
    reply: Callable[[dict[str, Any]], tuple[str, ...]] | None = None
    owned_by: str | None = None
    served: tuple[str, ...] = ("tiny",)
    max_model_len: int | None = None
    usage: dict[str, Any] | None = None
    tokens: tuple[int, ...] | None = None
    heals: bool = False


@dataclass(slots=True)
class Wire:
    """A running server and what it has seen.

    Attributes:
        script: may be exchanged between requests.
        requests: the JSON bodies, in the order they came, but for questions about the server.
        headers: likewise, names in lower case.
        paths: likewise.
        probes: paths of the questions about the server.
        running: requests that are being answered now.
        hung_up: when a client left in the middle of an answer, by `time.monotonic`.
        connections: accepted so far.
    """

    script: Script
    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)
    running: int = 0
    hung_up: list[float] = field(default_factory=list)
    connections: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def endpoint(self) -> str:
        """The base address, `/v1` included."""
        return f"http://127.0.0.1:{self.port}/v1"

    def wait(self, condition: Any, timeout_s: float = 5.0) -> bool:
        """Whether `condition()` came true within that time."""
        with self._changed:
            return self._changed.wait_for(condition, timeout_s)

    def _note(self, **changes: Any) -> None:
        with self._changed:
            for name, value in changes.items():
                setattr(self, name, value)
            self._changed.notify_all()


@contextmanager
def serve(script: Script | None = None) -> Iterator[Wire]:
    """A server that follows the script, until the block is left."""
    wire = Wire(script or Script())
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, wire, ready, stop), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield wire
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def closed_port() -> int:
    """A port at which nothing listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(
    loop: asyncio.AbstractEventLoop, wire: Wire, ready: threading.Event, stop: asyncio.Event
) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_listen(wire, ready, stop))


async def _listen(wire: Wire, ready: threading.Event, stop: asyncio.Event) -> None:
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        wire._note(connections=wire.connections + 1)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                n_exchanges = 0
                while await _exchange(wire, reader, writer, n_exchanges):
                    n_exchanges += 1
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    ready.set()
    await stop.wait()
    server.close()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _exchange(
    wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n_exchanges: int
) -> bool:
    """Read one request and answer it; whether the connection goes on."""
    try:
        opening = await reader.readexactly(1)
        if opening == _TLS:
            return await _send_whole(writer, 400, "text/plain", "plain HTTP only", ()) and False
        head = (opening + await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return False
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path = first.split()[1]
    if wire.script.stale and n_exchanges:
        return False
    if not path.endswith("completions"):
        wire.probes.append(path)
        return await _tell(wire.script, path, writer)
    if _is_probe(asked := json.loads(body or b"{}")):
        wire.probes.append(path)
        return await _answer(wire.script, writer, asked)
    # A test may change it as soon as it sees the request.
    script = wire.script
    wire.paths.append(path)
    wire.headers.append(headers)
    wire.requests.append(asked)
    wire._note(running=wire.running + 1)
    answer = asyncio.ensure_future(_answer(script, writer, asked))
    # A client says nothing more while it waits, so that whatever comes is its leaving.
    gone = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            wire._note(hung_up=[*wire.hung_up, time.monotonic()])
            return False
        return answer.result()
    finally:
        for task in (answer, gone):
            task.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)
        wire._note(running=wire.running - 1)


def _is_probe(asked: dict[str, Any]) -> bool:
    """Whether it is asked for an impossible beginning, to see whether that is obeyed."""
    return "stream" not in asked and bool({"structured_outputs", "regex"} & asked.keys())


async def _tell(script: Script, path: str, writer: asyncio.StreamWriter) -> bool:
    """Answer a question about the server; whether the connection may be used again."""
    told: dict[str, Any] | None = {} if path == "/health" else None
    if path == "/v1/models" and script.owned_by is not None:
        length = {"max_model_len": script.max_model_len} if script.max_model_len else {}
        cards = [{"id": name, "owned_by": script.owned_by} | length for name in script.served]
        told = {"object": "list", "data": cards}
    if path == "/tokenize" and script.tokens is not None:
        told = {"tokens": list(script.tokens), "count": len(script.tokens)}
    status = 404 if told is None else 200
    return await _send_whole(writer, status, "application/json", json.dumps(told or {}), ())


def _beginning(asked: dict[str, Any]) -> str:
    """What the answer must begin with, of a pattern that says just that."""
    pattern: str = asked.get("structured_outputs", asked).get("regex", "")
    return re.sub(r"\\(.)", r"\1", pattern.removesuffix(r"[\s\S]*"))


def _refusal(script: Script, asked: dict[str, Any]) -> str | None:
    """Why the script takes no such request; None where it does."""
    if script.refuse_logprobs and "logprobs" in asked:
        return "logprobs is not supported"
    if script.refuse_beginnings and "structured_outputs" in asked:
        return "requires a tokenizer"
    if script.refuse_ids and not isinstance(asked.get("prompt", ""), str):
        return "prompt must be a string"
    named = [field for field in script.refuse if field in asked]
    return f"{named[0]!r} is not supported" if named else None


async def _answer(script: Script, writer: asyncio.StreamWriter, asked: dict[str, Any]) -> bool:
    """Send what the script says; whether the connection may be used again."""
    if script.hang == "before":
        await asyncio.Event().wait()
    if script.drop:
        return False
    if (refused := _refusal(script, asked)) is not None:
        refusal = json.dumps({"error": {"message": refused}})
        return await _send_whole(writer, 400, "application/json", refusal, ())
    if _is_probe(asked):
        text = (_beginning(asked) if script.heals else "") + "x"
        body = json.dumps({"choices": [{"index": 0, "text": text, "finish_reason": "length"}]})
        return await _send_whole(writer, 200, "application/json", body, ())
    if script.status != 200 or script.body:
        return await _send_whole(
            writer, script.status, script.content_type, script.body, script.headers
        )
    writer.write(_head(200, script.content_type, (("Transfer-Encoding", "chunked"),)))
    for place, line in enumerate(_events(script, asked)):
        await asyncio.sleep(script.delay_s)
        data = line.encode() + b"\n\n"
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await writer.drain()
        if script.hang == "during" and place == 0:
            await asyncio.Event().wait()
    if script.tear:
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _events(script: Script, asked: dict[str, Any]) -> Iterator[str]:
    if script.events is not None:
        yield from script.events
        return
    pieces = script.reply(asked) if script.reply else script.text
    if script.heals and _beginning(asked):
        pieces = (_beginning(asked), *pieces)
    for place, text in enumerate(pieces[: asked.get("max_tokens")]):
        said = {"delta": {"content": text}} if "messages" in asked else {"text": text}
        choice: dict[str, Any] = {"index": 0, **said, "finish_reason": None}
        if script.logprobs and "logprobs" in asked:
            logprob = script.logprobs[min(place, len(script.logprobs) - 1)]
            choice["logprobs"] = {"tokens": [text], "token_logprobs": [logprob]}
        yield _data({"choices": [choice]})
    if script.finish:
        yield _data({"choices": [{"index": 0, "text": "", "finish_reason": script.finish}]})
        if script.usage is not None and "stream_options" in asked:
            yield _data({"choices": [], "usage": script.usage})
        yield "data: [DONE]"


def _data(event: dict[str, Any]) -> str:
    return "data: " + json.dumps(event, ensure_ascii=False)


async def _send_whole(
    writer: asyncio.StreamWriter,
    status: int,
    content_type: str,
    body: str,
    headers: tuple[tuple[str, str], ...],
) -> bool:
    data = body.encode()
    length = ("Content-Length", str(len(data)))
    writer.write(_head(status, content_type, (length, *headers)) + data)
    await writer.drain()
    return True


def _head(status: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = (("Content-Type", content_type), *headers)
    fields = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"HTTP/1.1 {status} Scripted\r\n{fields}\r\n".encode()
