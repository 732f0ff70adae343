"""What opened documents will want is looked at before anything is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from context.types import Snapshot
from lsp_server.foreseeing import foresee
from lsp_server.preparation import prepare
from lsp_server.session import Session
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from lsp_server.workspace import Workspace

MAIN = "import ship\n\n\ndef go():\n    ship.\n"


def _opened(root: Path) -> tuple[Session, Workspace]:
    (root / "ship.py").write_text("def sail():\n    return 1\n")
    (root / "main.py").write_text(MAIN)
    settings = Settings.model_validate(
        {
            "backend": "openai",
            "endpoint": "http://127.0.0.1:9/v1",
            "context": {"budget_tokens": 500},
        }
    )
    session, workspace = Session(), open_workspace(root, settings, None)
    workspace.repository.refresh()
    workspace.indexed = True
    session.folders[root] = workspace
    return session, workspace


def _open(session: Session, file: Path) -> None:
    item = types.TextDocumentItem(file.as_uri(), "python", 1, MAIN)
    session.documents.open(item)


async def _foresee(session: Session, workspace: Workspace) -> None:
    await foresee(session, workspace, asyncio.get_running_loop())


def test_a_first_prompt_reads_nothing_that_was_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, workspace = _opened(tmp_path)
    _open(session, tmp_path / "main.py")
    asyncio.run(_foresee(session, workspace))
    monkeypatch.setattr(workspace.repository, "read", lambda _: None)
    snapshot = Snapshot("main.py", "Python", 1, MAIN, len(MAIN) - 1)
    made = prepare(workspace, snapshot, workspace.memory_of("main.py"), None)
    session.close()
    assert "#ship.py\n" in made.prompt.text


def test_what_is_foreseen_changes_no_prompt(tmp_path: Path) -> None:
    session, workspace = _opened(tmp_path)
    snapshot = Snapshot("main.py", "Python", 1, MAIN, len(MAIN) - 1)
    cold = prepare(workspace, snapshot, workspace.memory_of("main.py"), None).prompt
    _open(session, tmp_path / "main.py")
    asyncio.run(_foresee(session, workspace))
    warm = prepare(workspace, snapshot, workspace.memory_of("main.py"), None).prompt
    session.close()
    assert warm == cold


def test_each_document_is_looked_at_once_until_it_is_opened_again(tmp_path: Path) -> None:
    session, workspace = _opened(tmp_path)
    uri = (tmp_path / "main.py").as_uri()
    _open(session, tmp_path / "main.py")
    asyncio.run(_foresee(session, workspace))
    assert workspace.foreseen == {uri}
    session.documents.close(uri)
    asyncio.run(_foresee(session, workspace))
    session.close()
    assert workspace.foreseen == set()
