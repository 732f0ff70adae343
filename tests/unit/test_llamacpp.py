"""llama.cpp's own API: what is asked of it and what its answers mean, as recorded of a real one."""

from __future__ import annotations

import json
from contextlib import aclosing

import pytest
from scripted_wire import Answer, serve

from inference.backends.llamacpp import LlamaCppBackend
from inference.errors import BackendError
from inference.models import find_model
from inference.registry import BackendSettings, Sharing, make_backend
from inference.types import Message, Prompt, Request, Sampling, Usage
from inference.wire.llamacpp import Slots, beginning_with

SPEC = find_model("deepseek-coder-v2-lite-base")
PROPS = {"default_generation_settings": {"n_ctx": 9000}, "total_slots": 2}
PROBED = tuple(range(40))


def event(text, ids=(1,), logprob=-0.5, **more):
    """One event of an answer, as the server spells it."""
    scored = [{"id": one, "logprob": logprob, "top_logprobs": []} for one in ids]
    body = {"index": 0, "content": text, "tokens": [*ids], "stop": False, **more}
    return f"data: {json.dumps(body | {'completion_probabilities': scored})}\n\n"


def end(stop_type="eos", **more):
    """The last event, with the fields that are asked for."""
    body = {"content": "", "stop": True, "stop_type": stop_type, "tokens": []}
    body |= {"tokens_predicted": 2, "tokens_evaluated": 30, "timings/cache_n": 28}
    return f"data: {json.dumps(body | more)}\n\n"


ANSWERS = {
    "/props": Answer(PROPS),
    "/tokenize": Answer({"tokens": [*PROBED]}),
    "/completion": Answer((event("re"), event("turn", (5, 6), -1.0), end())),
}


def backend_at(server, **more):
    """A backend at that server."""
    settings = {"model": "m", "sharing": Sharing(), **more}
    return LlamaCppBackend(
        BackendSettings(endpoint=f"http://127.0.0.1:{server.port}/v1", **settings)
    )


def request(path="a.py", *, ids=(1, 2, 3), stops=("<end>",), **more):
    """A request for a completion in that file."""
    healing = more.pop("healing", "")
    prompt = Prompt("text", ids, len(ids or ()), stops, (), healing=healing)
    return Request("", "", path, "python", prompt=prompt, session="s", **more)


async def answer(backend, asked):
    """All chunks."""
    async with aclosing(backend.stream(asked)) as chunks:
        return [chunk async for chunk in chunks]


async def test_an_answer_is_read_with_ids_likelihoods_and_what_it_took():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        chunks = await answer(backend, request())
        await backend.aclose()
    assert "".join(chunk.text for chunk in chunks) == "return"
    assert [chunk.token_ids for chunk in chunks] == [(1,), (5, 6), ()]
    assert [chunk.logprob for chunk in chunks] == [-0.5, -2.0, None]
    assert chunks[-1].finish_reason == "stop"
    assert chunks[-1].usage == Usage(30, 2, 28)


async def test_ids_go_once_the_server_has_shown_that_they_mean_the_same():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        await answer(backend, request())
        assert await backend.probe(PROBED) is None
        assert backend.capabilities.token_ids
        await answer(backend, request())
        await backend.aclose()
    assert [body["prompt"] for body in server.bodies("/completion")] == ["text", [1, 2, 3]]


async def test_other_ids_go_as_text_and_the_user_is_told_why():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        told = await backend.probe((7, 8))
        await answer(backend, request())
        await backend.aclose()
    assert told is not None
    assert "set `tokenizer`" in told
    assert server.bodies("/completion")[0]["prompt"] == "text"


async def test_another_models_sentinels_are_found_out():
    with serve(ANSWERS | {"/tokenize": Answer({"tokens": [1, 2]})}) as server:
        backend = backend_at(server, spec=SPEC)
        told = await backend.probe(None)
        await backend.aclose()
    assert told is not None
    assert "set `model` to the one that it serves" in told


async def test_too_little_room_is_told_with_the_option_that_gives_more():
    with serve(ANSWERS) as server:
        backend = backend_at(server, budget_tokens=16_000)
        told = await backend.probe(None)
        await backend.aclose()
    assert told is not None
    assert "`-c 32256`" in told
    assert "9000 tokens" in told


async def test_each_file_has_a_slot_of_its_own():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        await backend.probe(None)
        for path in ("a.py", "b.py", "a.py", "c.py"):
            await answer(backend, request(path))
        await backend.aclose()
    first, second, again, third = (body["id_slot"] for body in server.bodies("/completion"))
    assert first == again != second
    assert third == second


def test_one_slot_is_nobodys():
    slots = Slots()
    assert slots.take("s", "a") is None
    slots.resize(1)
    assert slots.take("s", "a") is None


async def test_a_warm_up_reads_and_says_nothing():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        await backend.warm(request(healing="x"))
        await backend.aclose()
    [body] = server.bodies("/completion")
    assert body["n_predict"] == 0
    assert body["cache_prompt"]
    assert "grammar" not in body


async def test_how_tokens_are_drawn_and_what_is_shown_is_ours_to_say():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        await answer(backend, request(healing="a\n", sampling=Sampling(0.5, 0.9, 4)))
        await backend.aclose()
    [body] = server.bodies("/completion")
    assert (body["temperature"], body["top_p"], body["top_k"]) == (0.5, 0.9, 4)
    assert body["samplers"] == ["top_k", "top_p", "temperature"]
    assert body["preserved_tokens"] == ["<end>"]
    assert body["grammar"].startswith('root ::= "a\\n" rest*')


def test_a_beginning_is_spelled_so_that_nothing_in_it_is_notation():
    assert beginning_with('"\\\t\x01é').splitlines()[0] == 'root ::= "\\"\\\\\\t\\U00000001é" rest*'


@pytest.mark.parametrize(
    ("answers", "cause", "said"),
    [
        ({"/completion": Answer({"error": {"message": "Invalid API Key"}}, 401)}, "key", "API key"),
        (
            {"/completion": Answer({"error": {"message": "Loading model"}}, 503)},
            "unreachable",
            "still loads its model",
        ),
        (
            {
                "/completion": Answer(
                    {
                        "error": {
                            "message": "request (3000 tokens) exceeds the available context size "
                            "(2048 tokens), try increasing it",
                            "type": "exceed_context_size_error",
                            "n_prompt_tokens": 3000,
                            "n_ctx": 2048,
                        }
                    },
                    400,
                )
            },
            "context",
            "context.budget_tokens",
        ),
        ({"/completion": Answer((event("re"),))}, "died", "broke off"),
        (
            {"/completion": Answer(('data: {"error": {"message": "bad"}}\n\n',))},
            "failed",
            "gave up",
        ),
        ({"/completion": Answer(('data: {"x": 1}\n\n',))}, "failed", "unknown shape"),
        ({"/completion": Answer(("data: {oops\n\n",))}, "failed", r"llama\.cpp's llama-server"),
    ],
)
async def test_what_goes_wrong_has_a_cause_and_a_remedy(answers, cause, said):
    with serve(ANSWERS | answers) as server:
        backend = backend_at(server)
        with pytest.raises(BackendError, match=said) as caught:
            await answer(backend, request())
        await backend.aclose()
    assert caught.value.cause == cause


async def test_a_server_that_fails_is_no_other_kind_of_server():
    with serve({"/props": Answer({"error": {"message": "boom"}}, 500)}) as server:
        backend = backend_at(server)
        with pytest.raises(BackendError, match=r"failed \(500\): 'boom'"):
            await backend.probe(None)
        await backend.aclose()


async def test_another_kind_of_server_is_told():
    with serve({}) as server:
        backend = backend_at(server)
        with pytest.raises(BackendError, match=r"isn't llama\.cpp's llama-server"):
            await backend.probe(None)
        await backend.aclose()


async def test_a_chat_goes_to_the_servers_other_api():
    said = {"choices": [{"index": 0, "message": {"content": "ok"}, "finish_reason": "stop"}]}
    with serve({"/v1/chat/completions": Answer(said)}) as server:
        backend = backend_at(server)
        asked = Request("", "", "", "", messages=(Message("user", "hi"),))
        chunks = await answer(backend, asked)
        await backend.aclose()
    assert "".join(chunk.text for chunk in chunks) == "ok"


def test_no_address_and_an_open_wire_are_refused():
    with pytest.raises(BackendError, match="set `endpoint`"):
        make_backend("llamacpp", BackendSettings())
    with pytest.raises(BackendError, match="encrypted"):
        make_backend("llamacpp", BackendSettings(endpoint="http://example.com:8080"))


async def test_several_come_one_after_the_other():
    with serve(ANSWERS) as server:
        backend = backend_at(server)
        chunks = await answer(backend, request(n=2))
        await backend.aclose()
    assert [chunk.index for chunk in chunks if chunk.finish_reason] == [0, 1]
    assert len(server.bodies("/completion")) == 2
