"""Completions in the ordinary list of editors that show no others."""

from __future__ import annotations

import asyncio

import pytest
from editing import editor, is_a, repository_in

pytestmark = pytest.mark.usefixtures("isolated")

HELIX = {
    "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
    "textDocument": {
        "completion": {"completionItem": {"insertTextModeSupport": {"valueSet": [1]}}}
    },
    "experimental": {"infill": {"answerDetails": True}},
}


@pytest.fixture
def helix(monkeypatch):
    """The client says what an editor without inline completions says."""
    monkeypatch.setattr("lsp_server.client.CAPABILITIES", HELIX)


async def listed(open_editor, character=3):
    """What the list gets at `alp`."""
    asked = {
        "textDocument": {"uri": open_editor.uri},
        "position": {"line": 8, "character": character},
        "context": {"triggerKind": 1},
    }
    return await open_editor.server.request("textDocument/completion", asked)


async def test_the_one_entry_goes_on_from_the_word_before_the_cursor(helix, tmp_path):
    async with editor(repository_in(tmp_path)) as open_editor:
        provider = open_editor.server.capabilities["completionProvider"]
        assert provider["triggerCharacters"] == [".", "(", "="]
        found = await listed(open_editor)
        assert found["isIncomplete"]
        (item,) = found["items"]
        assert item["textEdit"] == {
            "range": {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 3}},
            "newText": item["label"],
        }
        assert item["label"].startswith("alpha(")
        assert item["filterText"].startswith("alpha(")
        assert item["preselect"]
        assert item["documentation"]["value"] == f"```python\n{item['label']}\n```"
        assert item["command"]["command"] == "infill.accepted"
        accepted = {"command": "infill.accepted", "arguments": item["command"]["arguments"]}
        assert await open_editor.server.request("workspace/executeCommand", accepted) is None


async def test_nothing_says_why(helix, tmp_path):
    root = repository_in(tmp_path)
    async with editor(root, "--set", "completion.enabled=false") as open_editor:
        assert (await listed(open_editor))["items"] == []
        answer = open_editor.server.last("infill/answer")
        assert "completion.enabled" in answer["reason"]


@pytest.mark.parametrize(
    ("setting", "is_offered"), [("auto", False), ("always", True), ("never", False)]
)
async def test_who_shows_inline_completions_has_no_list_unless_wanted(
    tmp_path, setting, is_offered
):
    root = repository_in(tmp_path)
    async with editor(root, "--set", f"completion.as_list={setting}") as open_editor:
        assert ("completionProvider" in open_editor.server.capabilities) is is_offered
        assert "inlineCompletionProvider" in open_editor.server.capabilities


async def test_turning_completions_off_and_on_counts_at_once(tmp_path):
    async with editor(repository_in(tmp_path)) as open_editor:
        assert (await open_editor.complete())[0]
        open_editor.configure(completion={"enabled": False})
        told = await open_editor.status(is_a("inactive"))
        assert "completion.enabled" in told["message"]
        text, answer = await open_editor.complete()
        assert text is None
        assert "completion.enabled" in answer["reason"]
        open_editor.configure(completion={"languages": {"python": False}})
        await open_editor.status(is_a("normal"))
        text, answer = await open_editor.complete()
        assert text is None
        assert "turned off for Python" in answer["reason"]
        open_editor.configure(completion={"languages": {"go": False}})
        async with asyncio.timeout(10):
            while (await open_editor.complete())[0] is None:
                pass
