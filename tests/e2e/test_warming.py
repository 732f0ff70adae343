"""Typing, a pause, and typing on, at a model server: what it reads, and when."""

from __future__ import annotations

import asyncio
import time

import pytest
import tiny_bpe
import wire

from inference.models import find_model
from inference.tokens.load import load_tokenizer
from inference.wire.vllm import PROBE
from lsp_server import launch
from lsp_server.client import connect
from lsp_server.measuring.asking import completion_at, open_text, type_text

pytestmark = pytest.mark.usefixtures("isolated")
START = "from shapes import area\n\n\ndef main(values):\n    total = 0\n    \n    return total\n"
CURSOR = START.index("    \n") + 4
# More than half of what may be typed before the prompt is made anew by itself.
TYPED = "".join(f"total_{n} = area(values[{n}], {n})\n    " for n in range(3))
# Long enough for a warm-up that shouldn't be to show itself.
PAUSE_S = 1.6


@pytest.fixture
def repository(tmp_path):
    """Two modules."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shapes.py").write_text("def area(width, height):\n    return width * height\n")
    (tmp_path / "main.py").write_text(START)
    return tmp_path


def _command(endpoint, **more):
    pairs = {"backend": "openai", "endpoint": endpoint, "context.budget_tokens": 1024}
    # What is made ahead is asked for, too, and has tests of its own.
    pairs |= {"completion.prefetch": "false", **more}
    return launch.command(
        "serve", *(part for key, value in pairs.items() for part in ("--set", f"{key}={value}"))
    )


async def _ask(opened):
    return await opened.server.request("textDocument/inlineCompletion", completion_at(opened))


async def _type_all(server, repository):
    """The document open, completed once, typed in and completed again."""
    opened = open_text(server, repository / "main.py", START, CURSOR)
    await _ask(opened)
    for line in TYPED.splitlines(keepends=True):
        type_text(opened, line)
        await _ask(opened)
    return opened


async def test_in_a_pause_the_head_is_read_that_the_next_keystroke_goes_on_from(repository):
    with wire.serve() as endpoint:
        async with connect(_command(endpoint.endpoint), repository) as server:
            await server.settled()
            opened = await _type_all(server, repository)
            n_asked = len(endpoint.requests)
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.requests) > n_asked)
            warm = endpoint.requests[-1]
            assert warm["max_tokens"] == 1
            assert warm["prompt"] != endpoint.requests[-2]["prompt"]
            assert await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 0)
            type_text(opened, "r")
            await _ask(opened)
    assert endpoint.requests[-1]["prompt"] == warm["prompt"] + "r"
    assert len(endpoint.requests) == n_asked + 2


async def test_what_was_read_is_not_read_again_in_a_pause(repository):
    with wire.serve() as endpoint:
        async with connect(_command(endpoint.endpoint), repository) as server:
            await server.settled()
            opened = open_text(server, repository / "main.py", START, CURSOR)
            await _ask(opened)
            await asyncio.sleep(PAUSE_S)
            type_text(opened, "t")
            await _ask(opened)
            await asyncio.sleep(PAUSE_S)
    assert [asked["max_tokens"] for asked in endpoint.requests] == [384, 384]
    first, second = (asked["prompt"] for asked in endpoint.requests)
    assert second == first + "t"


async def test_a_request_ends_the_reading_ahead(repository):
    """In any document of the repository."""
    with wire.serve() as endpoint:
        async with connect(_command(endpoint.endpoint), repository) as server:
            await server.settled()
            await _type_all(server, repository)
            n_asked = len(endpoint.requests)
            endpoint.script = wire.Script(hang="before")
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.requests) > n_asked)
            endpoint.script = wire.Script(text=("1",))
            other = open_text(server, repository / "shapes.py", "x = ", 4)
            started = time.monotonic()
            assert await _ask(other)
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.hung_up) == 1)
            assert endpoint.hung_up[0] - started < 0.5


async def test_nothing_is_read_ahead_where_the_user_does_not_want_it(repository):
    more = {"prompt.warm_up": "false"}
    with wire.serve() as endpoint:
        async with connect(_command(endpoint.endpoint, **more), repository) as server:
            await server.settled()
            await _type_all(server, repository)
            n_asked = len(endpoint.requests)
            await asyncio.sleep(PAUSE_S)
            assert len(endpoint.requests) == n_asked


async def test_a_vllm_gets_ids_and_heals(repository, tmp_path_factory):
    """The half-typed word is left out of the prompt and taken off the answer."""
    file = tiny_bpe.write(tmp_path_factory.mktemp("bpe"))
    tokenizer = load_tokenizer(file, find_model("deepseek-coder-v2-lite-base"))
    tokens = tuple(tokenizer.encode(PROBE))
    script = wire.Script(text=("tal", " += 1"), owned_by="vllm", tokens=tokens, heals=True)
    with wire.serve(script) as endpoint:
        command = _command(endpoint.endpoint, tokenizer=file)
        async with connect(command, repository) as server:
            await server.settled()
            opened = open_text(server, repository / "main.py", START, CURSOR)
            type_text(opened, "to")
            (item,) = await _ask(opened)
    assert item["insertText"] == "tal += 1"
    (asked,) = endpoint.requests
    assert asked["structured_outputs"]["regex"].endswith(r"to[\s\S]*")
    text = tokenizer.decode(asked["prompt"])
    healing = asked["structured_outputs"]["regex"].removesuffix(r"[\s\S]*").replace("\\ ", " ")
    assert (text + healing).endswith("    to")
    assert not text.endswith("to")


async def test_a_vllm_that_reads_texts_differently_is_spoken_of(repository, tmp_path_factory):
    file = tiny_bpe.write(tmp_path_factory.mktemp("bpe"))
    with wire.serve(wire.Script(owned_by="vllm", tokens=(1, 2))) as endpoint:
        command = _command(endpoint.endpoint, tokenizer=file)
        async with connect(command, repository) as server:
            await server.settled()
            opened = open_text(server, repository / "main.py", START, CURSOR)
            await _ask(opened)
            told = server.last("window/showMessage")
    assert "reads texts differently" in told["message"]
    assert isinstance(endpoint.requests[0]["prompt"], str)
