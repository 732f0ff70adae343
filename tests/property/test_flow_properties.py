"""Keys, requests, cancels and switches in any order, by a clock that jumps."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_flow import Desk, Scripted, run

from lsp_server.inline.flow import answered, current

TRUTH = "one two\nthree four\nfive six\n"
PAUSES_S = (0.0, 0.01, 0.05, 0.12, 0.3, 1.0)

documents = st.integers(0, 2)
keys = st.sampled_from(["", "", "", "x", "\b", "\n"])
steps = st.one_of(
    st.tuples(st.just("type"), documents, keys),
    # What happens most: a key, a request for it, and not long until the next.
    st.tuples(st.just("press"), documents, keys),
    st.tuples(st.just("press"), documents, keys),
    st.tuples(st.just("ask"), documents, st.booleans()),
    st.tuples(st.just("cancel"), documents, st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from(PAUSES_S), st.none()),
    st.tuples(st.just("switch"), st.none(), st.none()),
    st.tuples(st.just("close"), documents, st.none()),
)


def reply(request):
    """The truth from the cursor on, or something that depends on all that stands before it."""
    rest = said(request.prefix)
    return [(0.06, rest[at : at + 4]) for at in range(0, len(rest), 4)]


def said(prefix):
    """What the backend says there."""
    return TRUTH[len(prefix) :] if TRUTH.startswith(prefix) else f"{len(prefix)} of {prefix[-3:]!r}"


class Play:
    """What three documents go through, every answer looked at as it is given."""

    def __init__(self, desk):
        self.desk = desk
        self.uris = [desk.open("", name=f"{n}.txt") for n in range(3)]
        self.prefixes = {uri: set() for uri in self.uris}
        self.requests = {uri: [] for uri in self.uris}
        self.n_answers = 0

    async def answer(self, uri, asked):
        """An answer, as it goes to the editor."""
        self.prefixes[uri].add(asked.prefix)
        made = await answered(self.desk.server, asked)
        now, made = current(self.desk.session, asked, made)
        self.n_answers += 1
        if made.completions:
            assert now.document is self.desk.session.documents.get(uri)
            self.look_at(uri, now, made)
        else:
            assert made.result.reason

    def look_at(self, uri, asked, made):
        """What is offered must be what the backend said, of what the document is now."""
        for each in made.completions:
            whole = asked.prefix + each.text
            assert each.text.strip()
            assert any(
                (prefix + said(prefix)).startswith(whole)
                for prefix in (*self.prefixes[uri], *self.ahead())
                if asked.prefix.startswith(prefix)
            )

    def ahead(self):
        """Where the backend was asked ahead."""
        return {request.prefix for request in self.desk.backend.begun}

    async def step(self, what, which, how):
        """One of the steps."""
        if what == "wait":
            await asyncio.sleep(which)
        elif what == "switch":
            self.desk.session.n_switches += 1
            self.desk.session.generations.end_all(self.desk.workspace)
            self.desk.workspace.cache.clear()
        else:
            await getattr(self, what)(self.uris[which], how)

    async def type(self, uri, key):
        """A key; none named is the one that goes on."""
        text = self.desk.text(uri)
        key = key or (TRUTH[len(text) :] or "y")[0]
        if key != "\b" or text:
            self.desk.type(uri, key)

    async def press(self, uri, key):
        """A key that is asked for."""
        await self.type(uri, key)
        await self.ask(uri, is_invoked=False)
        await asyncio.sleep(0.08)

    async def ask(self, uri, is_invoked):
        """A request."""
        asked = self.desk.asked(uri, is_invoked=is_invoked)
        self.requests[uri].append(asyncio.ensure_future(self.answer(uri, asked)))
        await asyncio.sleep(0)

    async def cancel(self, uri, _):
        """The newest request taken back."""
        if self.requests[uri]:
            self.requests[uri][-1].cancel()

    async def close(self, uri, _):
        """The document closed, and opened again."""
        document = self.desk.session.documents.get(uri)
        self.desk.session.documents.close(uri)
        self.desk.session.forget(document)
        self.desk.open("", name=uri.rpartition("/")[2])

    async def finish(self):
        """Everything comes to its end, and nothing is left over."""
        requests = [request for each in self.requests.values() for request in each]
        if requests:
            done, late = await asyncio.wait(requests, timeout=60)
            assert not late
            answers = [request for request in done if not request.cancelled()]
            for request in answers:
                request.result()
            assert self.n_answers == len(answers)
        await asyncio.sleep(60)
        held = self.desk.session.generations
        assert (held.running, held.leaving, held.newest) == ({}, {}, {})
        assert self.desk.backend.n_running == 0
        assert all(lane.turns.n_free == 4 for lane in held.lanes.values())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(steps, min_size=4, max_size=40),
    st.sampled_from([200, 20_000]),
    st.sampled_from(["auto", 0, 100]),
    st.sampled_from([0.0, 0.15]),
)
def test_one_runs_for_each_document_and_every_request_is_answered_once(
    played, deadline_ms, debounce_ms, leaves_s
):
    """Never with what isn't so any more."""

    async def play(root):
        options = {"deadline_ms": deadline_ms, "debounce_ms": debounce_ms, "prefetch": True}
        desk = Desk(root, Scripted(reply, leaves_s=leaves_s), **options)
        work = Play(desk)
        try:
            for step in played:
                await work.step(*step)
            await work.finish()
        finally:
            await desk.session.stop()
            desk.session.close()
        most = desk.backend.most
        assert all(n == 1 for path, n in most.items() if path)
        assert most.get("", 0) <= 4

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        run(patch, play(Path(folder)))
