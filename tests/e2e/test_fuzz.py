"""Thousands of messages at random to the real process: each request is answered, once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import Counter

import pytest

from tests.fuzzing import Fuzz
from tests.raw import raw

pytestmark = pytest.mark.usefixtures("isolated")

N_MESSAGES = int(os.environ.get("INFILL_TEST_FUZZ_MESSAGES", "2000"))
URI = "file:///nowhere/z.py"
TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"
TELLTALE = re.compile(r'Traceback|File \\"|site-packages|lsp_server/')


async def test_thousands_of_messages_are_answered_or_refused():
    chance = random.Random(6)  # noqa: S311 -- no secret, and the same each time
    fuzz = Fuzz(chance.choice)
    async with raw() as server:
        await server.begin()
        reading = asyncio.create_task(read_up_to(server, "last"))
        for _ in range(N_MESSAGES):
            server.process.stdin.write(fuzz.message())
            await server.process.stdin.drain()
        server.open(URI, TEXT)
        where = {"textDocument": {"uri": URI}, "position": {"line": 8, "character": 3}}
        server.ask("last", "textDocument/inlineCompletion", where | {"context": {"triggerKind": 1}})
        messages = await asyncio.wait_for(reading, 60 + N_MESSAGES / 50)
        server.ask("shutdown", "shutdown", None)
        server.tell("exit", None)
        messages += await server.rest()
        assert await asyncio.wait_for(server.process.wait(), 20) == 0
    answers = [m for m in messages if "method" not in m]
    counts = Counter(m["id"] for m in answers if m["id"] is not None)
    assert counts == Counter([*fuzz.requests, "last", "shutdown"])
    (last,) = (m for m in answers if m["id"] == "last")
    assert last["result"][0]["insertText"].startswith("ha")
    internal = [m for m in answers if m.get("error", {}).get("code") == -32603]
    assert not internal
    assert not [m for m in answers if TELLTALE.search(json.dumps(m.get("error")))]


async def read_up_to(server, identifier):
    """Every message up to an answer."""
    messages = []
    while not messages or messages[-1].get("id") != identifier:
        messages.append(await server.next())
    return messages
