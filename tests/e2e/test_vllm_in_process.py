"""The backend `vllm`: the engine in a process that is shared, ended and survived."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from itertools import chain

import psutil
import pytest
import pytest_asyncio
import vllm_server as served
from engines import vllm_python
from tokenizers import Tokenizer

from inference.backends.openai import OpenAIBackend
from inference.backends.vllm import make_vllm
from inference.errors import BackendError
from inference.models import find_model
from inference.registry import BackendSettings, LocalPlan
from inference.types import Prompt, Request

pytestmark = pytest.mark.needs_vllm
shared_loop = pytest.mark.asyncio(loop_scope="module")
SPEC = find_model("deepseek-coder-v2-lite-base")
CODE = "def area(width, height):\n    return width * height\n\n\n" * 20
LOCAL = {"device": "cpu", "precision": "float32", "context_tokens": 8192}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backend(tiny_model, tmp_path_factory):
    """As settings make it; its process ends two seconds after its last user has gone."""
    made = make_vllm(
        BackendSettings(
            model=str(tiny_model),
            cache_dir=tmp_path_factory.mktemp("local"),
            spec=SPEC,
            local=LocalPlan(python=vllm_python(), idle_s=2, **LOCAL),
        )
    )
    yield made
    await made.aclose()


@pytest.fixture(scope="module")
def asked(tiny_model):
    """A request for so many tokens."""
    tokenizer = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    bos = tokenizer.token_to_id(SPEC.format.bos)
    ids = (bos, *tokenizer.encode(CODE, add_special_tokens=False).ids)
    prompt = Prompt(CODE, ids, len(ids), (), ())
    return lambda n: Request("", "", "a.py", "python", prompt=prompt, max_new_tokens=n)


async def text_of(backend, request):
    """The whole answer."""
    async with aclosing(backend.stream(request)) as coming:
        return "".join([chunk.text async for chunk in coming])


def engine_processes():
    """The process that was started from here to hold the model, and those below it."""
    hosts = [each for each in psutil.Process().children() if "local.host" in _command(each)]
    below = (each.children(recursive=True) for each in hosts)
    return [*hosts, *chain.from_iterable(below)]


def _command(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def wait_gone(processes, patience_s=30):
    """Return once all have ended."""
    _, left = psutil.wait_procs(processes, timeout=patience_s)
    assert left == []


@shared_loop
async def test_the_same_answer_as_a_server_gives(backend, asked, vllm_server):
    """Greedy, in full precision, token by token."""
    server = OpenAIBackend(vllm_server.endpoint, served.NAME, send_ids=True)
    try:
        await server.probe(None)
        assert await text_of(backend, asked(48)) == await text_of(server, asked(48))
    finally:
        await server.aclose()


@shared_loop
async def test_several_are_answered_at_once(backend, asked):
    """Eight take far less than eight times what one takes, as one batch answers them."""
    started = time.perf_counter()
    alone = await text_of(backend, asked(100))
    one_s = time.perf_counter() - started
    started = time.perf_counter()
    texts = await asyncio.gather(*(text_of(backend, asked(100)) for _ in range(8)))
    assert set(texts) == {alone}
    assert time.perf_counter() - started < 5 * one_s


@shared_loop
async def test_what_is_left_stops(backend, asked):
    """The processor falls idle, with thousands of tokens still to come."""
    async with aclosing(backend.stream(asked(6000))) as coming:
        await anext(coming)
        await asyncio.sleep(0.5)
    workers = [each for each in engine_processes() if each.is_running()]
    await asyncio.sleep(0.5)
    before = [sum(each.cpu_times()[:2]) for each in workers]
    await asyncio.sleep(2)
    spent = sum(sum(each.cpu_times()[:2]) - b for each, b in zip(workers, before, strict=True))
    assert spent < 1


@shared_loop
async def test_an_engine_that_dies_is_told_of_and_comes_again(backend, asked):
    """It runs in a process below ours, which says so; the next question starts another."""
    await text_of(backend, asked(4))
    first, *rest = engine_processes()
    async with aclosing(backend.stream(asked(6000))) as coming:
        await anext(coming)
        max(rest, key=lambda each: each.memory_info().rss).kill()
        with pytest.raises(BackendError) as raised:
            async for _ in coming:
                pass
    assert raised.value.cause == "died"
    await asyncio.to_thread(wait_gone, [first, *rest])
    assert await text_of(backend, asked(4))


@shared_loop
async def test_no_process_outlives_a_host_that_is_killed(backend, asked):
    """Else what it holds of the GPUs would be lost until somebody looks."""
    await text_of(backend, asked(4))
    first, *rest = engine_processes()
    assert rest
    first.kill()
    await asyncio.to_thread(wait_gone, rest)


def test_the_command_line_completes(infill, tiny_model, tmp_path):
    """From settings to text, by a model's folder; and the process goes when nobody uses it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.py").write_text(CODE + "def main():\n    \n")
    pairs = {
        "backend": "vllm",
        "model": tiny_model,
        "format": "deepseek-v2",
        "completion.min_confidence": 0,
        "completion.deadline_ms": 300_000,
        "local.python": vllm_python(),
        "local.idle_minutes": 0.01,
        **{f"local.{key}": value for key, value in LOCAL.items()},
    }
    arguments = [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
    ran = infill("complete", "main.py:82:5", "--json", *arguments, cwd=tmp_path)
    assert ran.code in {0, 1}, ran.err
    assert ran.json["backend"] == "vllm"
    assert ran.json["new_tokens"] > 0


def test_a_folder_without_weights_is_refused_with_a_reason(infill, tiny_model, tmp_path):
    (tmp_path / "main.py").write_text("x = 1\n")
    folder = tmp_path / "model"
    folder.mkdir()
    for file in tiny_model.iterdir():
        data = file.read_bytes()
        n_kept = len(data) // 2 if file.suffix == ".safetensors" else len(data)
        (folder / file.name).write_bytes(data[:n_kept])
    pairs = {"backend": "vllm", "model": folder, "format": "deepseek-v2"}
    pairs["local.python"] = vllm_python()
    arguments = [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]
    ran = infill("complete", "main.py:1:6", "--json", *arguments, cwd=tmp_path)
    assert ran.code == 3, ran.err
    assert "safetensors" in ran.json["error"]["message"]
