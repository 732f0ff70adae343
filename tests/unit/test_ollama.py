"""Ollama's API: what is asked of it and what its answers mean, as its documentation has it."""

from __future__ import annotations

import json
from contextlib import aclosing

import pytest
from scripted_wire import Answer, serve

from inference.errors import BackendError
from inference.registry import BackendSettings, make_backend
from inference.types import Message, Prompt, Request, Usage


def lines(*events):
    """The events, one a line."""
    return tuple(json.dumps(event) + "\n" for event in events)


SAID = (
    {"model": "m", "response": "re", "done": False, "logprobs": [{"token": "re", "logprob": -0.5}]},
    {"model": "m", "response": "turn\u2028", "done": False},
)
DONE = {"model": "m", "response": "", "done": True, "done_reason": "length"}
DONE |= {"prompt_eval_count": 26, "eval_count": 2}
ANSWERS = {
    "/api/generate": Answer(lines(*SAID, DONE)),
    "/api/show": Answer({"model_info": {"deepseek2.context_length": 163_840}}),
    "/api/ps": Answer({"models": [{"name": "m:latest", "context_length": 9216}]}),
}


def backend_at(server, report=None, **more):
    """A backend at that server."""
    settings = {"model": "m", "report": report, **more}
    endpoint = f"http://127.0.0.1:{server.port}"
    return make_backend("ollama", BackendSettings(endpoint=endpoint, **settings))


def request(**more):
    """A request for a completion."""
    prompt = Prompt("text", (1, 2), 2, ("<end>",), ())
    return Request("", "", "a.py", "python", prompt=prompt, **more)


async def answer(backend, asked):
    """All chunks."""
    async with aclosing(backend.stream(asked)) as chunks:
        return [chunk async for chunk in chunks]


async def test_an_answer_is_read_line_by_line():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        chunks = await answer(backend, request())
        await backend.aclose()
    assert "".join(chunk.text for chunk in chunks) == "return\u2028"
    assert chunks[0].logprob == -0.5
    assert chunks[-1].finish_reason == "length"
    assert chunks[-1].usage == Usage(26, 2)


async def test_prompts_go_as_they_are_with_room_for_the_longest():
    with serve(ANSWERS) as server:
        backend = backend_at(server, budget_tokens=8192)
        await answer(backend, request())
        await answer(backend, request())
        await backend.aclose()
    first, second = server.bodies("/api/generate")
    assert (first["prompt"], first["raw"]) == ("text", True)
    assert first["options"]["num_ctx"] == second["options"]["num_ctx"] == 9216
    assert first["options"]["temperature"] == 0
    assert first["options"]["repeat_penalty"] == 1.0
    assert first["truncate"] is False


async def test_a_warm_up_asks_for_one_token():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        await backend.warm(request(max_new_tokens=64))
        await backend.aclose()
    assert server.bodies("/api/generate")[0]["options"]["num_predict"] == 1


async def test_a_model_that_is_loaded_with_less_room_is_told_once():
    told = []
    small = {"/api/ps": Answer({"models": [{"name": "m:latest", "context_length": 4096}]})}
    with serve(ANSWERS | small) as server:
        backend = backend_at(server, told.append)
        await backend.probe(None)
        assert backend.certainty == "full"
        async with aclosing(backend.stream(request())) as chunks:
            await anext(chunks)
        # It has loaded the model now, and an answer is mostly cut off before its end.
        assert backend.certainty == "some"
        for _ in range(2):
            await backend.probe(None)
            await answer(backend, request())
            assert backend.certainty == "full"
        await backend.aclose()
    [condition] = told
    assert condition.kind == "warning"
    assert "num_ctx 4096" in condition.message
    assert "OLLAMA_CONTEXT_LENGTH" in condition.message


async def test_a_model_made_for_less_than_the_budget_is_told_at_once():
    with serve(ANSWERS) as server:
        backend = backend_at(server, budget_tokens=200_000)
        told = await backend.probe(None)
        await backend.aclose()
    assert told is not None
    assert "made for 163840 tokens" in told


async def test_what_it_tells_of_its_models_may_be_nonsense():
    told = {"/api/show": Answer({"model_info": 5}), "/api/ps": Answer({"models": 5})}
    with serve(ANSWERS | told) as server:
        backend = backend_at(server)
        await answer(backend, request())
        assert await backend.probe(None) is None
        await backend.aclose()


@pytest.mark.parametrize("path", ["/api/show", "/api/generate"])
async def test_a_model_that_is_not_there_is_to_be_pulled(path):
    missing = Answer({"error": "model 'm' not found"}, 404)
    with serve(ANSWERS | {path: missing}) as server:
        backend = backend_at(server)
        with pytest.raises(BackendError, match="`ollama pull m`") as caught:
            await (backend.probe(None) if path == "/api/show" else answer(backend, request()))
        await backend.aclose()
    assert caught.value.cause == "model"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (lines(SAID[0]), "broke off"),
        (lines(SAID[0], {"error": "an error was encountered"}), "gave up"),
        (lines({"done": False}), "unknown shape"),
        (lines({"message": "no object", "done": False}), "unknown shape"),
        (("no json\n",), "isn't JSON; does `endpoint` lead to Ollama"),
    ],
)
async def test_a_stream_that_goes_wrong_says_how(body, said):
    with serve(ANSWERS | {"/api/generate": Answer(body)}) as server:
        backend = backend_at(server)
        with pytest.raises(BackendError, match=said):
            await answer(backend, request())
        await backend.aclose()


async def test_a_chat_goes_by_its_own_path_and_speaks_the_models_template():
    spoken = lines(
        {"message": {"role": "assistant", "content": "ok"}, "done": False},
        {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"},
    )
    with serve({"/api/chat": Answer(spoken)}) as server:
        backend = backend_at(server)
        chunks = await answer(backend, Request("", "", "", "", messages=(Message("user", "hi"),)))
        await backend.aclose()
    assert "".join(chunk.text for chunk in chunks) == "ok"
    [body] = server.bodies("/api/chat")
    assert body["messages"] == [{"role": "user", "content": "hi"}]


def test_no_address_is_refused():
    with pytest.raises(BackendError, match="set `endpoint`"):
        make_backend("ollama", BackendSettings())


async def test_several_come_one_after_the_other():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        chunks = await answer(backend, request(n=2))
        await backend.aclose()
    assert [chunk.index for chunk in chunks if chunk.finish_reason] == [0, 1]
    assert len(server.bodies("/api/generate")) == 2
