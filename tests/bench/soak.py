"""A server process under six typists: is anything stale, doubled, slow, leaking or failing?

    python tests/bench/soak.py [--seconds 120] [--keys-per-s 10] [--documents 6]

The real server, over stdio, at a streaming HTTP backend in this process that says its
first word after 150 ms. Each typist types a file of the standard library, ten keys a
second, with a request at each; every second one cancels what he has overtaken, as VS Code
does, the others don't, as Neovim; they don't type in step. What the backend says goes on
as the file does, now and then otherwise. Every answer is applied to the document that it
is for and compared with what the backend had said. An answer may cross with a key: how
long before it came that key was pressed is told. Beside the answers from the cache stands
what an empty exchange takes in the same run: a request that the server doesn't know.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from lsp_server import launch
from lsp_server.client import Connection, connect
from lsp_server.errors import FailureError

FIRST_TOKEN_S, TOKEN_S = 0.15, 0.005
_BAR = "\uff5c"
_BEGIN, _HOLE, _END = (f"<{_BAR}fim\u2581{name}{_BAR}>" for name in ("begin", "hole", "end"))
_PROMPT = re.compile(f".*{_BEGIN}(.*?){_HOLE}.*?{_END}(.*)", re.DOTALL)
_MARK = "# document "
_AROUND = 400


def said(truth: str, prefix: str) -> str:
    """What the backend says there: two lines of the truth, or at each seventh place another."""
    if not truth.startswith(prefix) or len(prefix) % 7 == 0:
        return f"other_{len(prefix)}"
    rest = truth[len(prefix) :]
    return "\n".join(rest.split("\n")[:2])


@dataclass
class Backend:
    """The HTTP backend, and what it saw."""

    truths: list[str]
    running: Counter[int] = field(default_factory=Counter)
    most: Counter[int] = field(default_factory=Counter)
    n_asked: int = 0
    n_ended: int = 0
    odd: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        found = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(found[1]) if found else 0)
        if "/completions" not in head.split("\r\n", 1)[0]:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        place = self._place(json.loads(body)["prompt"])
        if place is None:
            self.odd += 1
            place = (-1, "")
        number, prefix = place
        self.n_asked += 1
        self.running[number] += 1
        self.most[number] = max(self.most[number], self.running[number])
        answer = asyncio.ensure_future(self._answer(writer, said(self.truths[number], prefix)))
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        self.running[number] -= 1
        is_whole = answer.done() and not gone.done()
        self.n_ended += not is_whole
        for task in (answer, gone):
            task.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)
        return is_whole

    def _place(self, prompt: Any) -> tuple[int, str] | None:
        found = _PROMPT.match(prompt) if isinstance(prompt, str) else None
        if found is None or _MARK not in found[1]:
            return None
        prefix = found[1][found[1].rindex(_MARK) :] + found[2]
        return int(prefix[len(_MARK) :].split("\n", 1)[0]), prefix

    async def _answer(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        await asyncio.sleep(FIRST_TOKEN_S)
        for piece in (*re.findall(r"\s*\S{1,6}|\s+", text), None):
            choice = {"index": 0, "text": piece or "", "finish_reason": None if piece else "stop"}
            self._send(writer, json.dumps({"choices": [choice]}))
            await asyncio.sleep(TOKEN_S)
        self._send(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    def _send(self, writer: asyncio.StreamWriter, event: str) -> None:
        data = b"data: " + event.encode() + b"\n\n"
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))


@dataclass
class Seen:
    """What the typists saw."""

    n_keys: int = 0
    n_shown: int = 0
    crossed_ms: list[float] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    cache_ms: list[float] = field(default_factory=list)
    empty_ms: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


class Typist:
    """Somebody who types one document."""

    def __init__(self, server: Connection, uri: str, truth: str, seen: Seen, number: int) -> None:
        self.server, self.uri, self.truth, self.seen = server, uri, truth, seen
        self.cancels, self.phase = number % 2 == 0, number * 0.618 % 1
        self.n, self.version = truth.index("\n") + 1, 1
        self.by_version, self.sent_s = {1: self.n}, dict[int, float]()
        self.tasks: set[asyncio.Task[None]] = set()
        document = {"uri": uri, "languageId": "plaintext", "version": 1, "text": truth[: self.n]}
        server.notify("textDocument/didOpen", {"textDocument": document})

    async def work(self, until_s: float, keys_per_s: float) -> None:
        """Type until then."""
        newest: asyncio.Task[None] | None = None
        await asyncio.sleep(self.phase / keys_per_s)
        while time.monotonic() < until_s and self.n < len(self.truth):
            self._key()
            if newest is not None and self.cancels:
                newest.cancel()
            newest = asyncio.create_task(self._ask())
            self.tasks.add(newest)
            newest.add_done_callback(self.tasks.discard)
            await asyncio.sleep(1 / keys_per_s)
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _position(self) -> dict[str, int]:
        before = self.truth[: self.n]
        return {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def _key(self) -> None:
        at = self._position()
        change = {"range": {"start": at, "end": at}, "text": self.truth[self.n]}
        self.n, self.version = self.n + 1, self.version + 1
        self.by_version[self.version], self.sent_s[self.version] = self.n, time.perf_counter()
        self.seen.n_keys += 1
        document = {"uri": self.uri, "version": self.version}
        params = {"textDocument": document, "contentChanges": [change]}
        self.server.notify("textDocument/didChange", params)

    async def _ask(self) -> None:
        told: list[dict[str, Any]] = []

        def hear(method: str, params: dict[str, Any]) -> None:
            if method == "infill/answer" and params["uri"] == self.uri:
                told.append(params)

        asked = {
            "textDocument": {"uri": self.uri},
            "position": self._position(),
            "context": {"triggerKind": 2},
        }
        self.server.listen(hear)
        began_s = time.perf_counter()
        try:
            items = await self.server.request("textDocument/inlineCompletion", asked)
        except FailureError as error:
            self.seen.errors.append(str(error))
            return
        finally:
            self.server._listeners.remove(hear)
        # The last one told before an answer is that answer's.
        self._look(items, told[-1], (time.perf_counter() - began_s) * 1000)

    def _look(self, items: list[dict[str, Any]], told: dict[str, Any], took_ms: float) -> None:
        seen = self.seen
        if told["error"] is not None:
            seen.errors.append(told["error"]["message"])
        seen.reasons[re.sub(r"[\d.]+", "N", told["reason"] or "shown")] += 1
        if not items:
            return
        seen.n_shown += 1
        seen.sources[told["source"]] += 1
        if told["source"] == "cache":
            seen.cache_ms.append(took_ms)
        typed_on_s = self.sent_s.get(told["version"] + 1)
        if typed_on_s is not None:
            seen.crossed_ms.append((time.perf_counter() - typed_on_s) * 1000)
        prefix = self.truth[: self.by_version[told["version"]]]
        whole = prefix + items[0]["insertText"]
        earlier = (self.truth[:n] for n in range(len(prefix), max(0, len(prefix) - _AROUND), -1))
        if not any((each + said(self.truth, each)).startswith(whole) for each in earlier):
            seen.stale.append(whole[-80:])


def resident_mb(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


async def _watch(pid: int, sizes: list[float]) -> None:
    while True:
        sizes.append(resident_mb(pid))
        await asyncio.sleep(2)


async def _exchange_nothing(server: Connection, seen: Seen) -> None:
    """Now and then, what an empty exchange takes."""
    while True:
        await asyncio.sleep(0.037)
        began_s = time.perf_counter()
        with suppress(FailureError):
            await server.request("bench/unknown", None)
        seen.empty_ms.append((time.perf_counter() - began_s) * 1000)


async def soak(options: argparse.Namespace, root: Path, text: str) -> None:
    """Type, and print what was seen."""
    size = len(text) // options.documents
    truths = [f"{_MARK}{n}\n" + text[n * size : (n + 1) * size] for n in range(options.documents)]
    backend, seen, sizes = Backend(truths), Seen(), list[float]()
    listening = await asyncio.start_server(backend.serve, "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    pairs = {"backend": "openai", "endpoint": endpoint, "prompt.warm_up": "false"}
    sets = [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
    async with connect(launch.command("serve", *sets), root) as server:
        await server.settled()
        uris = [(root / f"d{n}.txt").as_uri() for n in range(options.documents)]
        typists = [
            Typist(server, uri, truth, seen, n)
            for n, (uri, truth) in enumerate(zip(uris, truths, strict=True))
        ]
        aside = [
            asyncio.create_task(_watch(server.pid, sizes)),
            asyncio.create_task(_exchange_nothing(server, seen)),
        ]
        until_s = time.monotonic() + options.seconds
        await asyncio.gather(*(each.work(until_s, options.keys_per_s) for each in typists))
        for task in aside:
            task.cancel()
        _print(backend, seen, sizes)
    listening.close()


def _print(backend: Backend, seen: Seen, sizes: list[float]) -> None:
    print(f"keys {seen.n_keys}, answers shown {seen.n_shown} by source {dict(seen.sources)}")
    print(f"stale {len(seen.stale)} {seen.stale[:3]}")
    print(
        f"crossed with a key {len(seen.crossed_ms)}, pressed at most "
        f"{max(seen.crossed_ms, default=0):.1f} ms before"
    )
    most = max(n for number, n in backend.most.items() if number >= 0)
    print(
        f"backend: asked {backend.n_asked}, ended early {backend.n_ended}, most at once for one "
        f"document {most}, not understood {backend.odd}"
    )
    for what, times_ms in (("from the cache", seen.cache_ms), ("empty", seen.empty_ms)):
        cuts = quantiles(times_ms or [0, 0], n=100)
        print(f"answers, {what}: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms")
    points = [sizes[len(sizes) * part // 4] for part in range(4)]
    print("memory MB:", ", ".join(f"{size:.1f}" for size in (*points, sizes[-1])))
    print(f"errors {len(seen.errors)} {seen.errors[:3]}")
    for reason, n in seen.reasons.most_common(8):
        print(f"  {n:6} {reason}")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--keys-per-s", type=float, default=10)
    parser.add_argument("--documents", type=int, default=6)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        root = Path(folder) / "repository"
        (root / ".git").mkdir(parents=True)
        text = Path(argparse.__file__).read_text()
        asyncio.run(soak(parser.parse_args(), root, text))


if __name__ == "__main__":
    main()
