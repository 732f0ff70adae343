"""Editor positions and offsets."""

from __future__ import annotations

import pytest

from lsp_server import positions
from lsp_server.positions import Lines, PositionError, offset_at, position_of, replaced


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 5), ("utf-16", 3), ("utf-32", 2)])
def test_units_of_an_astral_character(encoding, character):
    """An emoji is four bytes, two UTF-16 units, one code point."""
    lines = Lines("a\n😀x.\n")
    assert offset_at(lines, 1, character, encoding) == 4
    assert position_of(lines, 4, encoding) == (1, character)


def test_half_of_a_surrogate_pair_means_its_start():
    assert offset_at(Lines("😀x"), 0, 1, "utf-16") == 0


@pytest.mark.parametrize("separator", ["\f", "\v", "\x1c", "\u0085", "\u2028"])
def test_only_the_protocols_line_ends_end_lines(separator):
    """`str.splitlines` would cut here, and every edit below would land in the wrong place."""
    lines = Lines(f"a{separator}b\nc")
    assert len(lines) == 2
    assert offset_at(lines, 1, 0, "utf-16") == 4


def test_crlf_and_cr_end_lines():
    lines = Lines("a\r\nb\rc\nd")
    assert lines.starts == (0, 3, 5, 7)
    assert [lines.content(n) for n in range(4)] == ["a", "b", "c", "d"]


def test_a_character_past_the_end_means_the_end_of_the_line():
    assert offset_at(Lines("ab\ncd"), 0, 99, "utf-16") == 2


def test_a_line_past_the_end_is_an_error_or_the_end():
    """A request must name a real line; an edit may say "to the end"."""
    with pytest.raises(PositionError, match="has 2 lines"):
        offset_at(Lines("ab\n"), 2, 0, "utf-16")
    assert replaced(Lines("ab\n"), (0, 1), (9, 0), "c", "utf-16").text == "ac"


def test_an_end_before_the_start_is_an_empty_range():
    assert replaced(Lines("ab\ncd"), (1, 1), (0, 0), "x", "utf-16").text == "ab\ncxd"


def test_a_line_feed_typed_behind_a_carriage_return_makes_one_line_end():
    lines = replaced(Lines("a\rb"), (1, 0), (1, 0), "\n", "utf-16")
    assert [lines.content(n) for n in range(len(lines))] == ["a", "b"]


def test_a_negative_place_is_refused():
    with pytest.raises(PositionError, match="neither may be negative"):
        replaced(Lines("a"), (0, -1), (0, 0), "", "utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_on_a_line_longer_than_a_stride(encoding):
    """Long lines are converted in pieces; the seams between them must not show."""
    text = "é😀x\ud800" * 20_000
    lines, seam = Lines(text), positions._STRIDE
    for offset in (0, 1, seam - 1, seam, seam + 1, 2 * seam, len(text) - 1, len(text)):
        assert offset_at(lines, *position_of(lines, offset, encoding), encoding) == offset


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_long_line_is_not_walked_character_by_character(encoding, monkeypatch):
    """Five megabytes without a line end took three seconds a request."""
    calls = []
    units = positions._units
    monkeypatch.setattr(positions, "_units", lambda *args: calls.append(1) or units(*args))
    lines = Lines("é" * 1_000_000)
    assert offset_at(lines, 0, 10_000_000, encoding) == 1_000_000
    assert len(calls) < 1000
