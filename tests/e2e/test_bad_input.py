"""What clients get wrong, sent to the real process: it answers or refuses, and goes on."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.raw import raw

pytestmark = pytest.mark.usefixtures("isolated")

TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"
URI = "file:///nowhere/a.py"


async def serves(server, identifier=900, uri=URI):
    """Whether the server still completes."""
    server.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    server.open(uri, TEXT)
    answer = await server.completed(identifier, uri, 8, 3)
    return answer["result"][0]["insertText"].startswith("ha")


JUNK = (
    b"\x00\xff\xfe\x01",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"Content-Length: many\r\n\r\n{}",
    b"Content-Length: 999999999999\r\n\r\n",
    b"Content-Length: 3\r\n\r\n{'too': 'short'}",
    b"Content-Length: 2\r\n\r\n\xff\xfe",
    b"Content-Length: 0\r\n\r\n",
    b"x" * 200_000,
)


async def test_after_junk_the_server_understands_again():
    async with raw() as server:
        await server.begin()
        for number, junk in enumerate(JUNK, 900):
            server.process.stdin.write(junk)
            assert await serves(server, number), junk[:80]


async def test_junk_is_told_once():
    async with raw() as server:
        await server.begin()
        server.process.stdin.write(b"\x00junk\nmore\nand more\n")
        server.ask(1, "shutdown", None)
        server.tell("exit", None)
        refused = [m["error"] for m in await server.rest() if "error" in m]
    assert [error["code"] for error in refused] == [-32700]


REFUSED = (
    [{"jsonrpc": "2.0", "id": 7, "method": "shutdown"}],
    {"jsonrpc": "2.0", "id": 7, "method": 5},
    {"jsonrpc": "2.0", "id": 7},
    {"jsonrpc": "2.0", "id": {"a": 1}, "method": "shutdown"},
    {"jsonrpc": "2.0", "id": None, "method": "shutdown"},
    {"jsonrpc": "2.0", "id": 7, "method": "textDocument/inlineCompletion"},
    {"jsonrpc": "2.0", "id": 7, "method": "textDocument/inlineCompletion", "params": [1]},
    {"jsonrpc": "2.0", "id": 7, "method": "$/no/such"},
    {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {}},
    {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "workspace/executeCommand",
        "params": {"command": "no.such"},
    },
    {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "workspace/executeCommand",
        "params": {"command": "infill.accepted", "arguments": [1, 2, 3]},
    },
)


async def test_what_is_no_request_is_refused_without_paths_or_traces():
    async with raw() as server:
        await server.begin()
        for message in REFUSED:
            server.send(message)
            while "error" not in (answer := await server.next()):
                pass
            assert answer["error"]["code"] in {-32600, -32601, -32602}
            assert not any(word in json.dumps(answer) for word in ("Traceback", ".py", "File "))
        assert await serves(server)


SILENT = (
    {"method": "$/setTrace", "params": {"value": "verbose"}},
    {"method": "$/no/such", "params": 5},
    {"method": "no/such"},
    {"method": "$/cancelRequest", "params": {"id": 12345}},
    {"method": "$/cancelRequest", "params": {"id": []}},
    {"method": "textDocument/didChange", "params": {"textDocument": {"uri": URI}}},
    {"method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///never"}}},
    {"method": "textDocument/didOpen", "params": None},
    {"method": "workspace/didChangeConfiguration", "params": {"settings": 5}},
    {"id": "never asked", "result": 5},
    {"id": 3, "error": "no"},
    {"id": [], "result": None},
)


async def test_what_wants_no_answer_gets_none():
    async with raw() as server:
        await server.begin()
        for message in SILENT:
            server.send({"jsonrpc": "2.0", **message})
        server.ask(1, "shutdown", None)
        server.tell("exit", None)
        answers = [m for m in await server.rest() if "method" not in m]
    assert [(m["id"], m.get("error")) for m in answers] == [(1, None)]


async def test_a_bad_initialize_may_be_followed_by_a_good_one():
    async with raw() as server:
        server.ask(1, "initialize", {"processId": "x", "capabilities": 5})
        assert (await server.answer(1))["error"]["code"] == -32602
        assert "capabilities" in (await server.begin())["result"]


async def test_folders_that_are_none_are_done_without():
    folders = [
        {"uri": uri, "name": "x"} for uri in ("file:///no/such", "http://x/", "", "file://[")
    ]
    async with raw() as server:
        answer = await server.begin(workspaceFolders=folders, rootUri="file://[")
        assert "capabilities" in answer["result"]
        assert await serves(server)


async def test_edits_in_any_order_are_survived():
    """Versions that go back, ranges past the end and the wrong way round, opened twice."""
    async with raw() as server:
        await server.begin()
        server.open(URI, "old text")
        server.open(URI, TEXT)
        server.edit(URI, 9, ((99, 0), (120, 5), "# end\n"), ((8, 3), (0, 0), ""))
        server.edit(URI, 3, ((9, 0), (99, 0), ""))
        answer = await server.completed(1, URI, 8, 3)
        assert answer["result"][0]["insertText"].startswith("ha")
        assert await serves(server)


async def test_a_document_is_no_longer_known_after_an_edit_that_can_not_be_read():
    """What follows would go into the wrong places."""
    async with raw() as server:
        await server.begin()
        server.open(URI, TEXT)
        server.edit(URI, 2, ((-1, 0), (0, 0), "x"))
        assert "was never opened" in (await server.completed(1, URI, 8, 3))["error"]["message"]
        assert await serves(server)


@pytest.mark.parametrize(
    "text",
    [
        "alpha(1, 2)\r\nalpha(1, 2)\ralpha(1, 2)\nalpha(1, 2)\r\n{}",
        "alpha(1, 2)\n# \f\v\x1c\x85\u2028x\nalpha(1, 2)\nalpha(1, 2)\n{}",
        "alpha(1, 2)  # \ud800 \U0001f600\nalpha(1, 2)\nalpha(1, 2)\nalpha(1, 2)\n{}",
    ],
)
async def test_texts_with_odd_characters_are_edited_in_the_right_place(text):
    async with raw() as server:
        await server.begin()
        server.open(URI, text.format("a"))
        server.edit(URI, 2, ((4, 1), (4, 1), "l"))
        server.edit(URI, 3, ((4, 2), (4, 2), "p"))
        answer = await server.completed(1, URI, 4, 3)
        assert answer["result"][0]["insertText"].startswith("ha")


async def test_what_is_sent_at_once_is_answered_in_full():
    """A thousand requests before the first answer is read."""
    async with raw() as server:
        await server.begin()
        server.open(URI, TEXT)
        for identifier in range(1, 1001):
            server.ask(identifier, "no/such", None)
        seen = [(await server.answer(n))["error"]["code"] for n in range(1, 1001)]
        assert set(seen) == {-32601}
        assert await serves(server)


async def test_requests_behind_shutdown_and_in_the_middle_of_it():
    async with raw() as server:
        await server.begin()
        server.open(URI, TEXT)
        for identifier, method in ((1, "shutdown"), (2, "infill/context"), (3, "shutdown")):
            server.ask(identifier, method, {})
        server.tell("exit", None)
        answers = {m["id"]: m for m in await server.rest() if "method" not in m}
        assert await asyncio.wait_for(server.process.wait(), 20) == 0
    assert {n: m["error"]["code"] for n, m in answers.items() if "error" in m} == {
        2: -32600,
        3: -32600,
    }
