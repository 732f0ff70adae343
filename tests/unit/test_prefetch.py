"""The next completion made ahead: by a clock that jumps and a scripted backend."""

from __future__ import annotations

import asyncio

import pytest
from scripted_flow import Desk, Scripted, run, shown

from inference.types import Capabilities

TRUTH = "a = 1\nbb = 2\nccc = 3\ndddd = 4\n"


def next_line(request):
    """The truth up to the end of its next line, after 0.1 s."""
    if not TRUTH.startswith(request.prefix):
        return [(0.1, "wrong")]
    rest = TRUTH[len(request.prefix) :]
    return [(0.1, rest[: rest.find("\n", 1)])]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A function that runs a coroutine function with a desk whose server makes ahead."""

    def work(scene, reply=next_line, **settings):
        async def play():
            desk = Desk(tmp_path, Scripted(reply), **({"prefetch": True} | settings))
            try:
                return await scene(desk)
            finally:
                await desk.session.stop()
                desk.workspace.close()

        return run(monkeypatch, play())

    return work


def prefixes(desk):
    return [request.prefix for request in desk.backend.begun]


def test_what_follows_is_there_when_it_is_accepted(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        assert shown(await desk.ask(uri)) == " = 2"
        await asyncio.sleep(1)
        assert prefixes(desk) == ["a = 1\nbb", "a = 1\nbb = 2"]
        desk.type(uri, " = 2")
        answer = await desk.ask(uri)
        assert (shown(answer), answer.source) == ("\nccc = 3", "cache")

    desk(scene)


def test_one_step_ahead_and_no_further(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        await asyncio.sleep(5)
        assert len(prefixes(desk)) == 2
        for key in " =":
            desk.type(uri, key)
            await desk.ask(uri)
            await asyncio.sleep(1)
        assert len(prefixes(desk)) == 2
        desk.type(uri, " 2")
        await desk.ask(uri)
        await asyncio.sleep(1)
        assert prefixes(desk)[2:] == ["a = 1\nbb = 2\nccc = 3"]

    desk(scene)


def test_who_types_something_else_ends_it(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        await asyncio.sleep(0.05)
        desk.type(uri, "x")
        await desk.ask(uri)
        assert [request.prefix for request in desk.backend.stopped] == ["a = 1\nbb = 2"]

    desk(scene)


def test_who_types_through_lets_it_go_on(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        for key in " = 2":
            await asyncio.sleep(0.01)
            desk.type(uri, key)
            answer = await desk.ask(uri)
        assert (shown(answer), answer.source) == ("\nccc = 3", "joined")
        assert desk.backend.stopped == []

    desk(scene)


@pytest.mark.parametrize("settings", [{"prefetch": False}])
def test_it_can_be_turned_off(desk, settings):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        await asyncio.sleep(1)
        assert len(prefixes(desk)) == 1

    desk(scene, **settings)


def test_a_backend_that_answers_at_once_is_not_asked_ahead(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        await asyncio.sleep(1)
        assert len(prefixes(desk)) == 1

    desk(scene, lambda request: [(0.004, text) for _, text in next_line(request)])


def test_nor_for_who_chooses_among_several(desk):
    async def scene(desk):
        uri = desk.open("a = 1\nbb")
        answer = await desk.ask(uri, is_invoked=True)
        assert answer.completions
        n_asked = len(prefixes(desk))
        await asyncio.sleep(1)
        assert len(prefixes(desk)) == n_asked

    desk(scene)


def test_nor_where_text_follows_that_the_completion_fits_before(desk):
    async def scene(desk):
        uri = desk.open("f( + x)\n", 2)
        assert shown(await desk.ask(uri)) == "y"
        await asyncio.sleep(1)
        assert len(prefixes(desk)) == 1

    desk(scene, lambda _: [(0.1, "y")])


def test_the_document_and_its_prompts_stay_as_they_were_until_it_is_accepted(desk):
    """Then the next prompt goes on from the one that was made ahead."""

    async def scene(desk):
        desk.backend.capabilities = Capabilities()
        uri = desk.open("a = 1\nbb")
        await desk.ask(uri)
        before = dict(desk.workspace.remembered)
        await asyncio.sleep(0.5)
        assert len(prefixes(desk)) == 2
        assert desk.text(uri) == "a = 1\nbb"
        assert dict(desk.workspace.remembered) == before
        desk.type(uri, " = 2")
        answer = await desk.ask(uri)
        (now,) = desk.workspace.remembered.values()
        assert answer.source == "cache"
        assert now.cursor == len("a = 1\nbb = 2")

    desk(scene)
