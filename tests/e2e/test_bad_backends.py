"""Backends that fail, seen from the editor: a status and a reason, and typing goes on."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
import tiny_bpe
import wire
from editing import TEXT, editor, is_a, repository_in, uses

pytestmark = pytest.mark.usefixtures("isolated")

TOO_LONG = "This model's maximum context length is 512 tokens. However, you requested 900 tokens"
MISSING = "The model `deepseek-coder-v2-lite-base` does not exist."


def refusing(status, message, *headers):
    """A server that answers so."""
    body = json.dumps({"error": {"message": message}})
    return wire.Script(status=status, body=body, content_type="application/json", headers=headers)


@pytest.fixture
def repository(tmp_path):
    """One module, whose last line can be completed."""
    return repository_in(tmp_path)


def settings(endpoint, **more):
    pairs = {"backend": "openai", "endpoint": endpoint, "prompt.warm_up": "false", **more}
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]


FAULTS = {
    "wrong key": (refusing(401, "bad key"), "key"),
    "quota": (refusing(429, "slow down", ("Retry-After", "30")), "quota"),
    "no such model": (refusing(404, MISSING), "model"),
    "context too long": (refusing(400, TOO_LONG), "context"),
    "killed in mid-stream": (wire.Script(text=("ha",), finish=None, tear=True), "died"),
    "out of memory": (refusing(500, "CUDA out of memory."), "memory"),
}


@pytest.mark.parametrize(("script", "cause"), FAULTS.values(), ids=FAULTS)
async def test_a_failure_is_a_status_and_a_reason_once(repository, script, cause):
    """Told once, however often somebody types on, and gone with the next answer."""
    with wire.serve(script) as server:
        async with editor(repository, *settings(server.endpoint)) as ours:
            for _ in range(5):
                text, answer = await ours.complete()
                assert text is None
                assert answer["reason"]
                assert answer["error"]["cause"] == cause
            told = [status for status in ours.statuses if status["kind"] == "error"]
            assert [status["error"]["cause"] for status in told] == [cause]
            assert told[0]["error"]["message"] == told[0]["message"]


@pytest.mark.parametrize("fault", ["wrong key", "quota", "no such model"])
async def test_what_is_hopeless_is_not_asked_again_at_each_keystroke(repository, fault):
    script, cause = FAULTS[fault]
    with wire.serve(script) as server:
        async with editor(repository, *settings(server.endpoint)) as ours:
            started = time.monotonic()
            for _ in range(20):
                _, answer = await ours.complete()
                assert answer["error"]["cause"] == cause
            assert len(server.requests) <= 2 + (time.monotonic() - started)


async def test_the_next_answer_clears_the_status(repository):
    with wire.serve(refusing(500, "boom")) as server:
        async with editor(repository, *settings(server.endpoint)) as ours:
            await ours.complete()
            await ours.status(is_a("error"))
            server.script = wire.Script(text=("bet",))
            assert (await ours.complete())[0] == "bet"
            await ours.status(uses("openai"))


async def test_a_server_that_is_gone_comes_back(repository):
    """What was typed meanwhile went nowhere; nobody has to restart anything."""
    with wire.serve(wire.Script(drop=True)) as server:
        async with editor(repository, *settings(server.endpoint)) as ours:
            _, answer = await ours.complete()
            assert answer["error"]["kind"] == "backend"
            server.script = wire.Script(text=("bet",))
            assert (await ours.complete())[0] == "bet"


async def test_typing_goes_on_while_a_backend_hangs(repository):
    """Edits and other requests are taken up at once."""
    with wire.serve(wire.Script(hang="before")) as server:
        async with editor(repository, *settings(server.endpoint)) as ours:
            asking = asyncio.create_task(ours.complete())
            assert await asyncio.to_thread(server.wait, lambda: server.running == 1)
            started = time.monotonic()
            change = {"textDocument": {"uri": ours.uri, "version": 2}}
            change["contentChanges"] = [{"text": TEXT + "x"}]
            ours.server.notify("textDocument/didChange", change)
            where = {"textDocument": {"uri": ours.uri}, "position": {"line": 8, "character": 3}}
            assert (await ours.server.request("infill/context", where))["prompt"]
            assert time.monotonic() - started < 5
            asking.cancel()


async def test_a_tokenizer_of_another_model_is_told(repository, tmp_path):
    """It has the sentinels, but elsewhere than the model has them."""
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    tokenizer = tiny_bpe.write(folder)
    with wire.serve() as server:
        more = {"tokenizer": tokenizer}
        async with editor(repository, *settings(server.endpoint, **more)) as ours:
            assert (await ours.complete())[1]["error"] is None
            told = ours.server.said("window/showMessage")
            assert any("tokenizer of another model" in params["message"] for params in told)


async def test_a_tokenizer_that_lacks_the_sentinels_is_an_error(repository, tmp_path):
    file = tmp_path / "tokenizer.json"
    file.write_text("{}")
    with wire.serve() as server:
        more = {"tokenizer": file}
        async with editor(repository, *settings(server.endpoint, **more)) as ours:
            status = await ours.status(is_a("error"))
            assert status["error"]["kind"] == "tokenizer"
            assert (await ours.complete())[0] is None
            assert server.requests == []


def test_the_command_line_says_the_cause(infill, repository):
    script, _ = FAULTS["wrong key"]
    with wire.serve(script) as server:
        arguments = settings(server.endpoint)
        ran = infill("complete", "a.py:9:4", "--json", *arguments, cwd=repository)
    assert ran.code == 3
    assert ran.json["error"]["cause"] == "key"


def test_weights_that_are_not_there_are_named(infill, repository, tmp_path):
    arguments = ["--set", "backend=lite", "--set", f"model={tmp_path / 'none'}"]
    ran = infill("complete", "a.py:9:4", "--json", *arguments, cwd=repository)
    assert ran.code in {2, 3}
    assert str(tmp_path / "none") in ran.json["error"]["message"]
