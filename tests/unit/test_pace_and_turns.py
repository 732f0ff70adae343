"""How long is waited for the next key, and who may ask a backend first."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.inline.pace import (
    AT_ONCE_S,
    LONGEST_S,
    MAX_INTERVALS,
    REST_S,
    Typing,
    pause_s,
    typed,
)
from lsp_server.inline.turns import AUTOMATIC, EXPLICIT, PREFETCH, Turns

INTERVALS = st.lists(st.floats(0.001, 5.0), max_size=40)


def typing(*intervals_s: float) -> Typing:
    now, at_s = typed(Typing(), 10.0), 10.0
    for interval_s in intervals_s:
        at_s += interval_s
        now = typed(now, at_s)
    return now


@given(INTERVALS, st.floats(0.0, 20.0) | st.none())
def test_nobody_waits_longer_than_the_longest_pause(intervals_s, first_token_s):
    now = typing(*intervals_s)
    assert 0.0 <= pause_s(now, first_token_s) <= LONGEST_S
    assert len(now.intervals_s) <= MAX_INTERVALS


def test_the_first_key_and_the_first_after_a_rest_ask_at_once():
    assert pause_s(typing(), 1.0) == 0.0
    assert pause_s(typing(0.15, 0.15, REST_S + 0.1), 1.0) == 0.0


def test_a_backend_that_answers_at_once_or_is_not_known_is_asked_at_once():
    burst = typing(*[0.1] * 12)
    assert pause_s(burst, AT_ONCE_S) == 0.0
    assert pause_s(burst, None) == 0.0


def test_who_types_evenly_and_fast_is_answered_while_he_does():
    """Waiting for a key that always comes in time would be never to ask."""
    assert pause_s(typing(*[0.1] * 24), 0.15) == 0.0


async def test_who_asks_explicitly_waits_for_nobody():
    turns = Turns(1)
    async with turns.turn(AUTOMATIC), turns.turn(EXPLICIT):
        assert turns.n_free == -1
    assert turns.n_free == 1


async def test_of_those_that_wait_what_is_made_ahead_comes_last_and_the_newest_first():
    turns, order = Turns(1), list[str]()

    async def work(name: str, priority: int) -> None:
        async with turns.turn(priority):
            order.append(name)

    async with turns.turn(AUTOMATIC):
        waiting = [("ahead", PREFETCH), ("older", AUTOMATIC), ("newer", AUTOMATIC)]
        tasks = [asyncio.create_task(work(*each)) for each in waiting]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["newer", "older", "ahead"]
    assert turns.n_free == 1


async def test_who_gives_up_waiting_takes_no_turn_even_where_it_has_just_come():
    turns = Turns(1)

    async def work() -> None:
        async with turns.turn(AUTOMATIC):
            raise AssertionError

    async with turns.turn(AUTOMATIC):
        tasks = [asyncio.create_task(work()) for _ in range(2)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert turns.n_free == 1
