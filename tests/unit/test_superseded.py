"""What a request that is superseded leaves behind, and who comes back from another file."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import wire

from context.types import Snapshot
from lsp_server import completion
from lsp_server.completion import Question, generate
from lsp_server.documents import Document
from lsp_server.inline.asked import Asked
from lsp_server.inline.progress import Progress
from lsp_server.inline.turns import AUTOMATIC, PREFETCH
from lsp_server.lines import Lines
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

MAIN = "from shapes import area\n\n\ndef main():\n    size = \n    return size\n"
CURSOR = MAIN.index("size = ") + len("size = ")


@pytest.fixture
def executor():
    """Threads that are gone by the end."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def workspace(tmp_path):
    """A repository of two modules at a server that answers."""
    (tmp_path / "shapes.py").write_text("def area(width, height):\n    return width * height\n")
    (tmp_path / "main.py").write_text(MAIN)
    with wire.serve() as server:
        settings = Settings(backend="openai", endpoint=server.endpoint)
        opened = open_workspace(tmp_path, settings, None)
        opened.repository.refresh()
        yield opened
        opened.close()


def _question(workspace, executor, typed="", path="main.py", priority=AUTOMATIC):
    text = MAIN[:CURSOR] + typed + MAIN[CURSOR:]
    snapshot = Snapshot(path, "Python", 1, text, CURSOR + len(typed))
    document = Document(f"file:///{path}", "python", 1, Lines(text))
    return Question(Asked(document, workspace, snapshot, None), priority, (), executor)


class Held:
    """`prepare`, held up until `go` is set, its ends counted."""

    def __init__(self, monkeypatch):
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.options = []
        self._real = completion.prepare
        monkeypatch.setattr(completion, "prepare", self)

    def __call__(self, *arguments, **options):
        """Prepare when it may."""
        self.options.append(options)
        self.begun.set()
        self.go.wait(5)
        try:
            return self._real(*arguments, **options)
        finally:
            self.ended.set()


async def _superseded(workspace, executor, held):
    """A request that ends while its prompt is made, which then comes to its end."""
    task = asyncio.create_task(generate(_question(workspace, executor), Progress()))
    await asyncio.to_thread(held.begun.wait, 5)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def _until_kept(executor):
    """Wait for what threads have yet to say."""
    await asyncio.to_thread(executor.shutdown)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_what_it_made_is_where_the_next_goes_on_from(workspace, executor, monkeypatch):
    held = Held(monkeypatch)
    await _superseded(workspace, executor, held)
    assert "main.py" not in workspace.remembered
    held.go.set()
    await _until_kept(executor)
    assert workspace.remembered["main.py"].pack.anchors
    await workspace.backend.aclose()


async def test_what_is_newer_stays(workspace, executor, monkeypatch):
    held = Held(monkeypatch)
    await _superseded(workspace, executor, held)
    newer = workspace.memory_of("main.py")
    workspace.remember("main.py", newer)
    held.go.set()
    await _until_kept(executor)
    assert workspace.remembered["main.py"] is newer
    await workspace.backend.aclose()


async def test_who_comes_back_from_another_file_is_shown_what_changed_there(
    workspace, executor, monkeypatch
):
    """What somebody types on in one file doesn't change meanwhile, nor where he is away shortly."""
    monkeypatch.setattr(completion, "RESTED_S", -1.0)
    held = Held(monkeypatch)
    held.go.set()
    for path, typed in (("main.py", ""), ("main.py", "a"), ("shapes.py", ""), ("main.py", "ar")):
        await generate(_question(workspace, executor, typed, path), Progress())
    assert [each["is_idle"] for each in held.options] == [False, False, False, True]
    await workspace.backend.aclose()


async def test_what_is_made_ahead_is_not_what_the_document_goes_on_from(workspace, executor):
    progress = Progress()
    await generate(_question(workspace, executor, priority=PREFETCH), progress)
    assert progress.ready.prepared.remembered.pack.anchors
    assert "main.py" not in workspace.remembered
    assert workspace.asked_in == ""
    await workspace.backend.aclose()
