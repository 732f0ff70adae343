"""A `.gguf` by llama.cpp: in a process of ours, and behind a real `llama-server`.

The server is the one that `INFILL_TEST_LLAMA_SERVER` names; `tests/lite/llama_server/build.py`
builds it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from contextlib import aclosing, closing
from pathlib import Path

import httpx
import pytest
from engines import ROOT, answer, environment, lite_python, make_tiny

from inference.errors import BackendError
from inference.models import define_model
from inference.registry import BackendSettings, LocalPlan, make_backend
from inference.tokens.file import FileTokenizer
from inference.types import Message, Prompt, Request

pytestmark = pytest.mark.needs_lite("llama_cpp", "gguf", "torch", "transformers")
LITE = ROOT / "tests" / "lite"
SERVER = "INFILL_TEST_LLAMA_SERVER"
SPEC = define_model("tiny", "deepseek-v2")
_CONTEXT, _SLOTS = 4096, 2
# Small in everything but its layers, of which llama.cpp wants 27; lively enough to be told apart.
_SHAPE = {
    "num_hidden_layers": 27,
    "hidden_size": 64,
    "intermediate_size": 96,
    "moe_intermediate_size": 32,
    "kv_lora_rank": 64,
    "qk_rope_head_dim": 16,
    "qk_nope_head_dim": 32,
    "v_head_dim": 32,
    "initializer_range": 0.15,
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder of safetensors that the file is made of."""
    changed = [part for key, value in _SHAPE.items() for part in ("--set", f"{key}={value}")]
    return make_tiny(tmp_path_factory.mktemp("gguf"), *changed)


@pytest.fixture(scope="session")
def weights(folder):
    """The same weights as a `.gguf`."""
    file = folder.parent / "tiny.gguf"
    command = [lite_python("torch", "gguf"), LITE / "tiny_gguf.py", folder, file]
    subprocess.run(command, check=True, capture_output=True, env=environment(), timeout=120)
    return file


@pytest.fixture(scope="session")
def tokenizer(weights):
    """The one that the file brings."""
    return FileTokenizer(weights)


@pytest.fixture(scope="session")
def server(weights, tmp_path_factory):
    """The address of a real server of the file, with a slot for each of two files."""
    program = os.environ.get(SERVER)
    if not program or not Path(program).is_file():
        pytest.skip(f"no llama-server; {SERVER} names one")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-m", weights, "--host", "127.0.0.1", "--port", port, "-t", 1, "--slots"]
    options += ["-c", _CONTEXT * _SLOTS, "-np", _SLOTS, "--no-kv-unified"]
    log = (tmp_path_factory.mktemp("server") / "log").open("w+")
    with log, subprocess.Popen([program, *map(str, options)], stdout=log, stderr=log) as started:
        try:
            yield _ready(f"http://127.0.0.1:{port}", started, log)
        finally:
            started.terminate()


def _ready(endpoint, started, log):
    """The address once the model is loaded."""
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s and started.poll() is None:
        try:
            if httpx.get(f"{endpoint}/health").status_code == httpx.codes.OK:
                return endpoint
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    log.seek(0)
    raise AssertionError(f"llama-server didn't start: {log.read()[-2000:]}")


def test_answers_are_those_of_the_library_from_scratch(weights):
    """With what was read kept and drafts verified, edit after edit, token by token."""
    found = answer(lite_python("llama_cpp"), LITE / "gguf_exactness.py", weights, 20)
    assert found["wrong"] == []
    assert found["equal"] + found["tied"] == found["edits"]
    assert found["tied"] <= 2
    assert found["cached"] > found["prompt"] / 2


def test_both_libraries_say_the_same_of_the_same_weights(folder, weights):
    """Greedy tokens of transformers and of llama.cpp, from the weights in either format."""
    found = answer(lite_python("llama_cpp", "torch"), LITE / "gguf_beside.py", folder, weights)
    assert found["gguf"] == found["safetensors"]


async def test_the_backend_lite_runs_the_file_in_a_process_of_its_own(weights, tokenizer, tmp_path):
    """Ids and texts, beginnings, what was read kept, and a file that was cut off."""
    backend = lite(weights, tmp_path)
    ids = prompt_ids(tokenizer)
    first = await said(backend, ids)
    more = await said(backend, (*ids, 5, 6), healing="Qz_é")
    with pytest.raises(BackendError) as misfit:
        await said(backend, (1, 2, 999_999))
    await backend.aclose()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(weights.read_bytes()[:3_000_000])
    backend = lite(cut, tmp_path)
    with pytest.raises(BackendError, match="cut off") as broken:
        await said(backend, ids)
    await backend.aclose()
    assert first[-1].usage.cached_tokens == 0
    assert more[-1].usage.cached_tokens >= len(ids) - 1
    assert "".join(chunk.text for chunk in more).startswith("Qz_é")
    assert (misfit.value.cause, broken.value.cause) == ("tokenizer", "weights")


async def test_the_server_takes_ids_and_reads_only_what_is_new(server, tokenizer):
    backend = opened(server)
    assert await backend.probe(tokenizer.encode(backend.probe_text)) is None
    assert backend.capabilities.token_ids
    ids = prompt_ids(tokenizer)
    first = await said(backend, ids)
    more = await said(backend, (*ids, 5, 6, 7))
    elsewhere = await said(backend, (*ids[:-4], 9), path="b.py")
    again = await said(backend, (*ids, 5, 6, 7, 8))
    await backend.aclose()
    assert first[-1].usage.prompt_tokens == len(ids)
    assert more[-1].usage.cached_tokens >= len(ids) - 1
    assert elsewhere[-1].usage.cached_tokens == 0
    assert again[-1].usage.cached_tokens >= len(ids) + 2
    assert all(chunk.token_ids for chunk in first[:-1])


async def test_the_server_begins_as_it_is_told(server, tokenizer):
    backend = opened(server)
    await backend.probe(tokenizer.encode(backend.probe_text))
    chunks = await said(backend, prompt_ids(tokenizer), healing='Qz_ "\\\n\tx\x01é')
    await backend.aclose()
    assert "".join(chunk.text for chunk in chunks).startswith('Qz_ "\\\n\tx\x01é')


async def test_a_warm_up_leaves_nothing_to_read(server, tokenizer):
    backend = opened(server)
    await backend.probe(tokenizer.encode(backend.probe_text))
    ids = prompt_ids(tokenizer, "w")
    await backend.warm(asked(ids, path="w.py"))
    chunks = await said(backend, ids, path="w.py")
    await backend.aclose()
    assert chunks[-1].usage.cached_tokens >= len(ids) - 1


async def test_leaving_stops_the_server(server, tokenizer):
    backend = opened(server)
    await backend.probe(tokenizer.encode(backend.probe_text))
    async with aclosing(backend.stream(asked(prompt_ids(tokenizer), n=3000))) as chunks:
        await anext(chunks)
    left_s = time.monotonic()
    async with httpx.AsyncClient() as http:
        while any(slot["is_processing"] for slot in (await http.get(f"{server}/slots")).json()):
            await asyncio.sleep(0.01)
            assert time.monotonic() - left_s < 2
    await backend.aclose()


async def test_too_long_a_prompt_is_told_before_and_when_it_comes(server, tokenizer):
    backend = opened(server, budget_tokens=16_384)
    told = await backend.probe(tokenizer.encode(backend.probe_text))
    assert told is not None
    assert f"{_CONTEXT} tokens" in told
    assert "`-c " in told
    with pytest.raises(BackendError) as caught:
        await said(backend, prompt_ids(tokenizer) * 20)
    await backend.aclose()
    assert caught.value.cause == "context"


async def test_the_server_chats(server):
    backend = opened(server)
    messages = (Message("user", "hi"),)
    request = Request("", "", "", "", messages=messages, max_new_tokens=4)
    async with aclosing(backend.stream(request)) as stream:
        chunks = [chunk async for chunk in stream]
    await backend.aclose()
    assert chunks[-1].finish_reason == "length"
    assert chunks[-1].usage.new_tokens == 4


def lite(file, cache_dir):
    """The backend that runs this file."""
    local = LocalPlan(python=lite_python("llama_cpp"), threads=1, idle_s=5)
    settings = {"model": str(file), "spec": SPEC, "budget_tokens": 2048, "local": local}
    return make_backend("lite", BackendSettings(cache_dir=cache_dir, **settings))


def opened(server, **more):
    """A backend at the server."""
    settings = {"endpoint": server, "model": "tiny", "spec": SPEC, "budget_tokens": 2048}
    return make_backend("llamacpp", BackendSettings(**(settings | more)))


def prompt_ids(tokenizer, name="f"):
    """A prompt of some hundred ids."""
    bos = tokenizer.control_id(SPEC.format.bos)
    return (bos, *tokenizer.encode(f"def {name}(x):\n    return x\n\n\n" * 40))


def asked(ids, *, path="a.py", healing="", n=6):
    """A request for a completion."""
    prompt = Prompt("text", tuple(ids), len(ids), SPEC.stops, (), healing=healing)
    if healing:
        n = 24
    return Request("", "", path, "python", prompt=prompt, max_new_tokens=n, session="s")


async def said(backend, ids, **more):
    """All chunks of an answer."""
    async with aclosing(backend.stream(asked(ids, **more))) as stream:
        return [chunk async for chunk in stream]
