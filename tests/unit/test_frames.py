"""Bytes become messages, and what is none is passed over."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.frames import MAX_MESSAGE_BYTES, Frames, Junk


def frame(body):
    """A message as it travels."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def bodies(*pieces):
    """The messages in a stream that comes in pieces; None for what is none."""
    frames = Frames()
    found = [item for piece in pieces for item in frames.feed(piece)]
    return [None if isinstance(item, Junk) else item for item in found]


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: 2\r\n\r\n",
        b"content-length:2\n\n",
        b"Content-Type: x; charset=utf-8\r\nCONTENT-LENGTH : 2\r\n\r\n",
        b"\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_headers_as_clients_write_them(header):
    assert bodies(header + b"{}" + frame(b"[]")) == [b"{}", b"[]"]


@pytest.mark.parametrize(
    "junk",
    [
        b"\x00\xff\x7f",
        b"\x00\xff\n\n\n",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}",
        b"Content-Length: %d\r\n\r\n{}" % (MAX_MESSAGE_BYTES + 1),
        b"x" * 100_000,
        b"{}\r\n",
    ],
)
def test_after_junk_the_next_message_is_understood(junk):
    """And the client is told once."""
    assert bodies(junk + frame(b"[]") + frame(b"{}")) == [None, b"[]", b"{}"]


def test_after_a_wrong_length_the_next_message_is_understood():
    """Too short: the rest is junk. Too long: it takes the next header with it."""
    short = b"Content-Length: 3\r\n\r\n{'a'}" + frame(b"[]")
    assert bodies(short) == [b"{'a", None, b"[]"]
    long = b"Content-Length: 30\r\n\r\n{}" + frame(b"[]") * 2 + frame(b"{}")
    assert bodies(long)[-1] == b"{}"


STREAM = frame(b"{}") + b"\x00junk" + frame(b"x" * 300) + frame(b"") + b"\r\n" + frame(b"[]")


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_it_does_not_matter_how_the_stream_was_cut(cuts):
    edges = sorted({0, len(STREAM), *cuts})
    pieces = [STREAM[a:b] for a, b in itertools.pairwise(edges)]
    assert bodies(*pieces) == [b"{}", None, b"x" * 300, b"", b"[]"]


@given(st.binary())
def test_nothing_in_a_stream_raises(data):
    assert all(item is None or len(item) <= len(data) for item in bodies(data))
