"""Where a member or an argument is begun, what it is of may have become known just then."""

from __future__ import annotations

import pytest

from context.selection.chains import is_reaching


@pytest.mark.parametrize(
    ("before", "typed", "expected"),
    [
        ("boat", ".", True),
        ("boat", ".ro", True),
        ("boat.", "r", False),
        ("boat-", ">", True),
        ("Boat:", ":", True),
        ("boat?", ".", True),
        ("row", "(", True),
        ("row(", "fast", False),
        ("boat", ".row()", False),
        ("a", " > b", False),
        ("x = ", "", False),
    ],
)
def test_a_sign_counts_once_as_long_as_no_more_than_a_name_follows(
    before: str, typed: str, *, expected: bool
) -> None:
    text = before + typed
    assert is_reaching(text + ")\n", len(before), len(text)) is expected
