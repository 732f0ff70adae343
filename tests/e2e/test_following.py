"""The real server follows what happens on disk, whoever tells it, and says what it can't do."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from lsp_server import client, launch
from lsp_server.client import connect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("isolated")

WAIT_S = 20
# The server on a machine that has no watch to spare.
UNWATCHED = """
import sys, watchfiles
def refuse(*_, **__):
    raise OSError(28, "no space left on device")
watchfiles.watch = refuse
sys.argv[1:] = ["serve"]
from lsp_server.__main__ import main
main()
"""
# The server where something about the repository defeats it.
DEFEATED = """
import sys, context.repository as room
crawl = room.crawl
def crawl_or_fail(root, *rest, **more):
    if (root / ".gitignore").exists():
        raise ZeroDivisionError
    return crawl(root, *rest, **more)
room.crawl = crawl_or_fail
sys.argv[1:] = ["serve"]
from lsp_server.__main__ import main
main()
"""
ASKING = "from lib.core import fresh\n\nfresh(\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / ".git").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "lib" / "core.py").write_text("def stale(): ...\n")
    (folder / "main.py").write_text(ASKING)
    return folder.resolve()


async def until_shown(server: client.Connection, root: Path, words: str) -> None:
    """Ask what would be sent for `main.py` until it holds these words."""
    uri = (root / "main.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": ASKING}
    server.notify("textDocument/didOpen", {"textDocument": document})
    where = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 6}, "budget": 1000}
    async with asyncio.timeout(WAIT_S):
        while words not in (await server.request("infill/context", where))["prompt"]:  # noqa: ASYNC110 -- only asking tells
            await asyncio.sleep(0.05)


async def test_what_the_editor_doesnt_tell_is_seen(root: Path) -> None:
    """A tool in a terminal writes, moves and removes."""
    async with connect(launch.command("serve"), root) as server:
        await server.settled()
        (root / "lib" / "core.py").write_text("def fresh(one): ...\n")
        await until_shown(server, root, "def fresh(one)")
        shutil.rmtree(root / "lib")
        (root / "lib" / "core").mkdir(parents=True)
        (root / "lib" / "core" / "__init__.py").write_text("def fresh(two): ...\n")
        await until_shown(server, root, "def fresh(two)")
        (root / "lib" / "core" / "__init__.py").write_text("def fresh(three): ...\n")
        await until_shown(server, root, "def fresh(three)")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the server asks of an editor that can be asked to watch files."""
    asked: list[str] = []
    take = client.Connection._take

    def note(self: client.Connection, message: client.Json) -> None:
        if "id" in message and "method" in message:
            asked.append(message["method"])
        take(self, message)

    monkeypatch.setattr(client.Connection, "_take", note)
    can = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    monkeypatch.setattr(client, "CAPABILITIES", {**client.CAPABILITIES, **can})
    return asked


async def test_where_the_system_tells_nothing_the_editor_is_asked(
    root: Path, requests: list[str]
) -> None:
    """And each of its ways to tell is heard."""
    command = [sys.executable, "-P", "-c", UNWATCHED]
    core = root / "lib" / "core.py"
    async with connect(command, root) as server:
        await server.settled()
        core.write_text("def fresh(one): ...\n")
        server.notify("textDocument/didSave", {"textDocument": {"uri": core.as_uri()}})
        await until_shown(server, root, "def fresh(one)")
        core.write_text("def fresh(two): ...\n")
        changes = [{"uri": core.as_uri(), "type": 2}]
        server.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await until_shown(server, root, "def fresh(two)")
        (root / "lib").rename(root / "old")
        renamed = {"oldUri": (root / "lib").as_uri(), "newUri": (root / "old").as_uri()}
        server.notify("workspace/didRenameFiles", {"files": [renamed]})
        (root / "lib").mkdir()
        core.write_text("def fresh(three): ...\n")
        server.notify("workspace/didCreateFiles", {"files": [{"uri": (root / "lib").as_uri()}]})
        await until_shown(server, root, "def fresh(three)")
        assert requests.count("client/registerCapability") == 1


async def test_an_index_that_cant_be_kept_is_said_once(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is told why each start takes its time; everything else works."""
    (tmp_path / "file").write_text("in the way of the cache folder")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    shown: list[str] = []
    async with connect(launch.command("serve"), root) as server:
        server.listen(
            lambda method, params: (
                shown.append(params["message"]) if method == "window/showMessage" else None
            )
        )
        status = await server.settled()
        (root / "lib" / "core.py").write_text("def fresh(one): ...\n")
        await until_shown(server, root, "def fresh(one)")
    assert status["kind"] == "warning"
    assert "can't be kept" in status["message"]
    assert len(shown) == 1
    assert "can't be kept" in shown[0]


async def test_an_index_that_cant_be_made_sends_nothing_by_old_rules(root: Path) -> None:
    """The user is told, and once it can be made everything is as before."""
    core = root / "lib" / "core.py"
    core.write_text("def fresh(one): ...\n")
    where = {
        "textDocument": {"uri": (root / "main.py").as_uri()},
        "position": {"line": 2, "character": 6},
    }
    async with connect([sys.executable, "-P", "-c", DEFEATED], root) as server:
        await server.settled()
        await until_shown(server, root, "def fresh(one)")
        (root / ".gitignore").write_text("core.py\n")
        async with asyncio.timeout(WAIT_S):
            while "def fresh" in (await server.request("infill/context", where))["prompt"]:  # noqa: ASYNC110 -- only asking tells
                await asyncio.sleep(0.05)
            while (server.last("infill/status") or {})["kind"] != "warning":  # noqa: ASYNC110 -- as above
                await asyncio.sleep(0.05)
        (root / ".gitignore").unlink()
        await until_shown(server, root, "def fresh(one)")


async def test_folders_come_and_go_while_the_server_runs(root: Path, tmp_path: Path) -> None:
    """One that is added is indexed, and its open documents; one that is removed is not read."""
    first = tmp_path / "first"
    first.mkdir()
    folder = {"uri": root.as_uri(), "name": "root"}
    method = "workspace/didChangeWorkspaceFolders"
    (root / "lib" / "core.py").write_text("def fresh(one): ...\n")
    async with connect(launch.command("serve"), first) as server:
        await server.settled()
        uri = (root / "main.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": ASKING}
        server.notify("textDocument/didOpen", {"textDocument": document})
        server.notify(method, {"event": {"added": [folder], "removed": []}})
        await until_shown(server, root, "def fresh(one)")
        server.notify(method, {"event": {"added": [folder], "removed": []}})
        server.notify(method, {"event": {"added": [], "removed": [folder]}})
        where = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 6}}
        assert "def fresh" not in (await server.request("infill/context", where))["prompt"]
        server.notify(method, {"event": {"added": [folder], "removed": [folder, folder]}})
        await until_shown(server, root, "def fresh(one)")


async def test_two_servers_follow_one_repository(root: Path) -> None:
    async with (
        connect(launch.command("serve"), root) as first,
        connect(launch.command("serve"), root) as second,
    ):
        await first.settled()
        await second.settled()
        for round_ in ("one", "two"):
            (root / "lib" / "core.py").write_text(f"def fresh({round_}): ...\n")
            await until_shown(first, root, f"def fresh({round_})")
            await until_shown(second, root, f"def fresh({round_})")
