"""What a keystroke costs, and what it leaves as it was."""

from __future__ import annotations

import pytest

from context.types import Snapshot
from inference.models import find_model
from lsp_server.preparation import prepare
from lsp_server.settings import Settings
from lsp_server.workspace import open_workspace

MAIN = "from shapes import area\n\n\ndef main():\n    size = \n    return size\n"
END = find_model("deepseek-coder-v2-lite-base").format.marks[-1].text
CURSOR = MAIN.index("size = ") + len("size = ")


@pytest.fixture
def open_with(tmp_path):
    """A function that opens a repository of two modules for a server that nobody asks."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "shapes.py").write_text("def area(width, height):\n    return width * height\n")
    (root / "main.py").write_text(MAIN)
    made = []

    def open_it(**settings):
        settings = Settings(backend="openai", endpoint="http://127.0.0.1:9/v1", **settings)
        workspace = open_workspace(root, settings, None)
        workspace.repository.refresh()
        made.append(workspace)
        return workspace

    yield open_it
    for workspace in made:
        workspace.close()


def _typed(text, version=1):
    """The document after that was typed at its hole."""
    cursor = CURSOR + len(text)
    return Snapshot("main.py", "Python", version, MAIN[:CURSOR] + text + MAIN[CURSOR:], cursor)


def _prepare(workspace, snapshot, **options):
    """The prompt after those before it in the file."""
    workspace.repository.shadow(snapshot.path, snapshot.text)
    made = prepare(workspace, snapshot, workspace.memory_of(snapshot.path), None, **options)
    workspace.remember(snapshot.path, made.remembered)
    return made


def test_a_keystroke_adds_to_the_end_of_the_prompt(open_with):
    workspace = open_with()
    before = _prepare(workspace, _typed(""))
    after = _prepare(workspace, _typed("area"))
    assert after.prompt.text == before.prompt.text + "area"
    assert "#shapes.py" in after.prompt.text


def test_while_somebody_types_nothing_is_parsed_or_chosen_or_shared_out(open_with, monkeypatch):
    workspace = open_with()
    first = _prepare(workspace, _typed(""))
    for name in ("context.buffers.parse_open", "lsp_server.preparation.split_budget"):
        monkeypatch.setattr(name, lambda *_, **__: pytest.fail("done anew"))
    for n in range(1, 5):
        made = _prepare(workspace, _typed("area"[:n]))
        assert made.selection.snippets is first.selection.snippets
        assert made.remembered.select is first.remembered.select


def test_elsewhere_the_open_text_is_looked_at_again(open_with):
    """What was typed since the last look is part of what others import."""
    workspace = open_with()
    _prepare(workspace, _typed(""))
    text = MAIN.replace("from shapes", "from other") + "\n\ndef more():\n    area("
    workspace.repository.shadow("other.py", "def area(side): ...\n")
    made = _prepare(workspace, Snapshot("main.py", "Python", 2, text, len(text)))
    assert "other.py" in [snippet.path for snippet in made.selection.snippets]


def test_a_file_that_is_gone_leaves_the_prompt_at_the_next_keystroke(open_with):
    workspace = open_with()
    assert "width" in _prepare(workspace, _typed("")).prompt.text
    (workspace.root / "shapes.py").unlink()
    workspace.repository.refresh_paths(["shapes.py"])
    assert "width" not in _prepare(workspace, _typed("a")).prompt.text


def test_another_budget_is_another_prompt(open_with):
    workspace = open_with()
    _prepare(workspace, _typed(""))
    remembered = workspace.memory_of("main.py")
    made = prepare(workspace, _typed("a"), remembered, 64)
    assert made.prompt.n_tokens <= 64
    assert made.remembered.budget_tokens == 64


@pytest.mark.parametrize("warm_up", [True, False])
def test_after_a_pause_it_is_the_warm_up_that_makes_the_prompt_anew(
    open_with, monkeypatch, warm_up
):
    """Where there is none, the next request does."""
    asked = []
    real = prepare.__globals__["select"]

    def noting(*args, **kwargs):
        asked.append(kwargs["moment"])
        return real(*args, **kwargs)

    monkeypatch.setattr("lsp_server.preparation.select", noting)
    monkeypatch.setattr("lsp_server.preparation.RESTED_S", -1.0)
    workspace = open_with(prompt={"warm_up": warm_up})
    _prepare(workspace, _typed(""))
    _prepare(workspace, _typed("a"))
    _prepare(workspace, _typed("a"), is_idle=True)
    assert asked == ["leap", "typing" if warm_up else "idle", "idle"]


def test_what_is_reached_for_is_looked_for_once_for_each_sign(open_with, monkeypatch):
    """Where a file may stand behind the document, and where somebody types on."""
    asked = []
    real = prepare.__globals__["select"]

    def noting(*args, **kwargs):
        asked.append(kwargs["moment"])
        return real(*args, **kwargs)

    monkeypatch.setattr("lsp_server.preparation.select", noting)
    for settings in ({}, {"model": "Qwen/Qwen2.5-Coder-7B"}):
        workspace = open_with(**settings)
        for text in ("", "s", "s.", "s.a", "s.area(", "s.area()"):
            _prepare(workspace, _typed(text))
    assert asked[:6] == ["leap", "typing", "reach", "typing", "reach", "typing"]
    assert asked[6:] == ["leap", "typing", "typing", "typing", "typing", "typing"]


def test_what_is_reached_for_comes_behind_the_document(open_with):
    workspace = open_with()
    before = _prepare(workspace, _typed("boat = "))
    (workspace.root / "sea.py").write_text("class Boat:\n    def row(self): ...\n")
    workspace.repository.refresh_paths(["sea.py"])
    made = _prepare(workspace, _typed("boat = sea.Boat()."))
    head = before.prompt.text.rpartition(END)[0]
    assert made.prompt.text.startswith(head)
    assert "class Boat" in made.prompt.text[len(head) :]
    assert _prepare(workspace, _typed("boat = sea.Boat().row")).prompt.text.endswith("row")


def test_without_an_anchor_what_was_typed_stands_before_the_hole(open_with):
    workspace = open_with(prompt={"anchor": "off"})
    made = _prepare(workspace, _typed("area"))
    assert made.prompt.text.index("size = area") < made.prompt.text.index("    return size\n")
    assert "typed" not in [part.role for part in made.prompt.parts]
