"""From the embedded model to real ones on this machine and back, in one running server."""

from __future__ import annotations

import pytest
import wire
from editing import editor, repository_in, uses
from engines import lite_python, vllm_python

pytestmark = pytest.mark.usefixtures("isolated")


async def visit(root, model, backend, python):
    """Statistics, that backend, a server, that backend again, statistics: what each said."""
    local = {"python": python, "device": "cpu", "precision": "float32", "idle_minutes": 0.05}
    ours = {"backend": backend, "model": str(model), "format": "deepseek-v2", "local": local}
    ours |= {"context": {"budget_tokens": 1024}, "completion": {"max_tokens": 8}}
    told = []
    with wire.serve(wire.Script(text=("bet",))) as endpoint:
        async with editor(root) as window:
            told.append(await window.complete())
            for settings in (ours, {"backend": "openai", "endpoint": endpoint.endpoint}, ours, {}):
                window.configure(**settings)
                await window.status(uses(settings.get("backend", "ngram")))
                told.append(await window.complete())
            statuses = window.statuses
    return told, statuses


def check(told, statuses, backend):
    names = [answer["backend"] for _, answer in told]
    assert names == ["ngram", backend, "openai", backend, "ngram"]
    assert told[0][0] == told[4][0]
    assert told[2][0] == "bet"
    for _, answer in (told[1], told[3]):
        # A model of random weights says anything, but it was asked and has said it.
        assert answer["error"] is None
        assert answer["prompt_tokens"] > 20
        assert answer["timings_ms"]["first_token"] > 0
    busy = [status["message"] for status in statuses if status["kind"] == "busy"]
    assert any("loading" in message for message in busy)


@pytest.mark.needs_lite
async def test_to_transformers_and_back(tmp_path, tiny_model):
    told, statuses = await visit(repository_in(tmp_path), tiny_model, "lite", lite_python())
    check(told, statuses, "lite")


@pytest.mark.needs_vllm
async def test_to_vllm_and_back(tmp_path, tiny_model):
    told, statuses = await visit(repository_in(tmp_path), tiny_model, "vllm", vllm_python())
    check(told, statuses, "vllm")
