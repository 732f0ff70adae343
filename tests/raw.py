"""A server process, spoken to in bytes: for what no well-behaved client would send."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

from lsp_server import launch

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}


class Raw:
    """A server process, spoken to in bytes."""

    def __init__(self, process):
        self.process = process

    def send(self, message, header="Content-Length"):
        """Send bytes, or an object as JSON, in a frame."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(f"{header}: {len(body)}\r\n\r\n".encode() + body)

    def ask(self, identifier, method, params):
        """Send a request."""
        self.send({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})

    def tell(self, method, params):
        """Send a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def next(self):
        """The next message from the server."""
        head = await asyncio.wait_for(self.process.stdout.readuntil(b"\r\n\r\n"), 20)
        length = next(int(x.split(b":")[1]) for x in head.split(b"\r\n") if b"Length" in x)
        return json.loads(await self.process.stdout.readexactly(length))

    async def answer(self, identifier):
        """The answer to a request; what comes before it is passed over."""
        while True:
            message = await self.next()
            if message.get("id") == identifier and "method" not in message:
                return message

    async def rest(self):
        """Every message up to the end of the stream."""
        messages = []
        try:
            while True:
                messages.append(await self.next())
        except asyncio.IncompleteReadError:
            return messages

    async def completed(self, identifier, uri, line, character):
        """The answer to a request for a completion."""
        self.ask(
            identifier,
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": 1},
            },
        )
        return await self.answer(identifier)

    def open(self, uri, text, language="python"):
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def edit(self, uri, version, *changes):
        """Change a document; a change is a text, or start, end and a text."""
        told = [
            {"text": change}
            if isinstance(change, str)
            else {"range": {"start": _at(change[0]), "end": _at(change[1])}, "text": change[2]}
            for change in changes
        ]
        identifier = {"uri": uri, "version": version}
        self.tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": told})

    async def begin(self, **more):
        """Shake hands."""
        self.ask(0, "initialize", INITIALIZE | more)
        answer = await self.answer(0)
        self.tell("initialized", {})
        return answer


@asynccontextmanager
async def raw(*arguments):
    """A server process; a traceback on its standard error fails the test."""
    process = await asyncio.create_subprocess_exec(
        *launch.command("serve", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    # asyncio sees no process end before its pipes are read.
    log = asyncio.create_task(process.stderr.read())
    try:
        yield Raw(process)
    finally:
        process.stdin.close()
        err = await asyncio.wait_for(log, 20)
        await asyncio.wait_for(process.wait(), 20)
        assert b"Traceback" not in err, err.decode()


def _at(place):
    return {"line": place[0], "character": place[1]}
