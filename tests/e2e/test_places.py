"""Where documents lie: notebooks, folders in folders, links, odd URIs; how positions count."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.raw import raw

pytestmark = pytest.mark.usefixtures("isolated")

TEXT = "def alpha(beta, gamma):\n    return beta\n\n\n" + "alpha(1, 2)\n" * 4 + "alp\n"


def opened_notebook(uri, *cells):
    """Parameters of the notification that opens a notebook of Python cells."""
    told = [{"kind": 2, "document": f"cell:{n}"} for n in range(len(cells))]
    items = [
        {"uri": f"cell:{n}", "languageId": "python", "version": 1, "text": text}
        for n, text in enumerate(cells)
    ]
    book = {"uri": uri, "notebookType": "jupyter-notebook", "version": 1, "cells": told}
    return {"notebookDocument": book, "cellTextDocuments": items}


async def test_a_cell_is_completed_by_the_cells_around_it(tmp_path):
    """In its own lines; and other cells come and go."""
    uri = (tmp_path / "a.ipynb").as_uri()
    capabilities = {"notebookDocument": {"synchronization": {}}}
    async with raw() as server:
        told = await server.begin(capabilities=capabilities, rootUri=tmp_path.as_uri())
        assert told["result"]["capabilities"]["notebookDocumentSync"]["notebookSelector"]
        cells = "def alpha(beta, gamma):\n    return beta", "alpha(1, 2)\n" * 4, "\nalp"
        server.tell("notebookDocument/didOpen", opened_notebook(uri, *cells))
        (item,) = (await server.completed(1, "cell:2", 1, 3))["result"]
        assert item["insertText"].startswith("ha")
        assert item["range"]["start"] == {"line": 1, "character": 3}
        assert "has 2 lines" in (await server.completed(2, "cell:2", 2, 0))["error"]["message"]
        edit = {
            "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 1}},
            "text": "😀; a",
        }
        change = {"document": {"uri": "cell:2", "version": 2}, "changes": [edit]}
        moved = {"start": 0, "deleteCount": 2, "cells": [{"kind": 2, "document": "cell:1"}]}
        cells = {"structure": {"array": moved}, "textContent": [change]}
        params = {"notebookDocument": {"uri": uri, "version": 2}, "change": {"cells": cells}}
        server.tell("notebookDocument/didChange", params)
        (item,) = (await server.completed(3, "cell:2", 1, 7))["result"]
        assert item["range"]["end"] == {"line": 1, "character": 7}
        closed = {"notebookDocument": {"uri": uri}, "cellTextDocuments": []}
        server.tell("notebookDocument/didClose", closed)
        assert "never opened" in (await server.completed(4, "cell:2", 1, 0))["error"]["message"]


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 9), ("utf-16", 7), ("utf-32", 6)])
async def test_positions_count_as_was_agreed(tmp_path, encoding, character):
    """In requests, edits, answers and what is shown of the context."""
    (tmp_path / "a.py").write_text(TEXT)
    uri = (tmp_path / "a.py").as_uri()
    capabilities = {"general": {"positionEncodings": [encoding]}}
    async with raw() as server:
        told = await server.begin(capabilities=capabilities, rootUri=tmp_path.as_uri())
        assert told["result"]["capabilities"]["positionEncoding"] == encoding
        server.open(uri, TEXT.replace("alp\n", "😀; \n"))
        server.edit(uri, 2, ((8, character - 3), (8, character - 3), "alp"))
        (item,) = (await server.completed(1, uri, 8, character))["result"]
        assert item["insertText"].startswith("ha")
        assert item["range"]["start"] == {"line": 8, "character": character}


async def shown(server, identifier, uri, line, character):
    """The files that a place's prompt would hold."""
    where = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    server.ask(identifier, "infill/context", where)
    return [file["path"] for file in (await server.answer(identifier))["result"]["files"]]


async def shows(server, uri, place, paths):
    """Return once a place's prompt would hold just these files."""
    async with asyncio.timeout(20):
        for identifier in itertools.count(100):
            if await shown(server, identifier, uri, *place) == paths:
                return
            await asyncio.sleep(0.1)


async def indexed(server):
    """Return once the folders were crawled."""
    while (await server.next()).get("params", {}).get("kind") != "normal":
        pass


async def test_folders_in_folders_come_and_go(tmp_path):
    """A document belongs to the innermost; when that is closed, to the outer one."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "outer_one.py").write_text("def one(): ...\n")
    (inner / "inner_one.py").write_text("def one(): ...\n")
    (inner / "main.py").write_text("")
    text = "from inner_one import one\nfrom inner.inner_one import one\none\n"
    uri = (inner / "main.py").as_uri()
    folders = [{"uri": folder.as_uri(), "name": folder.name} for folder in (tmp_path, inner)]
    async with raw() as server:
        await server.begin(workspaceFolders=folders)
        await indexed(server)
        server.open(uri, text)
        await shows(server, uri, (2, 3), ["inner_one.py"])
        change = {"added": [], "removed": [folders[1]]}
        server.tell("workspace/didChangeWorkspaceFolders", {"event": change})
        await shows(server, uri, (2, 3), ["inner/inner_one.py"])


async def test_a_link_to_the_root_and_odd_spellings_of_it_mean_the_same(tmp_path):
    real, link = tmp_path / "a b", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    (real / "other.py").write_text("def other(): ...\n")
    spelt = (
        (real / "main.py").as_uri().replace("main", "%6Dain").replace("file://", "file://localhost")
    )
    async with raw() as server:
        await server.begin(rootUri=link.as_uri())
        await indexed(server)
        for number, uri in enumerate(((link / "main.py").as_uri(), spelt), 1):
            server.open(uri, "from other import other\nother\n")
            assert await shown(server, number, uri, 1, 5) == ["other.py"]
            server.tell("textDocument/didClose", {"textDocument": {"uri": uri}})


async def test_a_renamed_file_is_known_by_its_new_name_alone(tmp_path):
    """Nothing of the old path is left in a prompt."""
    (tmp_path / "old.py").write_text("def other(): ...\n")
    (tmp_path / "main.py").write_text("")
    uri, old = (tmp_path / "main.py").as_uri(), (tmp_path / "old.py").as_uri()
    text = "from {} import other\nother\n"
    async with raw() as server:
        await server.begin(rootUri=tmp_path.as_uri())
        await indexed(server)
        server.open(old, "def other(): ...\n")
        server.open(uri, text.format("old"))
        assert await shown(server, 1, uri, 1, 5) == ["old.py"]
        (tmp_path / "old.py").rename(tmp_path / "new.py")
        new = (tmp_path / "new.py").as_uri()
        server.tell("textDocument/didClose", {"textDocument": {"uri": old}})
        server.open(new, "def other(): ...\n")
        server.tell("workspace/didRenameFiles", {"files": [{"oldUri": old, "newUri": new}]})
        server.edit(uri, 2, text.format("new"))
        await shows(server, uri, (1, 5), ["new.py"])
