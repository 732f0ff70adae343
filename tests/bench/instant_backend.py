"""A model server that answers at once, so that what is left of a completion's time is ours.

    python tests/bench/instant_backend.py PORT [--tokenizer FILE]

It speaks vLLM's dialect over HTTP/1.1: `/v1/models`, `/tokenize` (with a tokenizer), and
`/v1/completions` as a stream of one event for every few characters, all of them written at
once. `POST /answer` says what it answers from then on; where a request wants its answer to
begin with a text, that comes first. Prompts are neither parsed nor read, so that it costs
nearly nothing itself; `overhead.py` measures how much. A pause before each answer can be
had with `--delay-ms`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "tiny"
_EVENT_CHARS = 4
_CONTEXT = 131_072


@dataclass(slots=True)
class Answering:
    """What is answered, and by which tokenizer texts are read; counts the completions asked for."""

    tokenizer: Any = None
    delay_s: float = 0.0
    text: str = "zq0"
    n_completions: int = 0


async def serve(port: int, answering: Answering) -> None:
    """Answer until the process is ended; says so on standard output once it can."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await _request(reader)) is not None:
                path, body = asked
                if path.endswith("/completions") and answering.delay_s:
                    await asyncio.sleep(answering.delay_s)
                writer.write(_answer(path, body, answering))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _request(reader: asyncio.StreamReader) -> tuple[str, bytes] | None:
    """The path and the body of the next request; None where no more comes."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    body = await reader.readexactly(int(found[1])) if found else b""
    return head.split(b" ", 2)[1].decode(), body


def _answer(path: str, body: bytes, answering: Answering) -> bytes:
    if path == "/answer":
        answering.text = body.decode()
        return _plain({"completions": answering.n_completions})
    if path.endswith("/models"):
        model = {"id": MODEL, "owned_by": "vllm", "max_model_len": _CONTEXT}
        return _plain({"data": [model]})
    if path.endswith("/tokenize") and answering.tokenizer is not None:
        asked = json.loads(body)
        ids = answering.tokenizer.encode(asked["prompt"], add_special_tokens=False).ids
        return _plain({"tokens": ids})
    if not path.endswith("/completions"):
        return _plain({})
    answering.n_completions += 1
    asked = _fields(body)
    text = _beginning(asked) + answering.text
    if not asked.get("stream"):
        return _plain({"choices": [{"index": 0, "text": text, "finish_reason": "length"}]})
    return _stream(text)


def _fields(body: bytes) -> dict[str, Any]:
    """What is asked besides the prompt; a quote within the prompt is escaped."""
    at = body.rfind(b'"model"')
    prompt = body.find(b'"prompt"')
    found: dict[str, Any] = json.loads(body if prompt > at else b"{" + body[at:])
    return found


def _beginning(asked: dict[str, Any]) -> str:
    pattern = asked.get("structured_outputs", {}).get("regex", "").removesuffix(r"[\s\S]*")
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def _plain(answer: dict[str, Any]) -> bytes:
    body = json.dumps(answer).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def _stream(text: str) -> bytes:
    """The events of a completion, in one piece."""
    pieces = [text[at : at + _EVENT_CHARS] for at in range(0, len(text), _EVENT_CHARS)] or [""]
    ends = [*[None] * (len(pieces) - 1), "stop"]
    events = [_event(piece, end) for piece, end in zip(pieces, ends, strict=True)]
    usage = {"prompt_tokens": 8000, "completion_tokens": len(pieces), "total_tokens": 8000}
    events += [json.dumps({**_SAME, "choices": [], "usage": usage}), "[DONE]"]
    body = "".join(f"data: {event}\n\n" for event in events).encode()
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        b"transfer-encoding: chunked\r\n\r\n%x\r\n"
    )
    return head % len(body) + body + b"\r\n0\r\n\r\n"


_SAME = {"id": "cmpl-0", "object": "text_completion", "created": 1, "model": MODEL}


def _event(text: str, ended: str | None) -> str:
    logprobs = {"tokens": [text], "token_logprobs": [-0.1], "top_logprobs": [None]}
    logprobs["text_offset"] = [0]
    choice = {"index": 0, "text": text, "logprobs": logprobs, "finish_reason": ended}
    return json.dumps({**_SAME, "choices": [choice | {"stop_reason": None}], "usage": None})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    options = parser.parse_args()
    tokenizer = None
    if options.tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(options.tokenizer))
    asyncio.run(serve(options.port, Answering(tokenizer, options.delay_ms / 1000)))
