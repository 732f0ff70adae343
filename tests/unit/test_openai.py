"""The openai backend against a real HTTP server on this machine."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import aclosing

import pytest
import wire

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.types import Capabilities, Chunk, Prompt, Request

KEY = "sk-secret-0123456789"
PRIVATE_CODE = "launch_code = 'correct horse battery'"


def _request(*, ids: tuple[int, ...] | None = None, n: int = 16, healing: str = "") -> Request:
    prompt = Prompt(PRIVATE_CODE, ids, 9, ("<eos>", "a", "b", "c", "d"), (), healing=healing)
    return Request(PRIVATE_CODE, "", "a.py", "Python", prompt, max_new_tokens=n)


async def _collect(backend: OpenAIBackend, request: Request) -> list[Chunk]:
    try:
        async with aclosing(backend.stream(request)) as chunks:
            return [chunk async for chunk in chunks]
    finally:
        await backend.aclose()


async def test_text_comes_in_pieces_and_ends_with_a_reason():
    script = wire.Script(text=("return ", "x\u2028\n"), logprobs=(-0.5, -0.25))
    with wire.serve(script) as server:
        chunks = await _collect(OpenAIBackend(server.endpoint, "tiny", KEY), _request())
    assert "".join(chunk.text for chunk in chunks) == "return x\u2028\n"
    assert [(chunk.logprob, chunk.n_tokens) for chunk in chunks[:2]] == [(-0.5, 1), (-0.25, 1)]
    assert [chunk.finish_reason for chunk in chunks] == [None, None, "stop"]


async def test_what_is_asked():
    with wire.serve() as server:
        await _collect(OpenAIBackend(server.endpoint + "/", "tiny", KEY), _request())
    assert server.paths == ["/v1/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.requests[0] == {
        "model": "tiny",
        "prompt": PRIVATE_CODE,
        "max_tokens": 16,
        "temperature": 0.0,
        "top_p": 1.0,
        "stop": ["<eos>", "a", "b", "c"],
        "stream": True,
        "logprobs": 1,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(("send_ids", "sent"), [(True, [1, 2, 3]), (False, PRIVATE_CODE)])
async def test_ids_are_sent_only_where_they_are_wanted(send_ids, sent):
    with wire.serve() as server:
        backend = OpenAIBackend(server.endpoint, "tiny", send_ids=send_ids)
        assert backend.capabilities.token_ids is send_ids
        await _collect(backend, _request(ids=(1, 2, 3)))
    assert server.requests[0]["prompt"] == sent
    assert "authorization" not in server.headers[0]


async def test_a_server_without_logprobs_is_asked_without_from_then_on():
    with wire.serve(wire.Script(refuse_logprobs=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        for _ in range(2):
            async with aclosing(backend.stream(_request())) as chunks:
                assert [chunk.text async for chunk in chunks] == ["pass", ""]
        await backend.aclose()
    assert ["logprobs" in asked for asked in server.requests] == [True, False, False]


async def test_the_answer_is_made_to_begin_with_what_the_prompt_leaves_out():
    """By a pattern that escapes what means something in patterns; asked for only then."""
    with wire.serve(wire.Script(heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", heal=True)
        assert backend.capabilities.healing
        chunks = await _collect(backend, _request(healing="$x["))
        assert "".join(chunk.text for chunk in chunks) == "$x[pass"
        await _collect(backend, _request())
    pattern = server.requests[0]["structured_outputs"]["regex"]
    assert re.fullmatch(pattern, "$x[ and\nmore")
    assert not re.fullmatch(pattern, " $x[")
    assert "structured_outputs" not in server.requests[1]


async def test_without_healing_nothing_is_said_of_the_beginning():
    with wire.serve() as server:
        await _collect(OpenAIBackend(server.endpoint, "tiny"), _request(healing="x"))
    assert "structured_outputs" not in server.requests[0]


async def _texts(backend: OpenAIBackend, request: Request) -> str:
    """What comes, the connections kept."""
    async with aclosing(backend.stream(request)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def test_a_beginning_that_is_refused_is_not_insisted_on():
    """Neither then nor later, and prompts are made without."""
    with wire.serve(wire.Script(refuse_beginnings=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", heal=True)
        for _ in range(2):
            assert await _texts(backend, _request(healing="x")) == "pass"
        await backend.aclose()
    assert ["structured_outputs" in asked for asked in server.requests] == [True, False, False]
    assert not backend.capabilities.healing


async def test_a_beginning_that_is_passed_over_again_and_again_is_asked_for_no_more():
    with wire.serve() as server:
        backend = OpenAIBackend(server.endpoint, "tiny", heal=True)
        for _ in range(3):
            await _texts(backend, _request(healing="x"))
        await backend.aclose()
    assert ["structured_outputs" in asked for asked in server.requests] == [True, True, False]
    assert not backend.capabilities.healing


async def test_an_answer_that_ends_before_its_beginning_is_through_tells_nothing():
    with wire.serve(wire.Script(text=("x",), finish="length")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", heal=True)
        for _ in range(4):
            await _texts(backend, _request(healing="xyz"))
        await backend.aclose()
    assert backend.capabilities.healing


async def test_ids_that_are_refused_are_not_insisted_on():
    with wire.serve(wire.Script(refuse_ids=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", send_ids=True, heal=True)
        for _ in range(2):
            assert await _texts(backend, _request(ids=(1, 2), healing="p")) == "pass"
        await backend.aclose()
    assert [asked["prompt"] for asked in server.requests] == [[1, 2], PRIVATE_CODE, PRIVATE_CODE]
    assert backend.capabilities == Capabilities(
        prompt_suffix=True, chat=True, logprobs=True, warm=True, healing=True
    )


async def test_a_refusal_that_has_another_reason_changes_nothing():
    script = wire.Script(status=400, body='{"message": "too long a prompt"}')
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", send_ids=True, heal=True)
        with pytest.raises(BackendError, match="too long"):
            await _texts(backend, _request(ids=(1, 2), healing="x"))
        await backend.aclose()
    assert (backend.capabilities.token_ids, backend.capabilities.healing) == (True, True)


@pytest.mark.parametrize("script", [wire.Script(status=503), wire.Script(drop=True)])
async def test_of_a_server_that_went_away_nothing_is_taken_for_granted(script):
    with wire.serve(wire.Script(owned_by="vllm", tokens=(5,), heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        assert backend.certainty == "none"
        await backend.probe((5,))
        assert (backend.certainty, backend.capabilities.token_ids) == ("full", True)
        server.script = script
        with pytest.raises(BackendError):
            await _texts(backend, _request(ids=(1, 2)))
        await backend.aclose()
    assert backend.certainty == "none"
    assert backend.capabilities == OpenAIBackend(server.endpoint, "tiny").capabilities


async def test_after_a_while_of_silence_it_may_be_another_server(monkeypatch):
    """Whose model reads texts in another way."""
    with wire.serve(wire.Script(owned_by="vllm", tokens=(5,), heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.probe((5,))
        monkeypatch.setattr("inference.backends.openai._SILENCE_S", 0.0)
        assert backend.certainty == "some"
        server.script = wire.Script(owned_by="vllm", tokens=(6,), heals=True)
        n_probes = len(server.probes)
        assert "reads texts differently" in (await backend.probe((5,)) or "")
        # Whether it heals was seen before, and is seen again as it answers.
        assert server.probes[n_probes:] == ["/v1/models", "/tokenize"]
        await backend.aclose()
    assert (backend.capabilities.token_ids, backend.capabilities.healing) == (False, True)


async def test_what_no_pattern_takes_is_not_asked_for():
    with wire.serve() as server:
        await _collect(OpenAIBackend(server.endpoint, "tiny", heal=True), _request(healing="a\0b"))
    assert "structured_outputs" not in server.requests[0]


async def _probed(script: wire.Script, ids: tuple[int, ...] | None) -> tuple[Capabilities, str]:
    """What the backend knows of such a server, and what it would have the user know."""
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", KEY)
        told = await backend.probe(ids)
        await backend.aclose()
        assert server.requests == []
        return backend.capabilities, told or ""


async def test_ids_are_sent_to_a_vllm_that_reads_texts_as_we_do():
    script = wire.Script(owned_by="vllm", tokens=(5, 6), heals=True)
    found, told = await _probed(script, (5, 6))
    assert (found.token_ids, found.healing, told) == (True, True, "")


async def test_a_vllm_sends_stop_texts_which_are_looked_for_here():
    with wire.serve(wire.Script(owned_by="vllm")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.probe(None)
        await _collect(backend, _request())
    assert server.requests[0]["skip_special_tokens"] is False
    assert "stop" not in server.requests[0]


async def test_a_vllm_that_reads_texts_differently_gets_text_and_the_user_hears_of_it():
    for tokens in ((5, 7), None):
        found, told = await _probed(wire.Script(owned_by="vllm", tokens=tokens), (5, 6))
        assert (found.token_ids, found.healing) == (False, False)
        assert "reads texts differently" in told
        assert "set `tokenizer`" in told


async def test_without_a_tokenizer_there_are_no_ids_to_compare():
    found, told = await _probed(wire.Script(owned_by="vllm", tokens=(5,), heals=True), None)
    assert (found.token_ids, found.healing, told) == (False, True, "")


@pytest.mark.parametrize("owner", [None, "organization-owner"])
async def test_other_servers_are_asked_nothing_more(owner):
    with wire.serve(wire.Script(owned_by=owner, tokens=(5,), heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        assert await backend.probe((5,)) is None
        await backend.aclose()
    assert backend.capabilities == OpenAIBackend(server.endpoint, "tiny").capabilities
    assert server.probes == ["/v1/models"]


async def test_a_server_that_is_not_there_is_not_judged():
    backend = OpenAIBackend(f"http://127.0.0.1:{wire.closed_port()}/v1", "tiny")
    with pytest.raises(BackendError, match="nothing listens"):
        await backend.probe((5,))
    await backend.aclose()


async def test_log_probabilities_as_llama_cpp_tells_them():
    choice = '{"text": "x", "finish_reason": "stop", "logprobs": {"content": [{"logprob": -0.5}]}}'
    with wire.serve(wire.Script(events=(f'data: {{"choices": [{choice}]}}',))) as server:
        chunks = await _collect(OpenAIBackend(server.endpoint, "tiny"), _request())
    assert chunks == [Chunk("x", finish_reason="stop", n_tokens=1, logprob=-0.5)]


async def test_connections_are_kept():
    with wire.serve() as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        for _ in range(3):
            async with aclosing(backend.stream(_request())) as chunks:
                assert [chunk.text async for chunk in chunks] == ["pass", ""]
        await backend.aclose()
    assert server.connections == 1


async def test_warming_asks_for_one_token():
    with wire.serve(wire.Script(text=("a", "b"), finish="length")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.warm(_request())
        await backend.aclose()
    assert [asked["max_tokens"] for asked in server.requests] == [1]


async def test_warming_asks_for_any_token():
    with wire.serve(wire.Script(heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", heal=True)
        await backend.warm(_request(healing="x"))
        await backend.aclose()
    assert "structured_outputs" not in server.requests[0]


async def test_closing_the_stream_stops_the_generation_at_the_server():
    with wire.serve(wire.Script(text=("a", "b"), hang="during")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        async with aclosing(backend.stream(_request())) as chunks:
            assert (await anext(chunks)).text == "a"
            left = time.monotonic()
        assert server.wait(lambda: server.hung_up and server.running == 0)
        await backend.aclose()
    assert server.hung_up[0] - left < 0.5


async def test_cancelling_while_the_server_thinks_hangs_up_too():
    with wire.serve(wire.Script(hang="before")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        task = asyncio.create_task(_collect(backend, _request()))
        await asyncio.to_thread(server.wait, lambda: server.running == 1)
        left = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.wait(lambda: server.hung_up)
    assert server.hung_up[0] - left < 0.5


async def test_a_server_that_ignores_stream_is_understood():
    whole = '{"choices": [{"text": "pass", "finish_reason": "length"}]}'
    with wire.serve(wire.Script(body=whole, content_type="application/json")) as server:
        chunks = await _collect(OpenAIBackend(server.endpoint, "tiny"), _request())
    assert chunks == [Chunk("pass", finish_reason="length")]


async def test_events_without_choices_and_comments_are_passed_over():
    lines = (
        ": keep-alive",
        "data:",
        "data: ",
        'data: {"choices": [], "usage": {"total_tokens": 3}}',
        'data: {"choices": [{"text": "x", "finish_reason": "stop"}]}',
    )
    with wire.serve(wire.Script(events=lines)) as server:
        chunks = await _collect(OpenAIBackend(server.endpoint, "tiny"), _request())
    assert chunks == [Chunk("x", finish_reason="stop")]


@pytest.mark.parametrize("score", ["1000", "1" + "0" * 400, "NaN", "-Infinity", '"-1"'])
async def test_what_is_no_log_probability_is_passed_over(score):
    """The text is as good without; it counts as one token all the same."""
    choice = (
        f'{{"text": "x", "finish_reason": "stop", "logprobs": {{"token_logprobs": [{score}]}}}}'
    )
    with wire.serve(wire.Script(events=(f'data: {{"choices": [{choice}]}}',))) as server:
        chunks = await _collect(OpenAIBackend(server.endpoint, "tiny"), _request())
    assert chunks == [Chunk("x", finish_reason="stop", n_tokens=1)]
