"""Requests answered without threads, network or waiting: a clock that jumps, a scripted backend."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from inference.types import Capabilities, Chunk
from lsp_server import completion
from lsp_server.inline import flow, starting
from lsp_server.inline.asked import asked_at
from lsp_server.inline.wanted import Wanted
from lsp_server.session import Session
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine
    from pathlib import Path

    from inference.types import Request


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time: the clock jumps to what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 1000.0
        selector: Any = self._selector  # type: ignore[attr-defined]
        really = selector.select

        def select(timeout_s: float | None = None) -> Any:
            assert timeout_s is not None, "everybody waits, and nothing will come"
            events = really(0)
            if not events:
                self._now_s += max(0.0, timeout_s)
            return events

        selector.select = select

    def time(self) -> float:
        """The clock, in seconds."""
        return self._now_s


class AtOnce(Executor):
    """An executor that does what it is given there and then."""

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)
        return future


@dataclass
class Scripted:
    """A backend that answers by a script, and notes what it is at.

    Attributes:
        reply: the pieces for a request, each with the seconds before it.
        begun: requests as they came.
        running: by path.
        most: the most that ever ran for one path, and over all.
        stopped: requests that were ended before their end.
        leaves_s: how long it takes to let go.
    """

    reply: Callable[[Request], list[tuple[float, str]]]
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(prompt=False))
    begun: list[Request] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    stopped: list[Request] = field(default_factory=list)
    leaves_s: float = 0.0

    async def stream(self, request: Request) -> AsyncGenerator[Chunk]:
        """The pieces, then the end."""
        self.begun.append(request)
        self.running[request.path] = self.running.get(request.path, 0) + 1
        for name, n in ((request.path, self.running[request.path]), ("", self.n_running)):
            self.most[name] = max(self.most.get(name, 0), n)
        is_over = False
        try:
            for wait_s, text in self.reply(request):
                await asyncio.sleep(wait_s)
                yield Chunk(text, n_tokens=1)
            yield Chunk("", finish_reason="stop")
            is_over = True
        finally:
            try:
                if not is_over:
                    self.stopped.append(request)
                    await asyncio.sleep(self.leaves_s)
            finally:
                self.running[request.path] -= 1

    @property
    def n_running(self) -> int:
        """How many run now."""
        return sum(self.running.values())

    async def warm(self, request: Request) -> None:
        """Nothing."""

    async def aclose(self) -> None:
        """Nothing."""


class Desk:
    """An editor's side of it: documents that are typed in and asked about."""

    def __init__(self, root: Path, backend: Scripted, **completion_settings: Any) -> None:
        self.session = Session()
        self.session.executor.shutdown()
        self.session.executor = AtOnce()  # type: ignore[assignment]
        self.server: Any = SimpleNamespace(session=self.session)
        settings = Settings(
            backend="openai",
            endpoint="http://127.0.0.1:1/v1",
            completion={"debounce_ms": 0, "prefetch": False} | completion_settings,
        )
        self.workspace = open_workspace(root, settings, None)
        self.backend = self.workspace.backend = backend  # type: ignore[assignment]
        self.session.folders[root] = self.workspace
        self.root = root
        self.cursors: dict[str, int] = {}

    def open(self, text: str, cursor: int | None = None, name: str = "a.txt") -> str:
        """A document with its cursor at the end, or there; its URI."""
        uri = (self.root / name).as_uri()
        language = "python" if name.endswith(".py") else "plaintext"
        self.session.documents.open(types.TextDocumentItem(uri, language, 1, text))
        self.cursors[uri] = len(text) if cursor is None else cursor
        return uri

    def text(self, uri: str) -> str:
        """What stands in a document."""
        document = self.session.documents.get(uri)
        assert document is not None
        return document.text

    def edit(self, uri: str, text: str, cursor: int) -> None:
        """Put another text in the place of a document's."""
        document = self.session.documents.get(uri)
        assert document is not None
        identifier = types.VersionedTextDocumentIdentifier(document.version + 1, uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.session.documents.change(types.DidChangeTextDocumentParams(identifier, [change]))
        self.cursors[uri] = cursor

    def type(self, uri: str, typed: str) -> None:
        """Type at the cursor; a backspace deletes a character."""
        for key in typed:
            text, at = self.text(uri), self.cursors[uri]
            if key == "\b":
                self.edit(uri, text[: at - 1] + text[at:], at - 1)
            else:
                self.edit(uri, text[:at] + key + text[at:], at + 1)

    def asked(self, uri: str, *, is_invoked: bool = False) -> Any:
        """A request at the cursor, as it is now."""
        document = self.session.documents.get(uri)
        assert document is not None
        before = document.text[: self.cursors[uri]]
        line = before.count("\n")
        position = types.Position(line, len(before) - (before.rfind("\n") + 1))
        kinds = types.InlineCompletionTriggerKind
        kind = kinds.Invoked if is_invoked else kinds.Automatic
        return asked_at(self.session, document, position, types.InlineCompletionContext(kind))

    def ask(
        self, uri: str, *, is_invoked: bool = False, on_text: Any = None
    ) -> asyncio.Task[flow.Answer]:
        """The request on its way."""
        asked = self.asked(uri, is_invoked=is_invoked)
        return asyncio.ensure_future(flow.answered(self.server, asked, on_text))


def run(monkeypatch: Any, work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, by a clock that jumps."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        loop = runner.get_loop()
        clock = SimpleNamespace(perf_counter=loop.time)
        for module in (flow, starting, completion):
            monkeypatch.setattr(module, "time", clock)
        # How much is wanted is another matter.
        monkeypatch.setattr(completion, "wanted", lambda _: Wanted("block", 1, 64))
        return runner.run(work)


def shown(answer: Any) -> str | None:
    """The text that an answer offers."""
    return answer.completions[0].text if answer.completions else None
