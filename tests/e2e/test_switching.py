"""Other settings taken up by a running server, as an editor or a file tells them."""

from __future__ import annotations

import asyncio

import pytest
import wire
from editing import TEXT, editor, is_a, repository_in, uses

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def repository(tmp_path):
    """One module, whose last line can be completed."""
    return repository_in(tmp_path)


async def test_another_backend_takes_the_place_of_the_first_and_gives_it_back(repository):
    """Statistics, a model server, statistics again: completions in between, one process."""
    with wire.serve(wire.Script(text=("bet",))) as endpoint:
        async with editor(repository) as ours:
            before, _ = await ours.complete()
            ours.configure(backend="openai", endpoint=endpoint.endpoint)
            await ours.status(uses("openai"))
            text, answer = await ours.complete()
            assert (text, answer["backend"]) == ("bet", "openai")
            assert len(endpoint.requests) == 1
            ours.configure(backend="ngram")
            await ours.status(uses("ngram"))
            after, answer = await ours.complete()
            assert (after, answer["backend"]) == (before, "ngram")
            assert after.startswith("ha(")
            assert len(endpoint.requests) == 1


async def test_what_the_old_backend_is_doing_ends(repository):
    with wire.serve(wire.Script(hang="before")) as endpoint:
        async with editor(repository) as ours:
            ours.configure(backend="openai", endpoint=endpoint.endpoint)
            await ours.status(uses("openai"))
            asking = asyncio.create_task(ours.complete())
            assert await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 1)
            ours.configure(backend="ngram")
            text, answer = await asking
            assert text is None
            assert "settings changed" in answer["reason"]
            assert await asyncio.to_thread(endpoint.wait, lambda: endpoint.running == 0)


async def test_a_wrong_value_is_told_and_changes_nothing(repository):
    async with editor(repository) as ours:
        ours.configure(context={"budget_tokens": 5})
        status = await ours.status(is_a("warning"))
        assert "context.budget_tokens = 5" in status["message"]
        assert "settings from before stay in force" in status["message"]
        assert any("context.budget_tokens = 5" in message for message in ours.messages)
        assert (await ours.complete())[0].startswith("ha(")
        ours.configure(context={"budget_tokens": 4096})
        await ours.status(uses("ngram"))


async def test_a_backend_that_cannot_be_made_leaves_the_old_one(repository):
    async with editor(repository) as ours:
        ours.configure(backend="openai", endpoint="http://example.org/v1")
        status = await ours.status(is_a("warning"))
        assert "https" in status["message"]
        assert status["backend"] == "ngram"
        assert (await ours.complete())[0].startswith("ha(")


async def test_a_value_taken_back_counts_no_more(repository):
    async with editor(repository) as ours:
        ours.configure(model="gpt")
        await ours.status(is_a("warning"))
        ours.configure(model=None)
        await ours.status(uses("ngram"))
        assert (await ours.complete())[0].startswith("ha(")


async def test_a_folder_that_wrong_settings_kept_from_being_is_opened(repository):
    """From `initializationOptions` on: corrected, it is indexed and completes."""
    path = repository / ".infill.toml"
    path.write_text("context.budget_tokens = 5\n")
    async with editor(repository) as ours:
        await ours.status(is_a("error"))
        path.write_text("context.budget_tokens = 4096\n")
        await ours.status(uses("ngram"))
        assert (await ours.complete())[0].startswith("ha(")


async def test_budget_and_ignored_files_change_without_another_backend(repository):
    (repository / "b.py").write_text("from a import alpha\n\n\ndef delta():\n    return alpha\n")
    (repository / "a.py").write_text("from b import delta\n" + TEXT)
    async with editor(repository) as ours:
        await ours.status(uses("ngram"))
        change = {"textDocument": {"uri": ours.uri, "version": 2}}
        change["contentChanges"] = [{"text": "from b import delta\n" + TEXT}]
        ours.server.notify("textDocument/didChange", change)
        where = {"textDocument": {"uri": ours.uri}, "position": {"line": 9, "character": 3}}
        shown = await ours.server.request("infill/context", where)
        assert [file["path"] for file in shown["files"]] == ["b.py"]
        ours.configure(context={"ignore": ["b.py"], "budget_tokens": 1024})
        async with asyncio.timeout(20):
            while shown["files"]:
                await asyncio.sleep(0.05)
                shown = await ours.server.request("infill/context", where)
        assert shown["budget"] == 1024


async def test_the_users_file_is_followed(repository, infill):
    """Written while the server runs, it counts two seconds later."""
    folder = repository.parent / "own"
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text("")
    with wire.serve(wire.Script(text=("bet",))) as endpoint:
        async with editor(repository, "--config", str(file)) as ours:
            file.write_text(f'backend = "openai"\nendpoint = "{endpoint.endpoint}"\n')
            await ours.status(uses("openai"))
            assert (await ours.complete())[0] == "bet"
