"""Typing as in VS Code, which cancels at each key: what a backend is asked, and till when."""

from __future__ import annotations

import asyncio
import time

import pytest
import wire

from lsp_server import launch
from lsp_server.client import connect
from lsp_server.measuring.asking import completion_at, open_text, type_text

pytestmark = pytest.mark.usefixtures("isolated")
START = "def area(width, height):\n    return \n"
CURSOR = START.index("return ") + len("return ")


@pytest.fixture
def file(tmp_path):
    """The module that is typed in."""
    (tmp_path / ".git").mkdir()
    path = tmp_path / "shapes.py"
    path.write_text(START)
    return path


def _command(endpoint):
    sets = (f"endpoint={endpoint}", "backend=openai", "completion.prefetch=false")
    sets += ("prompt.warm_up=false", "completion.debounce_ms=0")
    return launch.command("serve", *(part for each in sets for part in ("--set", each)))


def _ask(opened):
    asked = opened.server.request("textDocument/inlineCompletion", completion_at(opened))
    return asyncio.create_task(asked)


async def test_who_types_on_as_the_model_does_has_it_read_the_prompt_once(file):
    """Each key cancels the request before it, and the last one gets the rest."""
    script = wire.Script(text=("width", " * ", "height"), delay_s=0.3)
    with wire.serve(script) as endpoint:
        async with connect(_command(endpoint.endpoint), file.parent) as server:
            await server.settled()
            opened = open_text(server, file, START, CURSOR)
            asked = _ask(opened)
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.requests) == 1)
            for key in "wid":
                asked.cancel()
                await asyncio.sleep(0.02)
                type_text(opened, key)
                asked = _ask(opened)
                await asyncio.sleep(0.1)
            (item,) = await asked
    assert item["insertText"] == "th * height"
    assert len(endpoint.requests) == 1


async def test_what_nobody_asks_for_again_ends_at_the_backend_soon(file):
    with wire.serve(wire.Script(hang="during")) as endpoint:
        async with connect(_command(endpoint.endpoint), file.parent) as server:
            await server.settled()
            opened = open_text(server, file, START, CURSOR)
            asked = _ask(opened)
            assert await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 1)
            cancelled = time.monotonic()
            asked.cancel()
            assert await asyncio.to_thread(endpoint.wait, lambda: len(endpoint.hung_up) == 1)
            assert endpoint.hung_up[0] - cancelled < 0.5
