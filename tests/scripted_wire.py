"""A server on 127.0.0.1 that answers each path by a script, over real HTTP.

`wire` is the one that speaks OpenAI's API.

    with scripted_wire.serve({"/props": Answer({"total_slots": 2})}) as server:
        ...  # http://127.0.0.1:{server.port}
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers.

    Attributes:
        body: an object, or the raw pieces of a stream.
        status: of the answer.
        headers: further ones.
    """

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Server:
    """A running server: its answers may be exchanged, what it was asked is recorded."""

    answers: dict[str, Answer]
    port: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def bodies(self, path: str) -> list[Any]:
        """What was asked of that path."""
        return [body for one, body in self.asked if one == path]


@contextmanager
def serve(answers: dict[str, Answer]) -> Iterator[Server]:
    """The server, until the block is left."""
    server = Server(dict(answers))
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self._reply(json.loads(self.rfile.read(length) or b"null"))

        def log_message(self, *_: object) -> None:
            pass

        def _reply(self, body: Any) -> None:
            server.asked.append((self.path, body))
            server.headers.append({name.lower(): text for name, text in self.headers.items()})
            answer = server.answers.get(self.path, Answer({"error": "no such path"}, 404))
            pieces = [json.dumps(answer.body).encode()]
            kind = "application/json"
            if isinstance(answer.body, tuple):
                pieces, kind = [piece.encode() for piece in answer.body], "text/event-stream"
            self.send_response(answer.status)
            for name, text in (("content-type", kind), *answer.headers):
                self.send_header(name, text)
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()

    return Handler
