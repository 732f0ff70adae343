"""Files with secrets and prompts: kept out of every one, and the open one at home."""

from __future__ import annotations

import pytest

from context.types import LeftOut, Snapshot
from lsp_server.preparation import prepare
from lsp_server.scanning import scan_ahead
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

KEY = "AK" + "IA" + "QX7ZR2M4" + "W8LT5V3N"
USER = "from keys import connect\nfrom plain import run\n\n\ndef main():\n    connect(run"


@pytest.fixture
def opened(tmp_path):
    """A function that opens a repository with a key in it, for a backend at an endpoint."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / ".git").mkdir()
    (root / "keys.py").write_text(f"KEY = '{KEY}'\ndef connect(key=KEY): ...\n")
    (root / "plain.py").write_text("def run(): ...\n")
    (root / "main.py").write_text(USER)
    made = []

    def open_at(endpoint):
        settings = Settings(backend="openai", endpoint=endpoint)
        workspace = open_workspace(root, settings, tmp_path / "cache")
        workspace.repository.refresh()
        made.append(workspace)
        return workspace

    yield open_at
    for workspace in made:
        workspace.close()


def _snapshot(text=USER):
    return Snapshot("main.py", "Python", 1, text, len(text))


def test_a_file_with_a_secret_is_in_no_prompt_and_the_user_is_told(opened):
    """On this machine, too: what a model reads it may repeat."""
    workspace = opened("http://127.0.0.1:9/v1")
    first = prepare(workspace, _snapshot(), workspace.memory_of("main.py"), None)
    again = prepare(workspace, _snapshot(), first.remembered, None)
    for made in (first, again):
        assert [snippet.path for snippet in made.selection.snippets] == ["plain.py"]
        assert made.selection.left_out == (LeftOut("keys.py", "secret: AWS Access Key on line 1"),)
        assert KEY not in made.prompt.text


def test_a_document_with_a_secret_stays_on_this_machine(opened):
    """Until the secret is taken out of it again."""
    workspace = opened("https://models.test/v1")
    assert workspace.refusal(_snapshot()) is None
    refusal = workspace.refusal(_snapshot(f"{USER}\nkey = '{KEY}'\n"))
    assert refusal == (
        "main.py is not sent to another machine: it holds a secret (AWS Access Key on line 7)"
    )
    assert workspace.refusal(_snapshot()) is None
    assert opened("http://localhost:9/v1").refusal(_snapshot(f"'{KEY}'")) is None


def test_files_are_scanned_before_a_prompt_wants_them(opened, monkeypatch):
    workspace = opened("http://127.0.0.1:9/v1")
    scan_ahead(workspace)
    monkeypatch.setattr("context.secrets.gate.find_secret", lambda _: pytest.fail("scanned"))
    assert workspace.gate.finding((workspace.root / "keys.py").read_text()) is not None
