"""Connections that died, ways that end at a proxy, and answers without an end."""

from __future__ import annotations

import gzip
from contextlib import aclosing

import httpx
import pytest
import wire
from scripted_wire import Answer, serve

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.registry import Sharing
from inference.types import Prompt, Request
from inference.wire.bounded import MOST_BYTES
from inference.wire.kept import KeptClient
from inference.wire.models import listed

REQUEST = Request("", "", "a.py", "Python", Prompt("def f(", (1, 2), 9, (), ()))


async def _ask(backend):
    async with aclosing(backend.stream(REQUEST)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def test_questions_about_a_server_survive_a_dead_connection():
    script = wire.Script(owned_by="vllm", tokens=(5, 6), heals=True, stale=True)
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        for _ in range(2):
            assert await backend.probe((5, 6)) is None
            assert (backend.capabilities.token_ids, backend.capabilities.healing) == (True, True)
        await backend.aclose()


async def test_after_a_dead_connection_nothing_is_taken_for_granted():
    """Another server may have come in the place of the one that was probed."""
    with wire.serve(wire.Script(owned_by="vllm", tokens=(5, 6), heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.probe((5, 6))
        await _ask(backend)
        assert backend.certainty == "full"
        server.script = wire.Script(stale=True)
        assert await _ask(backend) == "pass"
        assert (backend.certainty, backend.capabilities.token_ids) == ("none", False)
        await backend.aclose()


async def test_a_probe_is_old_after_a_minute():
    """However much was answered in between."""
    with wire.serve(wire.Script(owned_by="vllm")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.probe(None)
        assert backend.certainty == "full"
        backend._probed_s -= 61
        assert backend.certainty == "some"
        await backend.probe(None)
        assert backend.certainty == "full"
        await backend.aclose()


@pytest.mark.parametrize("n_dead", [1, 3, 4])
async def test_as_many_dead_connections_as_are_kept_are_replaced(n_dead):
    left, lost = [n_dead], []

    def answer(request: httpx.Request) -> httpx.Response:
        if left[0]:
            left[0] -= 1
            raise httpx.RemoteProtocolError("closed")
        return httpx.Response(200, json={"said": request.content.decode()})

    transport = httpx.MockTransport(answer)
    async with KeptClient(transport=transport, lost=lambda: lost.append(1)) as http:
        if n_dead > 3:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post("http://server/", content=b"hi")
        else:
            assert (await http.post("http://server/", content=b"hi")).json() == {"said": "hi"}
    assert len(lost) == min(n_dead, 3)


async def test_an_answer_about_a_server_is_read_up_to_a_bound():
    """What is longer says nothing."""
    n_read = 0

    async def endless():
        nonlocal n_read
        while True:
            n_read += 100_000
            yield b" " * 100_000

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=endless()))
    async with KeptClient(transport=transport) as http:
        assert await listed(http, "http://server/v1") == ()
    assert MOST_BYTES < n_read < MOST_BYTES + 300_000


async def test_packed_answers_are_unpacked():
    packed = gzip.compress(b'{"data": [{"id": "tiny"}]}')
    answer = httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})
    async with KeptClient(transport=httpx.MockTransport(lambda _: answer)) as http:
        [model] = await listed(http, "http://server/v1")
    assert model.name == "tiny"


async def test_a_dead_proxy_is_told_as_one(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{wire.closed_port()}")
    backend = OpenAIBackend("https://models.example/v1", "tiny")
    with pytest.raises(BackendError, match=r"the proxy before models\.example can't be") as caught:
        await _ask(backend)
    await backend.aclose()
    assert caught.value.cause == "unreachable"


@pytest.mark.parametrize("name", ["Authorization", "host", "content-length", "Transfer-Encoding"])
def test_a_header_that_http_has_for_itself_is_refused(name):
    with pytest.raises(BackendError, match=r"set `server\.session_header` to one like"):
        OpenAIBackend("http://localhost:1/v1", "tiny", sharing=Sharing(session_header=name))


@pytest.mark.parametrize(
    ("answer", "said", "cause"),
    [
        (Answer({"error": "boom"}, 500), r"failed \(500\): 'boom'", "failed"),
        (Answer({"error": "Loading model"}, 503), "still loads its model", "unreachable"),
        (Answer({}, 502, (("content-type", "text/html"),)), r"failed \(502\)", "failed"),
    ],
)
async def test_a_server_that_fails_to_tell_its_models_is_told_by_its_status(answer, said, cause):
    with serve({"/v1/models": answer}) as server:
        backend = OpenAIBackend(f"http://127.0.0.1:{server.port}/v1", "tiny")
        with pytest.raises(BackendError, match=said) as caught:
            await backend.probe(None)
        await backend.aclose()
    assert caught.value.cause == cause


async def test_a_trial_that_takes_too_long_loses_nothing_that_was_found():
    """A cold server compiles for a while; whether it heals is asked again later."""
    script = wire.Script(owned_by="vllm", tokens=(5, 6), hang="before")
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", sharing=Sharing(read_s=0.05))
        assert await backend.probe((5, 6)) is None
        assert (backend.capabilities.token_ids, backend.capabilities.healing) == (True, False)
        server.script = wire.Script(owned_by="vllm", tokens=(5, 6), heals=True)
        await backend.probe((5, 6))
        assert backend.capabilities.healing
        await backend.aclose()


@pytest.mark.parametrize(("status", "kept"), [(429, None), (503, None), (500, False)])
async def test_a_busy_server_is_tried_again(status, kept):
    cards = {"data": [{"id": "tiny", "owned_by": "vllm"}]}
    answers = {"/v1/models": Answer(cards), "/v1/completions": Answer({"error": "no"}, status)}
    with serve(answers) as server:
        backend = OpenAIBackend(f"http://127.0.0.1:{server.port}/v1", "tiny")
        await backend.probe(None)
        assert backend._manner.heals is kept
        await backend.aclose()
