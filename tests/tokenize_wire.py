"""A stand-in for servers' tokenize endpoints, on 127.0.0.1, with a small tokenizer behind it.

What it answers has the shape of what vLLM and llama.cpp answer: vLLM reads control texts
as control tokens and spells tokens as the vocabulary does; llama.cpp reads them so
only when told to, and spells tokens as text, or as numbers where they are none.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import tokenizers

from inference.tokens.spelling import spelt_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(slots=True)
class Told:
    """A running server.

    Attributes:
        dialect: whose endpoint it has; `none` has none.
        prompts: every text that it was asked about, in order.
        status: of all its answers.
        answer: sent instead of what it should.
        drips: instead of an answer a byte now and then comes, `start` of the headers or `body`
            behind them, until the server is left.
    """

    tokenizer: tokenizers.Tokenizer
    bare: tokenizers.Tokenizer
    dialect: str
    port: int = 0
    prompts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    status: int = 200
    answer: str | None = None
    drips: str | None = None
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoint(self) -> str:
        """The base address, `/v1` included."""
        return f"http://127.0.0.1:{self.port}/v1"

    def reply(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; None where there is no such path."""
        if self.dialect == "none":
            return None
        if path == "/detokenize":
            key = "prompt" if self.dialect == "vllm" else "content"
            return {key: self.tokenizer.decode(body["tokens"], skip_special_tokens=False)}
        if self.dialect == "vllm":
            return self._as_vllm(body) if "prompt" in body else None
        if "content" not in body:
            return {"tokens": []}
        by = self.tokenizer if body["parse_special"] else self.bare
        encoded = by.encode(body["content"], add_special_tokens=False)
        self.prompts.append(body["content"])
        pairs = zip(encoded.ids, encoded.tokens, strict=True)
        return {"tokens": [{"id": number, "piece": _piece(token)} for number, token in pairs]}

    def _as_vllm(self, body: dict[str, Any]) -> dict[str, Any]:
        self.prompts.append(body["prompt"])
        encoded = self.tokenizer.encode(body["prompt"], add_special_tokens=False)
        told = {"count": len(encoded.ids), "max_model_len": 8192, "tokens": encoded.ids}
        return told | {"token_strs": encoded.tokens}


def _piece(token: str) -> str | list[int]:
    spelt = spelt_bytes(token, "bytes")
    if spelt is None:
        return token
    try:
        return spelt.decode()
    except UnicodeDecodeError:
        return list(spelt)


@contextmanager
def serve(path: Path, dialect: str = "vllm") -> Iterator[Told]:
    """A server with the tokenizer of that file, until the block is left."""
    full = tokenizers.Tokenizer.from_file(str(path))
    described = json.loads(path.read_text(encoding="utf-8")) | {"added_tokens": []}
    told = Told(full, tokenizers.Tokenizer.from_str(json.dumps(described)), dialect)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.left.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(told: Told) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told.paths.append(self.path)
            told.keys.append(self.headers["authorization"])
            if told.drips:
                self.drip()
                return
            found = told.reply(self.path, body)
            data = (told.answer or json.dumps(found)).encode()
            self.send_response(told.status if found is not None else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def drip(self) -> None:
            if told.drips == "body":
                self.send_response(told.status)
                self.end_headers()
            with suppress(OSError):
                while not told.left.wait(0.02):
                    self.wfile.write(b" " if told.drips == "body" else b"H")
                    self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Nothing: standard error is the tests'."""

    return Handler
