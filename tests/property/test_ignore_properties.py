"""Patterns of many stars say what they would say if there were time to try everything."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from context.disk.ignore import without_detours

PIECES = st.sampled_from(["a", "b", "*", "*", "/", "**/", "/**", "?", "[ab]"])
PATHS = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join)


@given(st.lists(PIECES, min_size=1, max_size=9).map("".join), PATHS, st.sampled_from(["", "/"]))
def test_an_expression_without_detours_matches_the_same(pattern: str, path: str, end: str) -> None:
    """The folder that a path was matched by is the same, too."""
    try:
        made = GitIgnoreSpecPattern(pattern)
    except ValueError:
        return
    if made.regex is None:
        return
    slow, fast = (re.match(one, path + end) for one in _both(made.regex.pattern))
    assert (slow and slow.groupdict()) == (fast and fast.groupdict())


def _both(regex: str) -> tuple[str, str]:
    return regex, without_detours(regex)
