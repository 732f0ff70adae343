"""Chats, several answers at once, and what a request took, over the openai backend."""

from __future__ import annotations

import json
from contextlib import aclosing

import pytest
import wire

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.models import find_model
from inference.types import Chunk, Message, Prompt, Request, Sampling, Usage
from inference.wire.thoughts import Thoughts

HELLO = (Message("system", "You mend code."), Message("user", "fix = 'this launch code'"))
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 8}}


def _chat(**more) -> Request:
    return Request("", "", "a.py", "Python", messages=HELLO, **more)


def _completion(**more) -> Request:
    prompt = Prompt("def f(", None, 9, ("<eos>",), ())
    return Request("", "", "a.py", "Python", prompt, **more)


async def _ask(server: wire.Wire, request: Request, **made) -> list[Chunk]:
    backend = OpenAIBackend(server.endpoint, "tiny", **made)
    try:
        async with aclosing(backend.stream(request)) as chunks:
            return [chunk async for chunk in chunks]
    finally:
        await backend.aclose()


def _events(*choices: dict) -> tuple[str, ...]:
    return tuple("data: " + json.dumps({"choices": [choice]}) for choice in choices)


async def test_a_chat_is_streamed():
    with wire.serve(wire.Script(text=("def ", "f(): ..."), usage=USAGE)) as server:
        chunks = await _ask(server, _chat(max_new_tokens=99))
    assert server.paths == ["/v1/chat/completions"]
    assert server.requests[0] == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "You mend code."},
            {"role": "user", "content": "fix = 'this launch code'"},
        ],
        "max_tokens": 99,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "".join(chunk.text for chunk in chunks) == "def f(): ..."
    assert chunks[-1] == Chunk("", finish_reason="stop", usage=Usage(9, 2, 8))


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        ("deepseek-coder-v2-lite-instruct", None, (0.3, 0.95)),
        ("deepseek-coder-v2-lite-instruct", Sampling(1.0, 0.5), (1.0, 0.5)),
        ("deepseek-v4-pro", None, (0.0, 1.0)),
        ("codegemma-7b-it", None, (None, None)),
    ],
)
async def test_a_chat_is_drawn_as_its_maker_recommends(model, given, expected):
    """Where nothing is published, as the server does by itself; in any case as asked."""
    with wire.serve() as server:
        await _ask(server, _chat(sampling=given), spec=find_model(model))
    asked = server.requests[0]
    assert (asked.get("temperature"), asked.get("top_p")) == expected


async def test_a_completion_takes_the_likeliest_whatever_a_chat_would():
    with wire.serve() as server:
        await _ask(server, _completion(), spec=find_model("qwen3-coder-30b-a3b-instruct"))
    assert (server.requests[0]["temperature"], server.requests[0]["top_p"]) == (0.0, 1.0)


async def test_a_vllm_is_told_not_to_think_and_how_many_tokens_to_draw_from():
    with wire.serve(wire.Script(owned_by="vllm")) as server:
        backend = OpenAIBackend(
            server.endpoint, "tiny", spec=find_model("qwen3-coder-30b-a3b-instruct")
        )
        await backend.probe(None)
        async with aclosing(backend.stream(_chat())) as chunks:
            _ = [chunk async for chunk in chunks]
        await backend.aclose()
    kwargs = server.requests[0]["chat_template_kwargs"]
    assert kwargs == {"enable_thinking": False, "thinking": False}
    assert server.requests[0]["top_k"] == 20


async def test_what_is_thought_or_called_is_not_said():
    lines = _events(
        {"index": 0, "delta": {"role": "assistant", "reasoning_content": "let me see"}},
        {"index": 0, "delta": {"reasoning": "hm", "content": None}},
        {"index": 0, "delta": {"tool_calls": [{"index": 0}]}},
        {"index": 0, "delta": {"content": "<thi"}},
        {"index": 0, "delta": {"content": "nk>aloud</think>\n\nx = 1"}},
        {"index": 0, "delta": {}, "finish_reason": "stop"},
    )
    with wire.serve(wire.Script(events=lines)) as server:
        chunks = await _ask(server, _chat())
    assert "".join(chunk.text for chunk in chunks) == "x = 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", "a < b"),
        ("<think>a</think>b", "b"),
        ("\n<think>\na\n</think>\n\nb<think>", "b<think>"),
        ("<thin", "<thin"),
        ("<think>for ever", ""),
        ("", ""),
    ],
)
def test_thoughts_at_the_head_are_left_out_however_it_is_cut(text, expected):
    for size in (1, 3, 100):
        thoughts = Thoughts()
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert "".join([thoughts.feed(piece) for piece in pieces]) + thoughts.finish() == expected


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (
            [
                {"delta": {"refusal": "I can't "}},
                {"delta": {"refusal": "do that"}, "finish_reason": "stop"},
            ],
            'declined to answer: "I can\'t do that"',
        ),
        ([{"delta": {}, "finish_reason": "content_filter"}], "content filter"),
        ([{"delta": {"content": "x"}, "finish_reason": "abort"}], "gave up on the answer"),
        (["a"], "unknown shape"),
        ([{"delta": 5}], "unknown shape"),
    ],
)
async def test_no_answer_is_told_as_what_it_is(choices, expected):
    with (
        wire.serve(wire.Script(events=_events(*choices))) as server,
        pytest.raises(BackendError, match=expected),
    ):
        await _ask(server, _chat())


async def test_a_chat_in_one_piece_is_understood():
    whole = '{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}'
    with wire.serve(wire.Script(body=whole, content_type="application/json")) as server:
        assert await _ask(server, _chat()) == [Chunk("x", finish_reason="stop")]


async def test_several_answers_come_side_by_side():
    lines = _events(
        {"index": 0, "text": "a"},
        {"index": 1, "text": "b", "finish_reason": "length"},
        {"index": 0, "text": "c", "finish_reason": "stop"},
    )
    with wire.serve(wire.Script(events=lines)) as server:
        chunks = await _ask(server, _completion(n=2))
    assert server.requests[0]["n"] == 2
    assert [(chunk.index, chunk.text, chunk.finish_reason) for chunk in chunks] == [
        (0, "a", None),
        (1, "b", "length"),
        (0, "c", "stop"),
    ]


async def test_fewer_answers_than_asked_for_are_an_answer():
    lines = _events({"index": 0, "text": "a", "finish_reason": "stop"})
    with wire.serve(wire.Script(events=lines)) as server:
        assert [chunk.text for chunk in await _ask(server, _completion(n=3))] == ["a"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (USAGE, Usage(9, 2, 8)),
        ({"prompt_tokens": 9, "completion_tokens": 2}, Usage(9, 2)),
        (
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 5},
            Usage(9, 2, 5),
        ),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, Usage(9, 0)),
        ({"prompt_tokens": True}, None),
        ({}, None),
    ],
)
async def test_what_a_request_took(told, expected):
    with wire.serve(wire.Script(usage=told)) as server:
        chunks = await _ask(server, _completion())
    assert chunks[-1].usage == expected
    assert [chunk.usage for chunk in chunks[:-1]] == [None]


@pytest.mark.parametrize("field", ["stream_options", "logprobs"])
async def test_what_a_server_refuses_by_name_is_done_without(field):
    with wire.serve(wire.Script(refuse=(field,))) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        for _ in range(2):
            async with aclosing(backend.stream(_completion())) as chunks:
                assert [chunk.text async for chunk in chunks] == ["pass", ""]
        await backend.aclose()
    assert [field in asked for asked in server.requests] == [True, False, False]


async def test_a_newer_name_of_the_limit_is_learnt():
    """Where the refusal of the old one names it."""
    refusal = {"error": {"message": "'max_tokens' isn't supported; use 'max_completion_tokens'"}}
    with wire.serve(wire.Script(status=400, body=json.dumps(refusal))) as server:
        with pytest.raises(BackendError, match="max_completion_tokens"):
            await _ask(server, _chat())
        assert ["max_completion_tokens" in asked for asked in server.requests] == [False, True]
