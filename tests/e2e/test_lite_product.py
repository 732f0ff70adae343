"""The backend `lite` with a real model in a process of its own, as a user has it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from engines import lite_python

from inference.models import define_model
from inference.registry import BackendSettings, LocalPlan, make_backend
from inference.types import Prompt, Request

pytestmark = pytest.mark.needs_lite
SPEC = define_model("tiny", "deepseek-v2")


@pytest.fixture
async def lite(tiny_model, tmp_path):
    """The backend, whose process ends soon after it."""
    local = LocalPlan(python=lite_python(), device="cpu", precision="float32", threads=1, idle_s=3)
    backend = make_backend(
        "lite",
        BackendSettings(
            model=str(tiny_model), spec=SPEC, budget_tokens=2048, local=local, cache_dir=tmp_path
        ),
    )
    yield backend
    await backend.aclose()


def _request(n_tokens, *, n_new=4, last=7):
    ids = (*(1 + number % 900 for number in range(n_tokens)), last)
    prompt = Prompt("", ids, len(ids), (), ())
    return Request("", "", "a.py", "Python", prompt, max_new_tokens=n_new)


async def _usage(backend, request):
    async with aclosing(backend.stream(request)) as chunks:
        return [chunk async for chunk in chunks][-1].usage


async def test_a_keystroke_reads_only_what_is_new_and_who_leaves_is_gone(lite):
    first = await _usage(lite, _request(1500))
    assert (first.prompt_tokens, first.cached_tokens) == (1501, 0)
    second = await _usage(lite, _request(1502, last=9))
    assert (second.prompt_tokens, second.cached_tokens) == (1503, 1500)
    async with aclosing(lite.stream(_request(1504, n_new=500))) as chunks:
        await anext(chunks)
    # The next one is served at once, not after five hundred tokens.
    third = await asyncio.wait_for(_usage(lite, _request(1506)), 20)
    assert third.cached_tokens >= 1502
    await lite.warm(_request(1600))
    assert (await _usage(lite, _request(1600))).cached_tokens == 1600


def test_the_command_line_completes_with_it(infill, tiny_model, tmp_path):
    (tmp_path / "main.py").write_text("def double(x):\n    return x\n\n\nprint(dou)\n")
    told = {
        "backend": "lite",
        "model": str(tiny_model),
        "format": "deepseek-v2",
        "local_python": lite_python(),
        "local_device": "cpu",
        "local_precision": "float32",
        "local_idle_minutes": "0.05",
        "context_budget_tokens": "1024",
        "completion_max_tokens": "6",
        "completion_deadline_ms": "60000",
    }
    variables = {f"INFILL_{name.upper()}": value for name, value in told.items()}
    asked = ("complete", "main.py:5:10", "--json")
    ran = infill(*asked, cwd=tmp_path, **variables)
    assert ran.code in {0, 1}, ran.err
    assert ran.json["backend"] == "lite"
    assert ran.json["prompt_tokens"] > 10
    assert ran.json["new_tokens"] is None or ran.json["new_tokens"] <= 6
