"""A server that failed is left alone for a while; what may be asked twice, and what may not."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import wire

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.types import Condition, Prompt, Request
from inference.wire.faults import Call, event_fault, status_fault
from inference.wire.overlong import overlong
from inference.wire.patience import Patience
from inference.wire.retry_after import retry_after_s

PROMPT = Prompt("def f(", None, 9, (), ())
REQUEST = Request("", "", "a.py", "Python", PROMPT, max_new_tokens=64)
CALL = Call("host", "tiny", has_key=True, read_s=5.0, new_tokens=64)


class Watch:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


async def _ask(backend: OpenAIBackend, request: Request = REQUEST) -> str:
    async with aclosing(backend.stream(request)) as chunks:
        return "".join([chunk.text async for chunk in chunks])


async def test_no_request_is_sent_before_the_server_wants_one():
    told: list[Condition] = []
    script = wire.Script(status=429, headers=(("Retry-After", "7"),))
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", report=told.append)
        backend._patience._clock = watch = Watch()
        for _ in range(3):
            with pytest.raises(BackendError, match=r"asked again in 7 s") as caught:
                await _ask(backend)
            assert (caught.value.cause, caught.value.retry_after_s) == ("quota", 7)
            with pytest.raises(BackendError, match="too many requests"):
                await backend.probe(None)
        assert len(server.requests) == 1
        watch.now, server.script = 7.1, wire.Script()
        assert await _ask(backend) == "pass"
        await backend.aclose()
    assert [condition.kind for condition in told] == ["warning", "normal"]
    assert "asked again in 7 s" in told[0].message


async def test_a_failing_server_is_asked_less_and_less_often():
    with wire.serve(wire.Script(status=500)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        backend._patience._clock = watch = Watch()
        for step in range(200):
            watch.now = step * 0.5
            with pytest.raises(BackendError, match=r"failed \(500\)"):
                await _ask(backend)
        await backend.aclose()
    # Of 200 keystrokes within 100 s: two at once, then after 0.5, 1, 2, 4, 8, 16, 30 and 30 s.
    assert len(server.requests) == 10


async def test_a_request_that_is_too_long_is_its_own_fault():
    """The next one, in a smaller file, is asked at once; in this one by and by."""
    words = "This model's maximum context length is 8192 tokens"
    script = wire.Script(status=400, body=f'{{"message": "{words}"}}')
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", send_ids=True, heal=True)
        backend._patience._clock = watch = Watch()
        for n_tokens in (9, 9, 10, 8, 8):
            with pytest.raises(BackendError, match="8128 or less") as caught:
                await _ask(backend, replace(REQUEST, prompt=replace(PROMPT, n_tokens=n_tokens)))
            assert caught.value.cause == "context"
        assert len(server.requests) == 2
        watch.now = 10.1
        server.script = wire.Script()
        assert await _ask(backend) == "pass"
        await backend.aclose()


def test_a_single_failure_may_come_from_chance():
    patience = Patience(clock=Watch())
    fault = BackendError("it died", cause="died")
    assert patience.failed(fault) is fault
    patience.check()
    assert "asked again in 1 s" in str(patience.failed(fault))
    with pytest.raises(BackendError, match="it died; it is asked again"):
        patience.check()
    patience.answered()
    patience.check()


def test_that_nothing_listens_costs_nobody_anything():
    """So that whoever starts the server meanwhile waits no longer than five seconds."""
    patience = Patience(clock=Watch())
    fault = BackendError("nothing listens", cause="unreachable")
    waits = [patience.failed(fault).retry_after_s for _ in range(9)]
    assert waits == [None, 0.5, 1, 2, 4, 5, 5, 5, 5]


def test_what_the_user_must_mend_is_an_error():
    told: list[Condition] = []
    patience = Patience(told.append, clock=Watch())
    for _ in range(2):
        patience.failed(BackendError("no such key", cause="key"))
    assert [condition.kind for condition in told] == ["error"]


async def test_a_kept_connection_that_was_closed_is_replaced_at_once():
    with wire.serve(wire.Script(stale=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        assert [await _ask(backend) for _ in range(3)] == ["pass"] * 3
        await backend.aclose()
    assert server.connections == 3


@pytest.mark.parametrize(
    "script", [wire.Script(drop=True), wire.Script(finish=None, tear=True), wire.Script(status=502)]
)
async def test_what_may_have_begun_is_never_asked_twice(script):
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        with pytest.raises(BackendError):
            await _ask(backend)
        await backend.aclose()
    assert len(server.requests) == 1


async def test_a_request_that_is_given_up_is_no_failure():
    with wire.serve(wire.Script(hang="before")) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        for _ in range(3):
            task = asyncio.create_task(_ask(backend))
            n_seen = len(server.requests)
            await asyncio.to_thread(server.wait, lambda n=n_seen: len(server.requests) > n)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        server.script = wire.Script()
        assert await _ask(backend) == "pass"
        await backend.aclose()


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0),
        (
            {
                "retry-after": "Mon, 23 Nov 2026 13:00:20 GMT",
                "date": "Mon, 23 Nov 2026 13:00:00 GMT",
            },
            20,
        ),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "86400"}, 900),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_when_a_server_wants_to_be_asked_again(headers, expected):
    assert retry_after_s(headers, NOON) == expected


TOO_LONG = {
    "vllm": (
        (
            "This model's maximum context length is 8192 tokens. However, your prompt contains "
            "16000 input tokens, which exceeds this limit even without any output tokens."
        ),
        (8192, 16000),
    ),
    "vllm, in all": (
        (
            "This model's maximum context length is 8192 tokens. However, you requested 500 output "
            "tokens and your prompt contains at least 7693 input tokens, for a total of at least "
            "8193 tokens."
        ),
        (8192, 8193),
    ),
    "deepseek": (
        (
            "This model's maximum context length is 131072 tokens. However, you requested 131134 "
            "tokens (122942 in the messages, 8192 in the completion)."
        ),
        (131072, 131134),
    ),
    "sglang": (
        "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
        (40960, 61709),
    ),
    "sglang, allowed": (
        "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens).",
        (59862, 160062),
    ),
    "sglang, in all": (
        (
            "Requested token count exceeds the model's maximum context length of 8192 tokens. You "
            "requested a total of 9000 tokens: 8500 tokens from the input messages and 500 tokens "
            "for the completion."
        ),
        (8192, 9000),
    ),
    "llama.cpp": (
        "request (1407 tokens) exceeds the available context size (256 tokens), try increasing it",
        (256, 1407),
    ),
    "without numbers": ("the request exceeds the available context size", (None, None)),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_context_that_is_too_short_is_told_with_its_numbers(name):
    words, (limit, asked) = TOO_LONG[name]
    found = overlong(words.encode())
    assert found is not None
    assert (found.limit, found.asked) == (limit, asked)
    fault = status_fault(400, {}, f'{{"error": {{"message": "{words}"}}}}'.encode(), CALL)
    assert fault.cause == "context"
    assert "start the server with a longer context" in str(fault)
    assert ("`context.budget_tokens` to" in str(fault)) is ((limit or 0) > 320)


def test_llama_cpps_numbers_have_fields_of_their_own():
    body = (
        b'{"error": {"code": 400, "message": "the request exceeds the available context size.", '
        b'"type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 1024}}'
    )
    found = overlong(body)
    assert found is not None
    assert (found.limit, found.asked) == (1024, 1407)


def test_what_is_refused_for_another_reason_is_not_too_long():
    assert overlong(b'{"message": "temperature must be positive"}') is None


@pytest.mark.parametrize(
    ("status", "words", "cause"),
    [
        (401, "no", "key"),
        (403, "no", "key"),
        (402, "Insufficient Balance", "quota"),
        (429, "slow down", "quota"),
        (413, "too large", "context"),
        (404, "The model `x` does not exist.", "model"),
        (400, "Model Not Exist", "model"),
        (400, "bad temperature", "failed"),
        (404, "Not Found", "failed"),
        (500, "CUDA out of memory. Tried to allocate 2 GiB", "memory"),
        (500, "Out of range float values are not JSON compliant: nan", "numbers"),
        (500, "EngineCore encountered an issue. See stack trace (above).", "died"),
        (503, "Loading model", "unreachable"),
        (503, "overloaded", "failed"),
    ],
)
def test_each_failure_has_its_cause(status, words, cause):
    assert status_fault(status, {}, f'{{"message": "{words}"}}'.encode(), CALL).cause == cause


def test_an_error_within_a_stream_has_its_cause():
    assert event_fault({"message": "CUDA out of memory"}, CALL).cause == "memory"
    assert event_fault("engine died", CALL).cause == "died"
    assert event_fault("llama runner process has terminated", CALL).cause == "died"
    assert event_fault("no", CALL).cause == "failed"
