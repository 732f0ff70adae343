"""Stop scanning doesn't depend on how the stream was cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.answer.stops import StopScanner

letters = st.text(alphabet="ab<|\uff5c", max_size=24)
stop_lists = st.lists(st.text(alphabet="ab<|\uff5c", min_size=1, max_size=5), max_size=4)


def _scan(stops, pieces):
    scanner = StopScanner(tuple(stops))
    emitted = ""
    for piece in pieces:
        text, hit = scanner.feed(piece)
        emitted += text
        if hit:
            return emitted, True
    return emitted + scanner.finish(), False


@settings(deadline=None)
@given(stops=stop_lists, pieces=st.lists(letters, max_size=8))
def test_any_cut_gives_what_single_letters_give(stops, pieces):
    text = "".join(pieces)
    assert _scan(stops, pieces) == _scan(stops, list(text)) == _scan(stops, [text])


@settings(deadline=None)
@given(stops=stop_lists, text=letters)
def test_no_stop_text_comes_through(stops, text):
    emitted, hit = _scan(stops, [text])
    assert not any(stop in emitted for stop in stops)
    assert hit or emitted == text
    assert text.startswith(emitted)
