"""Documents and folders closed, and completion turned off, while somebody waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from lsprotocol import types

from lsp_server import session as sessions
from lsp_server import switching
from lsp_server.inline import flow
from lsp_server.inline.generations import CLOSED
from lsp_server.session import MAX_BARE, Session
from lsp_server.settings import Settings
from lsp_server.uris import to_path
from tests.scripted_flow import Desk, Scripted, run

SLOW = [(0.05, "foo("), (5.0, "bar)"), (5.0, "")]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, Scripted(lambda _: SLOW))


def _reason(monkeypatch, desk, happens):
    """Why a request is answered with nothing when this happens while it waits."""

    async def work():
        uri = desk.open("x = ")
        asked = desk.ask(uri)
        await asyncio.sleep(0.2)
        happens(uri)
        answer = await asked
        await asyncio.sleep(0.5)
        assert desk.backend.stopped
        return answer

    answer = run(monkeypatch, work())
    assert not answer.completions
    assert answer.error is None
    return answer.result.reason


def test_a_document_that_is_closed_is_no_newer_request(monkeypatch, desk):
    def close(uri):
        document = desk.session.documents.get(uri)
        desk.session.documents.close(uri)
        desk.session.forget(document)

    assert _reason(monkeypatch, desk, close) == CLOSED


def test_a_folder_that_is_closed_isnt_a_backend_that_failed(monkeypatch, desk):
    order = []

    async def closed():
        order.append((desk.backend.n_running, "closed"))

    monkeypatch.setattr(desk.backend, "aclose", closed)
    desk.backend.leaves_s = 0.3
    reason = _reason(monkeypatch, desk, lambda _: desk.session.close_folder(desk.root))
    assert reason == flow.FOLDER_CLOSED
    assert order == [(0, "closed")]


def test_what_is_turned_off_meanwhile_isnt_shown(monkeypatch, desk):
    def turn_off(_):
        completion = desk.workspace.settings.completion.model_copy(update={"enabled": False})
        settings = desk.workspace.settings.model_copy(update={"completion": completion})
        desk.workspace.settings = settings
        switching._end_what_is_off(desk.session, desk.workspace)

    assert "`completion.enabled` is false" in _reason(monkeypatch, desk, turn_off)


def test_a_notebook_that_is_closed_ends_what_its_cells_wait_for(monkeypatch, desk):
    def close(uri):
        running = desk.session.generations.running[uri]
        cell = replace(running.asked.document, notebook="file:///a.ipynb")
        running.asked = replace(running.asked, document=cell)
        desk.session.generations.close("file:///a.ipynb")

    assert _reason(monkeypatch, desk, close) == CLOSED


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A session whose loose files each lie in a root of their own."""
    made = Session()
    monkeypatch.setattr(sessions, "find_root", lambda path: path.parent)
    monkeypatch.setattr(sessions, "cache_folder", lambda: tmp_path / "cache")
    made.gather = lambda **_: SimpleNamespace(settings=Settings(), warnings=())
    return made


def _open(session, path):
    document = session.documents.open(types.TextDocumentItem(path.as_uri(), "python", 1, ""))
    return session.workspace_of(to_path(document.uri))


async def test_a_loose_files_folder_stays_as_long_as_it_is_open(bare, tmp_path):
    paths = [tmp_path / f"r{n}" / "a.py" for n in range(MAX_BARE + 2)]
    opened = [_open(bare, path) for path in paths]
    assert [bare.workspace_of(path) for path in paths] == opened
    for path in paths:
        document = bare.documents.get(path.as_uri())
        bare.documents.close(document.uri)
        bare.forget(document)
    assert len(bare.bare) == MAX_BARE
    _open(bare, tmp_path / "other" / "b.py")
    assert len(bare.bare) == MAX_BARE
    await bare.stop()
    bare.close()
