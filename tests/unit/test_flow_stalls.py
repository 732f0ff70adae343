"""A backend that says nothing, one place asked twice, and what is done after an answer."""

from __future__ import annotations

import asyncio

import pytest
from scripted_flow import Desk, Scripted, run, shown

from inference.answer.checks import Checks
from inference.errors import BackendError
from inference.types import Completion, Condition, NoCompletion
from lsp_server.inline import passing
from lsp_server.inline.stalling import is_better_anew, patience_s
from lsp_server.inline.turns import PREFETCH

NEVER = [(1000.0, "too late")]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A function that runs a coroutine function with a desk."""

    def work(scene, reply, **settings):
        async def play():
            desk = Desk(tmp_path, Scripted(reply), **settings)
            try:
                return await scene(desk)
            finally:
                await desk.session.stop()
                desk.workspace.close()

        return run(monkeypatch, play())

    return work


def says(wait_s, text):
    """A reply to every request."""
    return lambda _: [(wait_s, text)]


def loses(lost, wait_s=0.05):
    """A reply that never comes where the text before the cursor is one of these."""
    return lambda request: NEVER if request.prefix in lost else [(wait_s, "said")]


def test_a_lost_request_holds_up_its_document_for_a_moment_only(desk):
    async def scene(desk):
        await desk.ask(desk.open("known = ", name="b.txt"))
        uri = desk.open("x = ")
        desk.ask(uri)
        for key in "abcdefgh":
            await asyncio.sleep(0.3)
            desk.type(uri, key)
            last = desk.ask(uri)
        assert shown(await asyncio.wait_for(last, 0.2)) == "said"
        assert [request.path for request in desk.backend.stopped] == ["a.txt"]

    desk(scene, loses({"x = "}))


def test_the_same_place_still_waits_for_what_was_asked_for_it(desk):
    async def scene(desk):
        await desk.ask(desk.open("known = ", name="b.txt"))
        uri = desk.open("x = ")
        desk.ask(uri)
        await asyncio.sleep(4)
        desk.ask(uri)
        await asyncio.sleep(0)
        assert len(desk.backend.begun) == 2

    desk(scene, loses({"x = "}))


def test_a_backend_that_has_become_slow_is_given_twice_the_time_at_each_try(desk):
    """Else who types on would never be answered."""

    async def scene(desk):
        uri = desk.open("x = ")
        for _ in range(60):
            desk.type(uri, "1")
            desk.ask(uri)
            await asyncio.sleep(1)
        assert len(desk.backend.begun) == 4

    desk(scene, says(35.0, "said"), deadline_ms=60_000)


def test_what_loads_a_model_is_left_in_peace(desk):
    async def scene(desk):
        desk.workspace.health.report(Condition("busy", "loading"))
        uri = desk.open("x = ")
        for _ in range(30):
            desk.type(uri, "1")
            desk.ask(uri)
            await asyncio.sleep(1)
        assert len(desk.backend.begun) == 1

    desk(scene, says(35.0, "said"), deadline_ms=60_000)


def test_who_goes_astray_early_is_answered_as_if_he_had_asked_anew(desk):
    async def scene(desk):
        await desk.ask(desk.open("known = ", name="b.txt"))
        uri = desk.open("x = ")
        desk.ask(uri)
        for key in "abcde":
            await asyncio.sleep(0.12)
            desk.type(uri, key)
            last = desk.ask(uri)
        began_s = asyncio.get_running_loop().time()
        assert shown(await last) == "said"
        assert asyncio.get_running_loop().time() - began_s < 1.25

    desk(scene, says(1.0, "said"), debounce_ms="auto")


@pytest.mark.parametrize("first_is_invoked", [True, False])
@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.15])
def test_one_place_asked_for_explicitly_and_not_is_answered_both_times(
    desk, first_is_invoked, wait_s
):
    async def scene(desk):
        uri = desk.open("x = ")
        first = desk.ask(uri, is_invoked=first_is_invoked)
        await asyncio.sleep(wait_s)
        second = desk.ask(uri, is_invoked=not first_is_invoked)
        assert shown(await first) == shown(await second) == "said"
        assert desk.session.generations.newest == {}
        # An explicit one wants more than what was begun by itself.
        n_asked = 1 if first_is_invoked or not wait_s else 2
        assert len(desk.backend.begun) == n_asked

    desk(scene, says(0.2, "said"))


def test_who_types_on_overtakes_all_that_wait_for_one_place(desk):
    async def scene(desk):
        uri = desk.open("x = ")
        both = desk.ask(uri), desk.ask(uri)
        await asyncio.sleep(0.05)
        desk.type(uri, "s")
        newer = desk.ask(uri)
        for each in both:
            assert "newer request" in (await each).result.reason
        assert shown(await newer) == "aid"

    desk(scene, says(0.2, "said"))


def test_a_client_that_takes_one_of_both_back_has_the_other_answered(desk):
    async def scene(desk):
        uri = desk.open("x = ")
        first, second = desk.ask(uri), desk.ask(uri)
        await asyncio.sleep(0.05)
        first.cancel()
        assert shown(await second) == "said"
        assert len(desk.backend.begun) == 1

    desk(scene, says(0.2, "said"))


def fails_ahead(request):
    """An answer to what is asked for, and none to what is asked ahead."""
    if request.priority >= PREFETCH:
        raise BackendError("no more today", cause="quota")
    return [(0.1, "said")]


def test_what_fails_ahead_is_nobodys_trouble_and_not_tried_again_at_once(desk):
    async def scene(desk):
        assert shown(await desk.ask(desk.open("x = "))) == "said"
        await asyncio.sleep(1)
        assert len(desk.backend.begun) == 2
        assert desk.workspace.health.fault is None
        assert shown(await desk.ask(desk.open("y = ", name="b.txt"))) == "said"
        await asyncio.sleep(1)
        assert len(desk.backend.begun) == 3
        await asyncio.sleep(30)
        await desk.ask(desk.open("z = ", name="c.txt"))
        await asyncio.sleep(1)
        assert len(desk.backend.begun) == 5

    desk(scene, fails_ahead, prefetch=True)


def test_nothing_is_begun_for_later_before_the_answer_is_given(desk):
    async def scene(desk):
        uri = desk.open("x = ")
        await desk.ask(uri)
        await asyncio.sleep(0)
        assert len(desk.backend.begun) == 1
        assert desk.workspace.warming is None
        await asyncio.sleep(0.01)
        assert len(desk.backend.begun) == 2

    desk(scene, says(0.1, "said"), prefetch=True)


def test_who_had_no_turn_up_to_the_deadline_is_told_so(desk):
    async def scene(desk):
        requests = [desk.ask(desk.open("x = ", name=f"{n}.txt")) for n in range(5)]
        reasons = [(await request).result.reason for request in requests]
        assert "busy with other requests" in reasons[-1]

    desk(scene, lambda _: NEVER, deadline_ms=500)


def test_a_check_that_fails_is_an_answer_and_logged_once(monkeypatch, caplog):
    def fails(*_):
        raise ValueError("secret = 1")

    monkeypatch.setattr(passing, "checked", fails)
    monkeypatch.setattr(passing, "_logged", set())
    for _ in range(2):
        result, others = passing.passing([Completion("x", (0, 0), None)] * 2, Checks(), 0.0)
        assert (result, others) == (NoCompletion(passing.UNCHECKED), ())
    (record,) = caplog.records
    assert "ValueError" in record.getMessage()
    assert "secret" not in record.getMessage()


def test_patience_doubles_and_is_several_times_what_is_usual():
    assert [patience_s(0.07, n) for n in range(3)] == [2, 4, 8]
    assert patience_s(3.0, 0) == 12
    assert patience_s(None, 1) == 10


def test_only_much_that_was_typed_early_is_better_asked_anew():
    assert is_better_anew("abc", 0.4, 1.0)
    assert not is_better_anew("abc", 0.6, 1.0)
    assert not is_better_anew("\n        a", 0.1, 1.0)
    assert not is_better_anew("abc", 0.4, None)
