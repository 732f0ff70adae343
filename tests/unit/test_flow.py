"""Which request is answered when, with what: by a clock that jumps and a scripted backend."""

from __future__ import annotations

import asyncio

import pytest
from scripted_flow import Desk, Scripted, run, shown

from inference.types import NoCompletion
from lsp_server.inline.generations import GRACE_S

TRUTH = "def area(width, height):\n    return width * height\n"


def goes_on(request):
    """The truth from the cursor on, three letters every 0.1 s."""
    if not TRUTH.startswith(request.prefix):
        return [(0.1, "wrong")]
    rest = TRUTH[len(request.prefix) :]
    return [(0.1, rest[at : at + 3]) for at in range(0, len(rest), 3)]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A function that runs a coroutine function with a desk in a repository of one module."""

    def work(scene, reply=goes_on, **settings):
        async def play():
            desk = Desk(tmp_path, Scripted(reply), **settings)
            try:
                return await scene(desk)
            finally:
                await desk.session.stop()
                desk.workspace.close()

        return run(monkeypatch, play())

    return work


def test_an_answer_comes_from_the_backend_and_then_from_the_cache(desk):
    async def scene(desk):
        uri = desk.open("def area(width")
        first = await desk.ask(uri)
        second = await desk.ask(uri)
        assert (first.source, second.source) == ("backend", "cache")
        assert shown(first) == shown(second) == ", height):\n    return width * height"
        assert len(desk.backend.begun) == 1

    desk(scene)


def test_a_newer_request_joins_what_goes_on_as_was_typed(desk):
    """The older is answered with nothing, at once; the backend was asked once."""

    async def scene(desk):
        uri = desk.open("def area(width")
        older = desk.ask(uri)
        await asyncio.sleep(0.15)
        desk.type(uri, ", h")
        newer = desk.ask(uri)
        await asyncio.sleep(0)
        assert "newer request" in (await older).result.reason
        answer = await newer
        assert (shown(answer), answer.source) == ("eight):\n    return width * height", "joined")
        assert len(desk.backend.begun) == 1
        assert desk.backend.stopped == []

    desk(scene)


def test_it_joins_what_has_not_begun_to_come(desk):
    async def scene(desk):
        uri = desk.open("def area(width")
        desk.ask(uri)
        await asyncio.sleep(0.05)
        desk.type(uri, ",")
        assert shown(await desk.ask(uri)) == " height):\n    return width * height"
        assert len(desk.backend.begun) == 1

    desk(scene)


def test_who_types_something_else_has_the_backend_asked_anew(desk):
    """Either at once, or as soon as it is seen that what was joined goes another way."""

    async def scene(desk):
        for wait_s in (0.25, 0.05):
            uri = desk.open("def area(width", name=f"{wait_s}.txt")
            older = desk.ask(uri)
            await asyncio.sleep(wait_s)
            desk.type(uri, "s")
            assert shown(await desk.ask(uri)) == "wrong"
            assert not (await older).completions
        assert [request.prefix[-2:] for request in desk.backend.begun] == ["th", "hs"] * 2
        assert len(desk.backend.stopped) == 2
        assert desk.backend.most["0.25.txt"] == 1

    desk(scene)


def test_who_types_beyond_what_came_is_answered_anew(desk):
    async def scene(desk):
        uri = desk.open("x = ")
        desk.ask(uri)
        await asyncio.sleep(0.05)
        desk.type(uri, "wrong or ")
        answer = await desk.ask(uri)
        assert (shown(answer), answer.source) == ("wrong", "backend")

    desk(scene)


def test_what_lets_go_slowly_is_gone_before_the_next_is_asked(desk):
    async def scene(desk):
        desk.backend.leaves_s = 0.3
        uri = desk.open("x = ")
        for typed in "abc":
            desk.type(uri, typed)
            desk.ask(uri)
            await asyncio.sleep(0.11)
            desk.type(uri, "\b")
        desk.type(uri, "d")
        await desk.ask(uri)
        assert desk.backend.most["a.txt"] == 1

    desk(scene, reply=lambda _: [(0.1, "a"), (5.0, "b")])


def test_a_cancel_ends_the_backend_after_a_moment(desk):
    async def scene(desk):
        request = desk.ask(desk.open("def area(width"))
        await asyncio.sleep(0.15)
        request.cancel()
        await asyncio.sleep(GRACE_S / 2)
        assert desk.backend.n_running == 1
        await asyncio.sleep(GRACE_S)
        assert desk.backend.n_running == 0

    desk(scene)


def test_who_cancels_at_each_key_joins_all_the_same(desk):
    async def scene(desk):
        uri = desk.open("def area(")
        request = desk.ask(uri)
        for typed in "width":
            await asyncio.sleep(0.12)
            desk.type(uri, typed)
            request.cancel()
            await asyncio.sleep(0.03)
            request = desk.ask(uri)
        assert shown(await request) == ", height):\n    return width * height"
        assert len(desk.backend.begun) == 1

    desk(scene)


def test_nothing_is_left_of_a_request_that_is_cancelled_in_its_pause(desk):
    async def scene(desk):
        request = desk.ask(desk.open("x = "))
        await asyncio.sleep(0.05)
        request.cancel()
        await asyncio.sleep(1)
        assert desk.backend.begun == []

    desk(scene, debounce_ms=100)


def test_keys_within_the_pause_ask_once(desk):
    """With what stands there at last."""

    async def scene(desk):
        uri = desk.open("x = ")
        for typed in "abc":
            desk.type(uri, typed)
            request = desk.ask(uri)
            await asyncio.sleep(0.05)
        await request
        (asked,) = desk.backend.begun
        assert asked.prefix == "x = abc"

    desk(scene, debounce_ms=100)


def test_who_asks_explicitly_or_debounces_himself_waits_for_nothing(desk):
    async def scene(desk):
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await desk.ask(desk.open("x = "), is_invoked=True)
        desk.session.client = type(desk.session.client)(debounces=True)
        await desk.ask(desk.open("y = ", name="b.txt"))
        assert loop.time() - began_s == pytest.approx(0.2)

    desk(scene, debounce_ms=1000)


def test_at_the_deadline_whole_lines_are_offered_and_the_rest_is_for_the_cache(desk):
    async def scene(desk):
        uri = desk.open("def area(width")
        answer = await desk.ask(uri)
        assert shown(answer) == ", height):"
        assert desk.backend.n_running == 1
        await asyncio.sleep(1)
        answer = await desk.ask(uri)
        assert (shown(answer), answer.source) == (", height):\n    return width * height", "cache")
        assert len(desk.backend.begun) == 1

    desk(scene, deadline_ms=850)


def test_half_a_line_at_the_deadline_is_no_answer(desk):
    """Who asks again joins."""

    async def scene(desk):
        uri = desk.open("def area(width")
        answer = await desk.ask(uri)
        assert "no whole line" in answer.result.reason
        assert answer.error is None
        answer = await desk.ask(uri)
        assert (shown(answer), answer.source) == (", height):", "joined")
        assert len(desk.backend.begun) == 1

    desk(scene, deadline_ms=350)


def test_silence_up_to_the_deadline_is_a_failure_and_ends_at_last(desk):
    async def scene(desk):
        answer = await desk.ask(desk.open("x = "))
        assert "no answer within 500 ms" in str(answer.error)
        assert desk.workspace.health.fault is answer.error
        assert desk.backend.n_running == 1
        await asyncio.sleep(0.6)
        assert desk.backend.n_running == 0
        assert desk.workspace.health.fault is answer.error

    desk(scene, reply=lambda _: [(60.0, "late")], deadline_ms=500)


def test_a_failure_is_an_answer_for_whoever_joined(desk):
    async def scene(desk):
        uri = desk.open("x = ")
        desk.ask(uri)
        await asyncio.sleep(0)
        desk.type(uri, "1")
        answer = await desk.ask(uri)
        assert answer.error is not None
        assert desk.workspace.health.fault is answer.error

    def fails(_):
        from inference.errors import BackendError

        raise BackendError("no")

    desk(scene, reply=fails)


def test_a_few_run_at_once_and_an_explicit_one_goes_first(desk):
    async def scene(desk):
        requests = [desk.ask(desk.open("x = ", name=f"{n}.txt")) for n in range(6)]
        await asyncio.sleep(0.01)
        assert desk.backend.n_running == 4
        explicit = desk.ask(desk.open("x = ", name="e.txt"), is_invoked=True)
        await asyncio.sleep(0.01)
        assert desk.backend.begun[-1].path == "e.txt"
        assert len(desk.backend.begun) == 5
        for request in (*requests, explicit):
            assert (await request).completions
        # Of those that waited, the newest went first.
        assert [request.path for request in desk.backend.begun[5:]] == ["5.txt", "4.txt"]

    desk(scene)


def test_another_backend_ends_what_runs(desk):
    async def scene(desk):
        request = desk.ask(desk.open("def area(width"))
        await asyncio.sleep(0.15)
        desk.session.n_switches += 1
        desk.session.generations.end_all(desk.workspace)
        assert "settings changed" in (await request).result.reason
        assert desk.backend.n_running == 0

    desk(scene)


def test_a_closed_document_ends_what_runs_for_it(desk):
    async def scene(desk):
        uri = desk.open("def area(width")
        request = desk.ask(uri)
        await asyncio.sleep(0.15)
        document = desk.session.documents.get(uri)
        desk.session.documents.close(uri)
        desk.session.forget(document)
        assert isinstance((await request).result, NoCompletion)
        assert desk.backend.n_running == 0

    desk(scene)


def test_what_grows_is_told_from_what_was_typed_on(desk):
    async def scene(desk):
        uri = desk.open("def area(width")
        desk.ask(uri)
        await asyncio.sleep(0.25)
        desk.type(uri, ", h")
        told = []
        await desk.ask(uri, on_text=told.append)
        assert told[0] == "eig"
        assert told[-1] == "eight):\n    return width * height"

    desk(scene)


def test_nothing_is_asked_where_it_is_turned_off(desk):
    async def scene(desk):
        answer = await desk.ask(desk.open("x = "))
        assert "completion.enabled" in answer.result.reason
        assert desk.backend.begun == []

    desk(scene, enabled=False)
