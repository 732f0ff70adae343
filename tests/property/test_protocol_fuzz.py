"""Messages at random, to the protocol in this process: each request is answered, once."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.frames import Frames, Junk
from lsp_server.server import create_server
from tests.fuzzing import KINDS, Fuzz

# What is handled at once; the rest needs threads and an event loop, and is asked of the
# real process.
AT_ONCE = ("notebookDocument/", "$/", "no/such", "textDocument/didClose", "workspace/didDelete")
SYNCHRONOUS = [kind for kind in KINDS if kind[0].startswith(AT_ONCE)]
TELLTALE = re.compile(r'Traceback|File \\"|site-packages')


class Client:
    """Reads what the server writes."""

    is_slow = False

    def __init__(self):
        self.frames = Frames()
        self.messages = []

    def write(self, data):
        """Take in what the server says."""
        self.messages += [json.loads(body) for body in self.frames.feed(data)]

    def close(self):
        """There is nothing to close."""


def hand_over(server, frames, data):
    """What the transport does with bytes."""
    for item in frames.feed(data):
        if isinstance(item, Junk):
            server.conversation.refuse_junk(item.reason)
        else:
            server.conversation.receive(item)


@pytest.fixture(scope="module")
def server():
    """A server past `initialize`, which the examples share: to make one takes a while."""
    made = create_server(assignments=[])
    made.conversation._began = True
    yield made
    made.session.close()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_request_is_answered_once_whatever_else_comes(server, data):
    """And the server says nothing of its insides."""
    client, frames = Client(), Frames()
    server.conversation.set_writer(client)
    fuzz = Fuzz(lambda several: data.draw(st.sampled_from(several)), SYNCHRONOUS)
    for _ in range(data.draw(st.integers(1, 8))):
        hand_over(server, frames, fuzz.message())
    answers = [m for m in client.messages if "method" not in m]
    assert Counter(m["id"] for m in answers if m["id"] is not None) == Counter([*fuzz.requests])
    assert not [m for m in answers if m["error"]["code"] == -32603]
    assert not TELLTALE.search(json.dumps(answers))


NAMES = st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_any_json_is_refused_at_most_once(server, value):
    for message in (value, {"jsonrpc": "2.0"} | (value if isinstance(value, dict) else {})):
        client = Client()
        server.conversation.set_writer(client)
        server.conversation.receive(json.dumps(message).encode())
        assert len(client.messages) <= 1
        assert all("error" in told for told in client.messages)
