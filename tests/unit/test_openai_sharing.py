"""Servers that others use, too: whose request it is, who goes first, what is kept apart."""

from __future__ import annotations

import hashlib
from contextlib import aclosing

import pytest
import wire

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.registry import Sharing
from inference.types import Prompt, Request
from inference.wire.trust import trusted

PROMPT = Prompt("def f(", (1, 2), 9, ("<eos>",), ())
REQUEST = Request("", "", "a.py", "Python", PROMPT, priority=5, session="4f2a")
SALTED = Sharing(session_header="x-session-id", cache_salt="our team")
SALT = hashlib.sha256(b"our team").hexdigest()


async def _asked(script: wire.Script, sharing: Sharing, *, report=None) -> wire.Wire:
    """The server after a probe and a request."""
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", sharing=sharing, report=report)
        await backend.probe(None)
        async with aclosing(backend.stream(REQUEST)) as chunks:
            assert [chunk.text async for chunk in chunks] == ["pass", ""]
        await backend.aclose()
    return server


async def test_a_router_is_told_what_a_request_belongs_to():
    server = await _asked(wire.Script(), SALTED)
    assert server.headers[0]["x-session-id"] == "4f2a"
    assert (await _asked(wire.Script(), Sharing())).headers[0].get("x-session-id") is None


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("vllm", {"cache_salt": SALT, "priority": 5}),
        # There, a higher number goes first.
        ("sglang", {"cache_salt": SALT}),
        ("llamacpp", {}),
        (None, {}),
    ],
)
async def test_what_only_some_servers_take_is_asked_of_those(owner, expected):
    asked = (await _asked(wire.Script(owned_by=owner), SALTED)).requests[0]
    assert {name: asked[name] for name in ("cache_salt", "priority") if name in asked} == expected


async def test_a_server_that_keeps_nothing_apart_is_used_and_the_user_told():
    told = []
    script = wire.Script(owned_by="vllm", refuse=("cache_salt", "priority"))
    server = await _asked(script, SALTED, report=told.append)
    assert ["cache_salt" in asked for asked in server.requests] == [True, False, False]
    assert ["priority" in asked for asked in server.requests] == [True, True, False]
    assert [condition.kind for condition in told] == ["warning"]
    assert "can't keep apart" in told[0].message
    assert "our team" not in told[0].message


@pytest.mark.parametrize("session", ["", "two\nlines", "naïve", "x" * 300])
async def test_a_name_that_no_header_can_carry_is_not_sent(session):
    with wire.serve() as server:
        backend = OpenAIBackend(server.endpoint, "tiny", sharing=SALTED)
        request = Request("", "", "a.py", "Python", PROMPT, session=session)
        async with aclosing(backend.stream(request)) as chunks:
            assert [chunk.text async for chunk in chunks] == ["pass", ""]
        await backend.aclose()
    assert "x-session-id" not in server.headers[0]


def test_a_header_that_can_be_none_is_refused():
    with pytest.raises(BackendError, match=r"server\.session_header"):
        OpenAIBackend("http://localhost:1/v1", "tiny", sharing=Sharing(session_header="a b"))


async def test_ids_go_to_whoever_reads_texts_as_we_do():
    """SGLang and llama.cpp as well as vLLM; how each is asked for its ids differs."""
    for owner in ("vllm", "sglang", "llamacpp"):
        with wire.serve(wire.Script(owned_by=owner, tokens=(5, 6), heals=True)) as server:
            backend = OpenAIBackend(server.endpoint, "tiny")
            assert await backend.probe((5, 6)) is None
            assert backend.capabilities.token_ids
            # It is asked for a pattern where it has one, and believed where it obeys.
            assert backend.capabilities.healing is (owner != "llamacpp")
            await backend.aclose()


async def test_an_sglang_is_healed_by_its_own_field_and_told_where_to_stop():
    with wire.serve(wire.Script(owned_by="sglang", heals=True)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        await backend.probe(None)
        prompt = Prompt("def f(", None, 9, ("<eos>",), (), healing="se")
        request = Request("", "", "a.py", "Python", prompt)
        async with aclosing(backend.stream(request)) as chunks:
            assert "".join([chunk.text async for chunk in chunks]) == "sepass"
        await backend.aclose()
    asked = server.requests[0]
    assert asked["regex"] == r"se[\s\S]*"
    assert (asked["stop"], asked["skip_special_tokens"]) == (["<eos>"], False)


async def test_a_context_that_is_too_short_for_the_budget_is_told_before_it_fails():
    with wire.serve(wire.Script(owned_by="vllm", max_model_len=4096)) as server:
        backend = OpenAIBackend(server.endpoint, "tiny", budget_tokens=8192)
        told = await backend.probe(None) or ""
        assert "holds 4096 tokens" in told
        assert "`context.budget_tokens` to 4032 or less" in told
        enough = OpenAIBackend(server.endpoint, "tiny", budget_tokens=4032)
        assert await enough.probe(None) is None
        for one in (backend, enough):
            await one.aclose()


async def test_an_adapter_is_a_model_by_its_own_name():
    script = wire.Script(owned_by="vllm", served=("tiny", "mine"), tokens=(5,), heals=True)
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "mine")
        await backend.probe((5,))
        async with aclosing(backend.stream(REQUEST)) as chunks:
            _ = [chunk async for chunk in chunks]
        await backend.aclose()
    assert (server.requests[0]["model"], server.requests[0]["prompt"]) == ("mine", [1, 2])


@pytest.mark.parametrize("words", ["The model `tiny` does not exist.", "Model Not Exist"])
async def test_a_model_that_is_not_there_is_answered_with_those_that_are(words):
    status = 404 if "`" in words else 400
    script = wire.Script(
        status=status,
        body=f'{{"error": {{"message": "{words}"}}}}',
        owned_by="vllm",
        served=("base", "adapter"),
    )
    with wire.serve(script) as server:
        backend = OpenAIBackend(server.endpoint, "tiny")
        with pytest.raises(BackendError, match="it has 'base', 'adapter': set `served_model`") as e:
            async with aclosing(backend.stream(REQUEST)) as chunks:
                _ = [chunk async for chunk in chunks]
        await backend.aclose()
    assert e.value.cause == "model"
    assert len(server.requests) == 1


def test_authorities_that_are_not_there(tmp_path, monkeypatch):
    with pytest.raises(BackendError, match=r"server\.ca_file` names isn't there"):
        trusted(str(tmp_path / "none.pem"))
    (tmp_path / "empty.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(BackendError, match="SSL_CERT_FILE names holds no certificates"):
        trusted()


async def test_a_proxy_that_can_be_none_is_told(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "nonsense://proxy.example")
    backend = OpenAIBackend("https://models.example/v1", "tiny")
    with pytest.raises(BackendError, match="HTTPS_PROXY or ALL_PROXY"):
        await backend.probe(None)
    await backend.aclose()
