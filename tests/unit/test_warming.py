"""The next prompt read ahead in a pause, and left alone by who types on."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types

from inference.errors import BackendError
from inference.types import Capabilities
from lsp_server.session import Session
from lsp_server.settings import Settings
from lsp_server.snapshots import snapshot_at
from lsp_server.warming import stop_warming, warm_later
from lsp_server.workspace import open_workspace


class Listed:
    """A backend that notes what it was to warm; `failing` raises, `hanging` waits."""

    def __init__(self, how=""):
        self.how = how
        self.warmed = []
        self.begun = asyncio.Event()
        self.stopped = False
        self.capabilities = Capabilities(warm=how != "unable")

    async def warm(self, request):
        """Note it."""
        self.warmed.append(request)
        self.begun.set()
        if self.how == "failing":
            raise BackendError("no")
        if self.how == "hanging":
            try:
                await asyncio.Event().wait()
            finally:
                self.stopped = True


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """A function that opens a document in a workspace with such a backend."""
    monkeypatch.setattr("lsp_server.warming.PAUSE_S", 0.0)
    session = Session()

    def open_it(how="", name="main.py", **settings):
        workspace = open_workspace(
            tmp_path,
            Settings(backend="openai", endpoint="https://models.test/v1", **settings),
            None,
        )
        workspace.backend = Listed(how)
        session.folders[tmp_path] = workspace
        uri = (tmp_path / name).as_uri()
        document = session.documents.open(types.TextDocumentItem(uri, "python", 1, "x = 1\ny = "))
        place = snapshot_at(session, document, types.Position(1, 4))
        return session, workspace, uri, place.snapshot

    yield open_it
    for workspace in session.folders.values():
        workspace.close()
    session.close()


async def test_in_a_pause_the_prompt_is_read_ahead_and_remembered(opened):
    session, workspace, uri, snapshot = opened()
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    (request,) = workspace.backend.warmed
    assert request.prompt.text.endswith("y = ")
    assert workspace.memory_of("main.py").budget_tokens > 0


async def test_what_the_server_has_read_is_not_read_again(opened):
    session, workspace, uri, snapshot = opened()
    for _ in range(2):
        warm_later(session, workspace, uri, snapshot)
        await workspace.warming
    assert len(workspace.backend.warmed) == 1


@pytest.mark.parametrize(
    ("how", "settings"), [("unable", {}), ("", {"prompt": {"warm_up": False}})]
)
async def test_nothing_is_read_ahead_where_that_is_not_wanted_or_possible(opened, how, settings):
    session, workspace, uri, snapshot = opened(how, **settings)
    warm_later(session, workspace, uri, snapshot)
    assert workspace.warming is None


async def test_a_document_that_was_edited_or_closed_meanwhile_is_left_alone(opened):
    session, workspace, uri, snapshot = opened()
    change = types.TextDocumentContentChangeWholeDocument("z")
    identifier = types.VersionedTextDocumentIdentifier(2, uri)
    session.documents.change(types.DidChangeTextDocumentParams(identifier, [change]))
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    session.documents.close(uri)
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    assert workspace.backend.warmed == []
    assert "main.py" not in workspace.remembered


async def test_a_document_that_may_not_be_sent_is_not(opened):
    session, workspace, uri, snapshot = opened(name=".env")
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    assert workspace.backend.warmed == []


async def test_who_types_on_ends_it_at_once(opened):
    session, workspace, uri, snapshot = opened("hanging")
    warm_later(session, workspace, uri, snapshot)
    await workspace.backend.begun.wait()
    task = workspace.warming
    stop_warming(workspace)
    await asyncio.wait({task})
    assert task.cancelled()
    assert workspace.backend.stopped
    assert workspace.read_prompt is None


async def test_what_was_not_read_to_its_end_is_not_gone_on_from(opened):
    """The head before it is the one that the server still has."""
    session, workspace, uri, snapshot = opened("hanging")
    warm_later(session, workspace, uri, snapshot)
    await workspace.backend.begun.wait()
    assert "main.py" not in workspace.remembered
    stop_warming(workspace)


async def test_only_its_own_document_ends_it_where_one_is_named(opened):
    session, workspace, uri, snapshot = opened("hanging")
    warm_later(session, workspace, uri, snapshot)
    stop_warming(workspace, uri + "x")
    assert workspace.warming is not None
    stop_warming(workspace, uri)
    assert workspace.warming is None


async def test_what_was_asked_meanwhile_stays_remembered(opened):
    session, workspace, uri, snapshot = opened()
    newer = workspace.memory_of("main.py")
    warm = workspace.backend.warm

    async def warm_and_ask(request):
        await warm(request)
        workspace.remember("main.py", newer)

    workspace.backend.warm = warm_and_ask
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    assert workspace.remembered["main.py"] is newer


async def test_what_goes_wrong_is_nobodys_business(opened, caplog):
    session, workspace, uri, snapshot = opened("failing")
    warm_later(session, workspace, uri, snapshot)
    await workspace.warming
    assert workspace.read_prompt is None
    assert [record for record in caplog.records if record.levelname != "DEBUG"] == []
