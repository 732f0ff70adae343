"""A server with one document open, spoken to as an editor would while somebody types."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from lsp_server import launch
from lsp_server.client import connect

TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"


def repository_in(folder):
    """One module, whose last line can be completed."""
    root = folder / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "a.py").write_text(TEXT)
    return root


class Editor:
    """A server with one document open, and what it has told."""

    def __init__(self, server, root):
        self.server = server
        self.uri = (root / "a.py").as_uri()
        self.messages = []
        self.statuses = []
        self.heard = asyncio.Event()
        server.listen(self._hear)
        document = {"uri": self.uri, "languageId": "python", "version": 1, "text": TEXT}
        server.notify("textDocument/didOpen", {"textDocument": document})

    def _hear(self, method, params):
        if method == "window/showMessage":
            self.messages.append(params["message"])
        if method == "infill/status":
            self.statuses.append(params)
        self.heard.set()

    async def complete(self):
        """What is offered behind `alp`, and what is said of it."""
        asked = {
            "textDocument": {"uri": self.uri},
            "position": {"line": 8, "character": 3},
            "context": {"triggerKind": 2},
        }
        items = await self.server.request("textDocument/inlineCompletion", asked)
        answer = self.server.last("infill/answer")
        return (items[0]["insertText"] if items else None), answer

    def configure(self, **settings):
        """Tell other settings."""
        params = {"settings": {"infill": settings}}
        self.server.notify("workspace/didChangeConfiguration", params)

    async def status(self, condition, timeout_s=20.0):
        """The newest status, once it is so."""
        async with asyncio.timeout(timeout_s):
            while not condition(told := self.server.last("infill/status")):
                self.heard.clear()
                await self.heard.wait()
        return told


@asynccontextmanager
async def editor(root, *arguments):
    """An editor with a server that has its index."""
    async with connect(launch.command("serve", *arguments), root) as server:
        await server.settled()
        yield Editor(server, root)


def uses(backend):
    """Whether a status says that all is well with that backend."""
    return lambda status: status["kind"] == "normal" and status["backend"] == backend


def is_a(kind):
    """Whether a status is of that kind."""
    return lambda status: status["kind"] == kind
