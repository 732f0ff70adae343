"""Requests to a model in a process of its own, as the backends `lite` and `vllm` make them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
from local_models import ask, collect, opened, said, until

from inference.backends.lite import runner_for
from inference.errors import BackendError
from inference.local.backend import LocalBackend
from inference.models import find_model
from inference.registry import BackendSettings, LocalPlan, make_backend
from inference.types import Message, Prompt, Request, Usage

BASE, INSTRUCT = (find_model(f"deepseek-coder-v2-lite-{use}") for use in ("base", "instruct"))
# Asks once and says so; then waits to be killed.
PROGRAM = """
import asyncio, sys, time
sys.path.append(sys.argv[1])
from pathlib import Path
from local_models import Windows, ask, collect
async def main():
    await collect(Windows.open(windows), ask(1))
    print("asked", flush=True)
    time.sleep(60)
windows = Windows(Path(sys.argv[2]))
asyncio.run(main())
"""


@pytest.fixture
async def windows(tmp_path):
    """Windows of one user, none open yet."""
    async with opened(tmp_path) as several:
        yield several


def _request(*, ids: tuple[int, ...] | None = (1, 2, 3), n: int = 1, **more) -> Request:
    prompt = Prompt("prompt", ids, 3, (), ())
    return Request("", "", "a.py", "Python", prompt, n=n, **{"max_new_tokens": 3, **more})


async def _chunks(backend, request):
    async with aclosing(backend.stream(request)) as chunks:
        return [chunk async for chunk in chunks]


async def test_a_completion_by_ids_tells_what_it_took(windows):
    backend = LocalBackend(windows.open(), BASE)
    chunks = await _chunks(backend, _request())
    assert "".join(chunk.text for chunk in chunks) == "0 1 2 "
    assert [chunk.token_ids for chunk in chunks] == [(0,), (1,), (2,)]
    assert [chunk.usage for chunk in chunks] == [None, None, Usage(3, 3, 0)]
    assert [chunk.finish_reason for chunk in chunks] == [None, None, "length"]


async def test_several_answers_come_one_after_the_other(windows):
    chunks = await _chunks(LocalBackend(windows.open(), BASE), _request(n=2))
    assert [chunk.index for chunk in chunks] == [0, 0, 0, 1, 1, 1]


async def test_without_ids_the_text_is_asked(windows):
    await _chunks(LocalBackend(windows.open(), BASE), _request(ids=None))
    assert "asked 0 prompt 3" in windows.notes


async def test_a_chat_is_spelled_as_its_model_wants_it(windows):
    backend = LocalBackend(windows.open(), INSTRUCT)
    said_so = (Message("user", "Fix it"),)
    request = Request("", "", "", "", messages=said_so, max_new_tokens=2)
    await _chunks(backend, request)
    asked = "\n".join(windows.notes)
    assert "User: Fix it\n\nAssistant: 2" in asked
    assert backend.capabilities.chat


async def test_a_chat_ends_where_its_model_says_so(windows):
    """Held back until it is certain, in whatever pieces it comes."""
    windows.script(says=["yes", "<｜end▁of▁", "sentence｜>", "User"])  # noqa: RUF001
    request = Request("", "", "", "", messages=(Message("user", "?"),), max_new_tokens=4)
    chunks = await _chunks(LocalBackend(windows.open(), INSTRUCT), request)
    assert [chunk.text for chunk in chunks] == ["yes", "", ""]
    assert (chunks[-1].finish_reason, chunks[-1].usage.new_tokens) == ("stop", 3)


async def test_a_model_without_chats_says_so(windows):
    backend = LocalBackend(windows.open(), BASE)
    assert not backend.capabilities.chat
    with pytest.raises(BackendError, match="tuned for chats"):
        await _chunks(backend, Request("", "", "", "", messages=(Message("user", "?"),)))


async def test_a_warm_up_generates_nothing(windows):
    await LocalBackend(windows.open(), BASE).warm(_request())
    assert "asked 3  0" in windows.notes


def test_weights_that_arent_here(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    settings = BackendSettings(model=BASE.name, spec=BASE)
    with pytest.raises(
        BackendError, match=r"set `model` to the folder .* or to a \.gguf"
    ) as raised:
        make_backend("lite", settings)
    assert raised.value.cause == "weights"
    assert BASE.hub[0] in str(raised.value)


async def test_the_weights_choose_the_library(tmp_path):
    (tmp_path / "Lite.GGUF").write_bytes(b"GGUF")
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert runner_for(tmp_path / "Lite.GGUF") == "gguf"
    assert runner_for(tmp_path) == "safetensors"
    local = LocalPlan(python=str(tmp_path / "none"))
    settings = BackendSettings(model=str(tmp_path), cache_dir=tmp_path / "cache", local=local)
    backend = make_backend("lite", settings)
    with pytest.raises(BackendError, match="can't be started"):
        await _chunks(backend, _request())
    await backend.aclose()


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter on Windows")
async def test_a_server_that_is_killed_leaves_the_model_to_the_next(windows):
    """With what it asked ended, and the model still loaded."""
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parents[1]), str(windows.cache.parent)],
        stdout=subprocess.PIPE,
    )
    with server:
        assert await asyncio.to_thread(server.stdout.readline) == b"asked\n"
        (described,) = windows.described
        server.send_signal(signal.SIGKILL)
        server.wait()
    assert said(await collect(windows.open(), ask(1))) == "0 "
    assert [one["pid"] for one in windows.described] == [described["pid"]]
    assert windows.notes.count("loads 4096") == 1


async def test_after_its_last_user_has_gone_the_model_waits_for_the_next(windows):
    first = windows.open()
    await collect(first, ask(1))
    await first.aclose()
    await asyncio.sleep(0.1)
    await collect(windows.open(), ask(1))
    await until(lambda: windows.notes.count("loads 4096") == 1)
