"""The backend `lite` with a real model: read once, killed, broken on disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import aclosing, suppress

import engines
import pytest

from inference.errors import BackendError
from inference.models import find_model
from inference.registry import BackendSettings, LocalPlan, make_backend
from inference.types import Prompt, Request

pytestmark = pytest.mark.needs_lite

SPEC = find_model("deepseek-coder-v2-lite-base")
CODE = "def add(a, b):\n    return a + b\n" * 20


@pytest.fixture
async def lite(tmp_path):
    """Makes backends for a folder of weights; their processes end with the test."""
    made, told = [], []

    def make(weights):
        local = LocalPlan(engines.lite_python(), device="cpu", precision="float32", idle_s=60.0)
        backend = make_backend(
            "lite",
            BackendSettings(
                model=str(weights),
                cache_dir=tmp_path / "cache",
                spec=SPEC,
                local=local,
                report=told.append,
            ),
        )
        made.append(backend)
        return backend

    make.told = told
    make.pids = lambda: [
        json.loads(path.read_text())["pid"] for path in (tmp_path / "cache").glob("local/*.json")
    ]
    yield make
    for backend in made:
        await backend.aclose()
    for pid in make.pids():
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)


def _request(text: str, n: int = 4) -> Request:
    return Request("", "", "a.py", "Python", Prompt(text, None, 0, (), ()), max_new_tokens=n)


async def _complete(backend, request: Request):
    async with aclosing(backend.stream(request)) as chunks:
        return [chunk async for chunk in chunks]


async def _kill_in_mid_stream(backend, pids):
    async with aclosing(backend.stream(_request(CODE, 500))) as chunks:
        async for _ in chunks:
            for pid in pids():
                os.kill(pid, signal.SIGKILL)


async def test_what_one_window_has_read_another_needs_not_wait_for(lite, tiny_model):
    """And the process is one, found by both."""
    one, other = lite(tiny_model), lite(tiny_model)
    await one.warm(_request(CODE))
    first = (await _complete(other, _request(CODE + "add(")))[-1].usage
    assert first.cached_tokens > 0.9 * first.prompt_tokens
    assert first.new_tokens == 4
    assert len(lite.pids()) == 1
    assert [condition.kind for condition in lite.told][:1] == ["busy"]


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter on Windows")
async def test_killed_in_mid_stream_it_comes_back_the_same(lite, tiny_model):
    backend = lite(tiny_model)
    before = await _complete(backend, _request(CODE))
    with pytest.raises(BackendError, match="SIGKILL") as raised:
        await _kill_in_mid_stream(backend, lite.pids)
    assert raised.value.cause == "died"
    after = await _complete(backend, _request(CODE))
    assert "".join(chunk.text for chunk in after) == "".join(chunk.text for chunk in before)
    assert [each.kind for each in lite.told if each.kind in ("warning", "error")] == ["warning"]


async def test_weights_that_end_early_are_told_once_and_taken_when_they_are_whole(
    lite, tiny_model, tmp_path
):
    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    weights = broken / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    backend = lite(broken)
    for _ in range(3):
        with pytest.raises(BackendError, match=r"model\.safetensors") as raised:
            await _complete(backend, _request(CODE))
        assert raised.value.cause == "weights"
    assert [each.kind for each in lite.told if each.kind != "busy"] == ["error"]
    weights.write_bytes(whole)
    await backend.aclose()
    assert await _complete(lite(broken), _request(CODE))


async def test_a_prompt_that_is_too_long_is_refused_with_numbers(lite, tiny_model):
    """And the next one is answered."""
    backend = lite(tiny_model)
    with pytest.raises(BackendError) as raised:
        await _complete(backend, _request(CODE * 200))
    assert raised.value.cause == "context"
    assert await _complete(backend, _request(CODE))
