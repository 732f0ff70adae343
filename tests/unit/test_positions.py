"""Editor positions and offsets."""

from __future__ import annotations

import pytest

from lsp_server.positions import Lines, PositionError, clamped_offset_at, offset_at, position_of


@pytest.mark.parametrize(
    ("encoding", "character"), [("utf-8", 5), ("utf-16", 3), ("utf-32", 2)]
)
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
    lines = Lines("ab\n")
    with pytest.raises(PositionError, match="has 2 lines"):
        offset_at(lines, 2, 0, "utf-16")
    assert clamped_offset_at(lines, 9, 0, "utf-16") == 3
