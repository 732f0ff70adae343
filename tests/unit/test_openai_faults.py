"""What the openai backend says when something goes wrong on the wire."""

from __future__ import annotations

from contextlib import aclosing

import pytest
import wire

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.registry import Sharing
from inference.types import Prompt, Request

KEY = "sk-secret-0123456789"
PRIVATE_CODE = "launch_code = 'correct horse battery'"
PROMPT = Prompt(PRIVATE_CODE, None, 9, ("<eos>",), ())
REQUEST = Request(PRIVATE_CODE, "", "a.py", "Python", PROMPT, max_new_tokens=16)


async def _collect(backend: OpenAIBackend, request: Request) -> None:
    try:
        async with aclosing(backend.stream(request)) as chunks:
            async for _ in chunks:
                pass
    finally:
        await backend.aclose()


async def _fault(endpoint: str, *, read_s: float = 5.0, key: str | None = KEY) -> str:
    """What the backend says when it fails; never the key or the code."""
    backend = OpenAIBackend(endpoint, "tiny", key, sharing=Sharing(connect_s=1.0, read_s=read_s))
    with pytest.raises(BackendError) as caught:
        await _collect(backend, REQUEST)
    message = str(caught.value)
    assert KEY not in message
    assert "correct horse" not in message
    return message


FAULTS = {
    "bad key": (wire.Script(status=401, body="{}"), "refused the API key (401)"),
    "forbidden": (wire.Script(status=403), "`api_key_env`"),
    "wrong path": (wire.Script(status=404, body='{"detail": "Not Found"}'), "end in /v1?"),
    "wrong model": (
        wire.Script(status=404, body='{"error": {"message": "The model `tiny` does not exist."}}'),
        "has no model 'tiny'",
    ),
    "too many": (
        wire.Script(status=429, headers=(("Retry-After", "7"),)),
        "asked again in 7 s",
    ),
    "failure": (wire.Script(status=500, body='{"error": "CUDA out of memory"}'), "CUDA out of"),
    "unknown status": (wire.Script(status=418), "status 418"),
    "redirect": (
        wire.Script(status=307, headers=(("Location", "https://elsewhere.example/"),)),
        "redirects elsewhere",
    ),
    "refused": (
        wire.Script(status=400, body='{"message": "temperature must be positive"}'),
        "temperature must be positive",
    ),
    "echo": (
        wire.Script(status=400, body='{"message": "bad prompt: ' + PRIVATE_CODE + '"}'),
        "refused the request (400)",
    ),
    "key echo": (wire.Script(status=403, body='{"error": "no such key ' + KEY + '"}'), "(403);"),
    "page": (wire.Script(body="<html></html>", content_type="text/html"), "a web page"),
    "a page of a proxy": (
        wire.Script(status=502, body="<html></html>", content_type="text/html"),
        "failed (502)",
    ),
    "a page for what is too large": (
        wire.Script(status=413, body="<html></html>", content_type="text/html"),
        "no request of that size",
    ),
    "another packing": (
        wire.Script(body="data: {}", headers=(("Content-Encoding", "br, x-odd"),)),
        "packed its answer in a way that wasn't asked for: 'br, x-odd'",
    ),
    "a broken packing": (
        wire.Script(body="data: {}", headers=(("Content-Encoding", "gzip"),)),
        "can't be unpacked",
    ),
    "json without end": (
        wire.Script(body=" " * 4_000_001, content_type="application/json"),
        "more than 4000000 bytes",
    ),
    "events without end": (wire.Script(body="data: [,,,,,,,,,\n" * 410_000), "more than 4000000"),
    "nonsense": (wire.Script(events=("data: {oops",)), "isn't JSON"),
    "a list": (wire.Script(events=("data: []",)), "isn't an object"),
    "nested without end": (wire.Script(events=("data: " + "[" * 30_000,)), "isn't JSON"),
    "nested refusal": (wire.Script(status=400, body="[" * 30_000), "refused the request (400)"),
    "choices that are none": (wire.Script(events=('data: {"choices": 5}',)), "unknown shape"),
    "choices by name": (wire.Script(events=('data: {"choices": {"a": 1}}',)), "unknown shape"),
    "unknown shape": (wire.Script(events=('data: {"choices": ["a"]}',)), "unknown shape"),
    "error event": (
        wire.Script(events=('data: {"error": {"message": "engine died"}}',)),
        "gave up on the answer: 'engine died'",
    ),
    "half a stream": (wire.Script(finish=None, tear=True), "in the middle of its answer"),
    "no end": (wire.Script(finish=None), "without saying that it was done"),
    "no answer": (wire.Script(drop=True), "closed the connection without an answer"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_has_its_own_words(name):
    script, expected = FAULTS[name]
    with wire.serve(script) as server:
        message = await _fault(server.endpoint)
    assert f"127.0.0.1:{server.port}" in message
    assert expected in message


@pytest.mark.parametrize(
    ("hang", "expected"), [("before", "said nothing"), ("during", "in the middle")]
)
async def test_a_hanging_server_counts_as_gone(hang, expected):
    with wire.serve(wire.Script(hang=hang)) as server:
        assert expected in await _fault(server.endpoint, read_s=0.05)


async def test_nothing_listens():
    assert "nothing listens" in await _fault(f"http://127.0.0.1:{wire.closed_port()}/v1")


async def test_https_where_only_http_is_spoken():
    with wire.serve() as server:
        message = await _fault(f"https://127.0.0.1:{server.port}/v1")
    assert "does it speak https" in message


async def test_without_a_key_a_refusal_asks_for_one():
    with wire.serve(wire.Script(status=401)) as server:
        assert "wants an API key" in await _fault(server.endpoint, key=None)


async def test_a_chat_is_not_a_completion():
    backend = OpenAIBackend("http://localhost:1/v1", "tiny")
    with pytest.raises(BackendError, match="without a prompt or messages"):
        await _collect(backend, Request("", "", "a.py", "Python"))


@pytest.mark.parametrize("key", ["naïve", "two\nlines"])
def test_a_key_that_no_header_can_carry_is_refused(key):
    with pytest.raises(BackendError, match="no key has"):
        OpenAIBackend("http://localhost:1/v1", "tiny", key)
