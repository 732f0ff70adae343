"""The product at a real `vllm serve`: what is sent, what it costs there, and what goes wrong."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest
import vllm_server as served
from tokenizers import Tokenizer

from inference.backends.openai import OpenAIBackend
from inference.errors import BackendError
from inference.models import find_model
from inference.registry import Sharing
from inference.types import Prompt, Request
from lsp_server import launch
from lsp_server.client import connect
from lsp_server.measuring.asking import completion_at, open_text, type_text

pytestmark = [pytest.mark.needs_vllm, pytest.mark.usefixtures("isolated")]
MODEL = "deepseek-coder-v2-lite-base"
SHAPES = "".join(
    f"def area_{n}(width, height):\n    return width * height * {n}\n\n\n" for n in range(60)
)
START = (
    "from shapes import area_1, area_2\n\n\n"
    "def main(values):\n    total = 0\n    \n    return total\n"
)
CURSOR = START.index("    \n") + 4


@pytest.fixture
def repository(tmp_path):
    """A module that another imports."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shapes.py").write_text(SHAPES)
    (tmp_path / "main.py").write_text(START)
    return tmp_path


def settings(server, **more):
    """Arguments that point the product at the server."""
    pairs = {
        "backend": "openai",
        "endpoint": server.endpoint,
        "model": MODEL,
        "served_model": served.NAME,
        "tokenizer": server.tokenizer,
        "context.budget_tokens": 4096,
        "completion.min_confidence": 0,
        **more,
    }
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]


@asynccontextmanager
async def editor(server, repository, **more):
    """A language server at it, as an editor starts one, and a document opened in it."""
    async with connect(launch.command("serve", *settings(server, **more)), repository) as client:
        await client.settled()
        yield client, open_text(client, repository / "main.py", START, CURSOR)


async def complete(client, opened):
    """Ask at the cursor, and wait."""
    return await client.request("textDocument/inlineCompletion", completion_at(opened))


def request(encode, text, **more):
    """A request by ids."""
    ids = encode(text)
    return Request("", "", "a.py", "python", prompt=Prompt(text, ids, len(ids), (), ()), **more)


@pytest.fixture
def encode(tiny_model):
    """A prompt's text to its ids."""
    tokenizer = Tokenizer.from_file(str(tiny_model / "tokenizer.json"))
    bos = tokenizer.token_to_id(find_model(MODEL).format.bos)
    return lambda text: (bos, *tokenizer.encode(text, add_special_tokens=False).ids)


@asynccontextmanager
async def backend_at(server, name=served.NAME, **sharing):
    """The backend alone, which knows what the server takes."""
    made = OpenAIBackend(server.endpoint, name, send_ids=True, sharing=Sharing(**sharing))
    try:
        await made.probe(None)
        yield made
    finally:
        await made.aclose()


async def last_chunk(backend, asked):
    """What the answer ends with."""
    async with aclosing(backend.stream(asked)) as coming:
        return [chunk async for chunk in coming][-1]


def test_the_command_line_completes(infill, repository, vllm_server):
    """With ids, by whose count the server's and ours agree to the token."""
    before = vllm_server.metric("prompt_tokens_total")
    arguments = settings(vllm_server, **{"prompt.warm_up": "false"})
    ran = infill("complete", "main.py:6:5", "--json", *arguments, cwd=repository)
    assert ran.code in {0, 1}, ran.err
    assert ran.json["new_tokens"] > 0
    assert ran.json["timings_ms"]["first_token"] > 0
    # The rest are the texts that find out what the server takes.
    asked = vllm_server.metric("prompt_tokens_total") - before
    assert ran.json["prompt_tokens"] <= asked <= ran.json["prompt_tokens"] + 30


def test_what_comes_is_printed_as_it_comes(infill, repository, vllm_server):
    arguments = settings(vllm_server)
    whole = infill("complete", "main.py:6:5", *arguments, cwd=repository)
    streamed = infill("complete", "main.py:6:5", "--stream", *arguments, cwd=repository)
    assert streamed.code == whole.code, streamed.err
    assert streamed.out.startswith(whole.out)


async def test_a_cancelled_keystroke_frees_the_server(repository, vllm_server):
    """What an editor takes back runs no more within half a second."""
    more = {"completion.max_tokens": 3000, "prompt.warm_up": "false"}
    async with editor(vllm_server, repository, **more) as (client, opened):
        asking = asyncio.ensure_future(complete(client, opened))
        await asyncio.to_thread(vllm_server.wait_running)
        cancelled_s = time.monotonic()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        idle_s = await asyncio.to_thread(vllm_server.idle_after_s, cancelled_s)
    assert idle_s < 0.5


async def test_an_overtaken_request_frees_the_server(repository, vllm_server):
    """Typing on takes the last question back, without being told to."""
    more = {"completion.max_tokens": 3000, "prompt.warm_up": "false"}
    async with editor(vllm_server, repository, **more) as (client, opened):
        first = asyncio.ensure_future(complete(client, opened))
        await asyncio.to_thread(vllm_server.wait_running)
        type_text(opened, "t")
        second = asyncio.ensure_future(complete(client, opened))
        assert await asyncio.wait_for(first, 5) in ([], None)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert await asyncio.to_thread(vllm_server.idle_after_s, time.monotonic()) < 0.5


async def test_a_generator_that_is_closed_frees_the_server(encode, vllm_server):
    asked = request(encode, SHAPES[:400], max_new_tokens=3000)
    async with backend_at(vllm_server) as backend:
        async with aclosing(backend.stream(asked)) as coming:
            await anext(coming)
            await asyncio.to_thread(vllm_server.wait_running)
        assert await asyncio.to_thread(vllm_server.idle_after_s, time.monotonic()) < 0.5


async def test_typing_on_reads_little(repository, vllm_server):
    """By the server's own counters, of all tokens of the prompts of twelve keys."""
    more = {"completion.max_tokens": 2, "prompt.warm_up": "false"}
    async with editor(vllm_server, repository, **more) as (client, opened):
        await complete(client, opened)
        asked = vllm_server.metric("prefix_cache_queries_total")
        hit = vllm_server.metric("prefix_cache_hits_total")
        for key in "total += are":
            type_text(opened, key)
            await complete(client, opened)
    asked = vllm_server.metric("prefix_cache_queries_total") - asked
    hit = vllm_server.metric("prefix_cache_hits_total") - hit
    assert asked > 12 * 1500
    assert asked - hit < 12 * 2 * served.BLOCK_TOKENS


async def test_who_salts_shares_with_nobody_else(encode, vllm_server):
    """A prompt that one has read is new to another, and known to who has the same salt."""
    asked, cached = request(encode, f"# {time.time_ns()}\n{SHAPES}"), []
    for salt in ("one", "one", "other", "one"):
        async with backend_at(vllm_server, cache_salt=salt) as backend:
            cached.append((await last_chunk(backend, asked)).usage.cached_tokens or 0)
    first, again, other, still = cached
    assert first == other == 0
    assert min(again, still) > 1000


async def test_the_urgent_are_served_first(encode, vllm_server):
    """With more asked than run at once, who types goes before those that only read ahead."""
    done = []

    async def ask(name, priority, text):
        asked = request(encode, text, max_new_tokens=120, priority=priority)
        await last_chunk(backend, asked)
        done.append(name)

    async with backend_at(vllm_server) as backend:
        # The server runs sixteen at once.
        texts = [f"# {n}\n{SHAPES[:200]}" for n in range(48)]
        crowd = [asyncio.ensure_future(ask("late", 10, text)) for text in texts]
        await asyncio.to_thread(vllm_server.wait_running)
        await ask("urgent", 0, "# urgent\n" + SHAPES[:200])
        for each in crowd:
            each.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    assert done.index("urgent") < 32


async def test_an_unknown_model_is_named_with_those_there_are(encode, vllm_server):
    async with backend_at(vllm_server, "other") as backend:
        with pytest.raises(BackendError, match="tiny") as raised:
            await last_chunk(backend, request(encode, "x"))
    assert raised.value.cause == "model"


def test_an_unknown_model_fails_the_command_line(infill, repository, vllm_server):
    arguments = settings(vllm_server, served_model="other")
    ran = infill("complete", "main.py:6:5", "--json", *arguments, cwd=repository)
    assert ran.code == 3
    assert "'other'" in ran.json["error"]["message"]


async def test_a_server_that_dies_in_mid_answer(encode, tiny_model, repository):
    """A fault with a reason for whoever reads, and for the editor; which goes on."""
    with served.serve(tiny_model, "--max-num-seqs", "2") as server:
        more = {"completion.max_tokens": 3000, "prompt.warm_up": "false"}
        async with editor(server, repository, **more) as (client, opened):
            asking = asyncio.ensure_future(complete(client, opened))
            await asyncio.to_thread(server.wait_running)
            asked = request(encode, SHAPES[:300], max_new_tokens=4000)
            async with backend_at(server) as backend, aclosing(backend.stream(asked)) as coming:
                await anext(coming)
                served.kill(server)
                with pytest.raises(BackendError, match=r"127\.0\.0\.1"):
                    async for _ in coming:
                        pass
            # Half a line may have come before.
            await asyncio.wait_for(asyncio.gather(asking, return_exceptions=True), 20)
            told = client.last("infill/status")
            assert told["kind"] in {"error", "warning"}
            assert "127.0.0.1" in told["message"]
            await asyncio.wait_for(client.request("infill/context", opened.place), 20)


def test_the_suite_speaks_to_a_real_one(vllm_server):
    version = httpx.get(f"{vllm_server.root}/version").json()["version"]
    assert version.startswith("0.")
