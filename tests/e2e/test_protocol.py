"""What the base protocol allows and what clients get wrong: the server answers, and lives."""

from __future__ import annotations

import asyncio

import pytest

from tests.raw import INITIALIZE, raw

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{nonsense", -32700),
        (b"[" * 100_000, -32700),
        (b"[1, 2]", -32600),
        (b'{"id": 77, "method": "shutdown"}', -32600),
        (b'{"jsonrpc": "1.0", "id": 77, "method": "shutdown"}', -32600),
    ],
)
async def test_what_is_no_message_is_refused(body, code):
    async with raw() as server:
        await server.begin()
        server.send(body)
        while (message := await server.next()).get("error") is None:
            pass
        assert message["error"]["code"] == code
        server.ask(1, "shutdown", None)
        assert (await server.answer(1))["result"] is None


async def test_requests_out_of_turn_are_refused():
    """Before `initialize`, a second one, and after `shutdown`."""
    async with raw() as server:
        server.ask(1, "textDocument/inlineCompletion", {})
        assert (await server.answer(1))["error"]["code"] == -32002
        await server.begin()
        server.ask(2, "initialize", INITIALIZE)
        assert (await server.answer(2))["error"]["code"] == -32600
        server.ask(3, "shutdown", None)
        assert (await server.answer(3))["result"] is None
        server.ask(4, "textDocument/inlineCompletion", {})
        assert (await server.answer(4))["error"]["code"] == -32600


@pytest.mark.parametrize(("orderly", "code"), [(True, 0), (False, 1)])
async def test_exit_says_whether_the_end_was_orderly(orderly, code):
    async with raw() as server:
        await server.begin()
        if orderly:
            server.ask(1, "shutdown", None)
            await server.answer(1)
        server.tell("exit", None)
        assert await asyncio.wait_for(server.process.wait(), 20) == code


async def test_headers_count_in_any_case():
    async with raw() as server:
        server.send(
            {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": INITIALIZE},
            header="content-length",
        )
        assert "capabilities" in (await server.answer(5))["result"]


@pytest.mark.parametrize("silent", [True, False])
async def test_a_client_that_shows_no_progress_is_served_all_the_same(tmp_path, silent):
    """It may refuse `workDoneProgress/create`, or never answer."""
    (tmp_path / "a.py").write_text("x = 1\n")
    capabilities = {"window": {"workDoneProgress": True}}
    async with raw() as server:
        await server.begin(capabilities=capabilities, rootUri=tmp_path.as_uri())
        while True:
            message = await server.next()
            if message.get("method") == "window/workDoneProgress/create" and not silent:
                error = {"code": -32601, "message": "no"}
                server.send({"jsonrpc": "2.0", "id": message["id"], "error": error})
            if message.get("method") == "infill/status" and message["params"]["kind"] == "normal":
                break


async def test_progress_is_told_once_for_each_percentage(tmp_path):
    for number in range(150):
        (tmp_path / f"m{number}.py").write_text(f"x{number} = 1\n")
    capabilities = {"window": {"workDoneProgress": True}}
    shown = []
    async with raw() as server:
        await server.begin(capabilities=capabilities, rootUri=tmp_path.as_uri())
        while not shown or shown[-1]["kind"] != "end":
            message = await server.next()
            if message.get("method") == "window/workDoneProgress/create":
                server.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            if message.get("method") == "$/progress":
                shown.append(message["params"]["value"])
    assert shown[0]["kind"] == "begin"
    assert len(shown) <= 102


async def test_each_folder_has_its_own_settings(tmp_path):
    """What one repository's `.infill.toml` ignores stays out of its prompts, and only of its."""
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "hidden.py").write_text("def hidden(): ...\n")
        (folder / "main.py").write_text("import hidden\nhidden.\n")
    (tmp_path / "two" / ".infill.toml").write_text("[context]\nignore = ['hidden.py']\n")
    folders = [{"uri": (tmp_path / n).as_uri(), "name": n} for n in ("one", "two")]
    async with raw() as server:
        await server.begin(workspaceFolders=folders)
        while (message := await server.next()).get("params", {}).get("kind") != "normal":
            assert message
        sent = {}
        for number, name in enumerate(("one", "two"), 10):
            uri = (tmp_path / name / "main.py").as_uri()
            text = "import hidden\nhidden.\n"
            item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            server.tell("textDocument/didOpen", {"textDocument": item})
            where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 7}}
            server.ask(number, "infill/context", where)
            sent[name] = [f["path"] for f in (await server.answer(number))["result"]["files"]]
    assert sent == {"one": ["hidden.py"], "two": []}


async def test_a_file_outside_of_all_folders_is_completed_but_its_folder_not_crawled(tmp_path):
    """Saving such a file must not index somebody's home folder."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "other.py").write_text("def other(): ...\n")
    uri = (outside / "main.py").as_uri()
    text = "from other import other\nother\n"
    async with raw() as server:
        await server.begin(workspaceFolders=[{"uri": inside.as_uri(), "name": "inside"}])
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        server.tell("textDocument/didOpen", {"textDocument": item})
        server.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
        where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 5}}
        server.ask(1, "infill/context", where)
        assert (await server.answer(1))["result"]["files"] == []
