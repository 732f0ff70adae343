"""What was found out for a text is kept within bounds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from inference.tokens.encoder import PieceEncoder
from inference.tokens.kept import Kept
from inference.tokens.pieces import RULES


def of_size(text, value):
    """A value takes as much as its text is long."""
    return len(text)


def test_what_was_asked_for_lately_stays():
    kept = Kept(8, of_size)
    for text in ("aa", "bb", "cc"):
        kept.put(text, text.upper())
    assert kept.get("aa") == "AA"
    for text in ("dd", "ee"):
        kept.put(text, text.upper())
    assert kept.get("aa") == "AA"
    assert kept.get("bb") is None


def test_no_more_is_kept_than_there_is_room_for():
    kept = Kept(100, of_size)
    for place in range(1_000):
        kept.put(f"{place:04}", place)
    assert sum(kept.get(f"{place:04}") is not None for place in range(1_000)) <= 26


def test_all_are_found_or_none():
    kept = Kept(100, of_size)
    kept.put("a", 1)
    assert kept.get_all(["a", "a"]) == [1, 1]
    assert kept.get_all(["a", "b"]) is None
    assert kept.get_all([]) == []


def test_only_pieces_never_seen_are_encoded():
    """A text asked for again costs nothing, and one with a line changed costs that line."""
    asked = []

    def encode(pieces):
        asked.append(pieces)
        return [(len(piece),) for piece in pieces]

    encoder = PieceEncoder(RULES[0], encode)
    text = "".join(f"line {place}\n" for place in range(200))
    assert len(encoder.encode(text)) == encoder.count(text) == 200
    assert len(encoder.encode("line 3\nline 4\n")) == 2
    assert len(asked) == 1
    encoder.encode(text.replace("line 7\n", "other\nother\n"))
    assert asked[1:] == [["other\n"]]
    assert encoder.encode("") == ()


def test_threads_find_the_same():
    encoder = PieceEncoder(RULES[0], lambda pieces: [(int(piece),) for piece in pieces])
    encoder._pieces = Kept(2_000, lambda _text, _ids: 1)
    texts = ["".join(f"{one}\n" for one in range(n, n + 700)) for n in range(0, 3_000, 100)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(encoder.encode, texts * 8))
    assert found == [tuple(map(int, text.split())) for text in texts * 8]
