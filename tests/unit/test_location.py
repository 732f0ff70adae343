"""`FILE:LINE:COL`."""

from __future__ import annotations

import pytest

from lsp_server.errors import UsageError
from lsp_server.location import Location, offset_of, parse
from lsp_server.positions import Lines


@pytest.mark.parametrize(
    ("text", "file"), [("a.py:3:4", "a.py"), ("C:\\x.py:3:4", "C:\\x.py"), ("a:b.py:3:4", "a:b.py")]
)
def test_is_split_from_the_right(text, file):
    assert parse(text) == Location(file, 3, 4)


@pytest.mark.parametrize(
    "text",
    ["a.py", "a.py:3", ":3:4", "a.py:x:4", "a.py:3:-4", "", f"a.py:{'9' * 5000}:1", "a.py:٣:1"],
)
def test_other_forms_are_refused_with_an_example(text):
    with pytest.raises(UsageError, match="is not FILE:LINE:COL"):
        parse(text)


def test_counts_from_one():
    with pytest.raises(UsageError, match="count from 1"):
        parse("a.py:0:4")


def test_the_column_after_the_last_is_the_end_of_the_line():
    lines = Lines("ab\r\ncdé\n")
    assert offset_of(Location("a", 2, 4), lines) == 7
    with pytest.raises(UsageError, match="has columns 1 to 4, column 5 was asked for"):
        offset_of(Location("a", 2, 5), lines)
    with pytest.raises(UsageError, match="a has 3 lines, line 4 was asked for"):
        offset_of(Location("a", 4, 1), lines)
