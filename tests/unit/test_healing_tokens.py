"""Token healing: an answer that must begin in a certain way does, whatever its tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.runners.healing import Continuations, left_of

WORDS = ("s", "se", "self", "selfish", " self", "a", "\n", "ä", "äh")
TOKENS = tuple(enumerate(word.encode() for word in WORDS))
BYTES = tuple((100 + i, bytes([i])) for i in range(256))


def allowed(rest, tokens=TOKENS):
    return {dict(tokens)[number].decode() for number in Continuations(tokens).allowed(rest)}


def test_what_begins_so_and_what_it_begins_with_may_come():
    assert allowed(b"sel") == {"s", "se", "self", "selfish"}
    assert allowed(b" s") == {" self"}
    assert allowed(b"q") == set()
    assert allowed(b"") == set(WORDS)


def test_half_a_character_is_bytes_like_any():
    assert allowed("ä".encode()) == {"ä", "äh"}
    assert allowed("ä".encode()[:1]) == {"ä", "äh"}


def test_the_last_byte_has_none_behind_it():
    tokens = ((1, b"\xff"), (2, b"\xff\xff"), (3, b"\xfe"), (4, b"\xff\x00"))
    assert Continuations(tokens).allowed(b"\xff") == [1, 2, 4]


@given(
    st.lists(st.binary(min_size=1, max_size=4), max_size=40, unique=True),
    st.binary(min_size=1, max_size=6),
    st.data(),
)
def test_whatever_is_chosen_the_text_begins_as_it_must(words, rest, data):
    """And nothing that could begin so is forbidden."""
    tokens = (*BYTES, *((1000 + i, word) for i, word in enumerate(words)))
    spelt, continuations = dict(tokens), Continuations(tokens)
    said, left = b"", rest
    while left:
        found = continuations.allowed(left)
        fitting = {number for number, one in tokens if one.startswith(left) or left.startswith(one)}
        assert set(found) == fitting
        chosen = spelt[data.draw(st.sampled_from(found))]
        said += chosen
        left = left_of(left, chosen)
    assert said.startswith(rest)
