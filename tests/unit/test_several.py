"""Several different completions: the likeliest first, and not later for the others."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from inference.answer.complete import Rules
from inference.answer.distinct import distinct
from inference.answer.several import alternatives, several
from inference.errors import BackendError
from inference.types import Capabilities, Chunk, Completion, NoCompletion, Request

RULES = Rules(cursor=4, extent="line")
REQUEST = Request("x = ", "\n", "a.py", "Python")


class Server:
    """Answers a greedy request with one text, others with these in turn, `most` a request.

    A text that is None never comes; an error is raised.
    """

    def __init__(self, greedy, others=(), *, most=9, ranked=False):
        self.capabilities = Capabilities(logprobs=True, ranked=ranked)
        self.greedy, self.others, self.most = greedy, list(others), most
        self.asked, self.running = [], 0
        self.hanging = asyncio.Event()

    async def stream(self, request):
        """The answer, a chunk for each text and one that ends it."""
        self.asked.append(request)
        self.running += 1
        try:
            if request.sampling is None and request.n == 1:
                texts = [self.greedy]
            else:
                n = min(request.n, self.most)
                texts, self.others = self.others[:n], self.others[n:]
            for index, text in enumerate(texts):
                if text is None:
                    self.hanging.set()
                    await asyncio.Event().wait()
                if isinstance(text, BackendError):
                    raise text
                yield Chunk(text, logprob=-0.1 * (index + 1), index=index)
                yield Chunk("", finish_reason="stop", index=index)
                await asyncio.sleep(0)
        finally:
            self.running -= 1


async def _several(server, n=3, **more):
    ticks = count()
    found = await several(server, REQUEST, RULES, n=n, clock=lambda: next(ticks) / 1e6, **more)
    return [getattr(one.completion, "text", one.completion) for one in found]


async def test_the_first_is_the_likeliest_and_the_others_are_drawn():
    server = Server("f(1)", ["g(2)", "h(3)"])
    assert await _several(server) == ["f(1)", "g(2)", "h(3)"]
    greedy, drawn = server.asked
    assert (greedy.n, greedy.sampling) == (1, None)
    assert drawn.n == 2
    assert drawn.sampling.temperature > 0


async def test_one_is_just_asked_for():
    server = Server("f(1)", ["g(2)"])
    assert await _several(server, n=1) == ["f(1)"]
    assert len(server.asked) == 1


async def test_a_server_that_gives_one_at_a_time_is_asked_again_more_freely():
    server = Server("f(1)", ["g(2)", "h(3)"], most=1)
    assert await _several(server) == ["f(1)", "g(2)", "h(3)"]
    first, second = server.asked[1:]
    assert (first.n, second.n) == (2, 1)
    assert second.sampling.temperature > first.sampling.temperature


async def test_what_says_nothing_new_is_left_out():
    server = Server("f(1)", ["f( 1 )", "f("])
    assert await _several(server) == ["f(1)"]


async def test_a_backend_that_ranks_is_asked_once():
    server = Server("?", ["f(1)", "g(2)", "f(1)"], ranked=True)
    assert await _several(server) == ["f(1)", "g(2)"]
    assert [one.n for one in server.asked] == [3]


async def test_what_fails_or_hangs_beside_the_first_takes_nothing_from_it():
    assert await _several(Server("f(1)", [BackendError("no")])) == ["f(1)"]
    server = Server("f(1)", ["g(2)", None])
    assert await _several(server) == ["f(1)", "g(2)"]
    assert server.running == 0


async def test_a_failure_of_the_first_is_one():
    with pytest.raises(BackendError):
        await _several(Server(BackendError("no"), ["g(2)"]))


async def test_leaving_ends_all_of_it_at_the_backend():
    server = Server("f(1)", [None])
    heard = []
    waiting = asyncio.create_task(_several(server, on_heard=heard.append))
    await server.hanging.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert server.running == 0
    assert len(heard) == 1


async def test_alternatives_alone_are_all_drawn():
    server = Server("f(1)", ["g(2)", "h(3)"])
    found = await alternatives(server, REQUEST, RULES, n=2, clock=lambda: 0.0)
    assert [one.completion.text for one in found] == ["g(2)", "h(3)"]


def test_a_longer_word_is_another_one():
    texts = ["a.count", "a.counter", "a.count ", "a.counter(b)", "a."]
    found = distinct([NoCompletion("no"), *(Completion(text, (0, 0)) for text in texts)])
    assert [one.text for one in found] == ["a.count", "a.counter", "a.counter(b)"]
