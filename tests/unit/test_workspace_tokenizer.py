"""How a workspace comes by its model's tokenizer, and by another when its server fails."""

from __future__ import annotations

import pytest
import tiny_bpe
import tokenize_wire

from inference.errors import TokenizerError
from inference.tokens import asking
from inference.tokens import server as asking_server
from lsp_server import tokenizing as module
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace


@pytest.fixture
def server(tmp_path, monkeypatch):
    """One that tells its tokens, however much the machine has to do."""
    monkeypatch.setattr(asking, "_ANSWER_S", 60.0)
    monkeypatch.setattr(asking_server, "_ACQUAINT_S", 60.0)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with tokenize_wire.serve(tiny_bpe.write(tmp_path)) as running:
        yield running


@pytest.fixture
def opened(tmp_path, server):
    """A workspace whose backend is that server."""
    root = tmp_path / "repository"
    root.mkdir()
    workspace = open_workspace(root, Settings(backend="openai", endpoint=server.endpoint), None)
    yield workspace
    workspace.close()


def test_a_server_that_is_down_at_first_is_asked_again(opened, server, monkeypatch):
    server.status = 503
    estimate = opened.tokenizer()
    assert not estimate.exact
    server.status = 200
    opened.probed = True
    assert opened.tokenizer() is estimate
    assert opened.probed
    assert len(server.paths) == 1
    monkeypatch.setattr(module, "_RELOAD_S", 0.0)
    tokenizer = opened.tokenizer()
    assert tokenizer.exact
    assert not opened.probed
    assert opened.tokenizer() is tokenizer


def test_an_estimate_stays_the_same_while_a_server_is_down(opened, server, monkeypatch):
    """A prompt that was made with it keeps its head."""
    monkeypatch.setattr(module, "_RELOAD_S", 0.0)
    server.status = 503
    assert opened.tokenizer() is opened.tokenizer()
    assert len(server.paths) == 2


def test_a_server_that_tells_nothing_is_left_in_peace(opened, server, monkeypatch):
    monkeypatch.setattr(module, "_RELOAD_S", 0.0)
    server.status = 404
    assert opened.tokenizer() is opened.tokenizer()
    assert len(server.paths) == 2


def test_a_server_that_fails_is_estimated_until_it_may_be_another(opened, server, monkeypatch):
    """One prompt fails; the next are sent as text, and later ones are the new server's."""
    before = opened.tokenizer()
    server.status = 503
    with pytest.raises(TokenizerError):
        before.encode("something new\n")
    estimate = opened.tokenizer()
    assert not estimate.exact
    server.status = 200
    assert opened.tokenizer() is estimate
    monkeypatch.setattr(module, "_RELOAD_S", 0.0)
    after = opened.tokenizer()
    assert after.exact
    assert after is not before
