"""An open document's tree, in bytes, and the offsets of its text."""

from __future__ import annotations

import pytest

from context.parsing.opened import opened

ODD = 'a = "é𝕏"\nb = "\ud800"\nc = 1\n'


def test_bytes_become_offsets_and_back() -> None:
    made = opened("a.py", "Python", ODD)
    assert made is not None
    for offset in range(len(ODD) + 1):
        assert made.offset_at(made.byte_at(offset)) == offset
    last = made.root.children[2]
    assert ODD[made.offset_at(last.start_byte) : made.offset_at(last.end_byte)] == "c = 1"


def test_the_same_text_is_parsed_once() -> None:
    text = "def f():\n    return 1\n"
    assert opened("a.py", "Python", text) is opened("a.py", "Python", text)


@pytest.mark.parametrize("n_lines", [1, 5_000])
def test_an_edit_gives_what_the_edited_text_gives(n_lines: int) -> None:
    """A small document is parsed anew, a large one as far as it changed."""
    text = "def f(a):\n    return a\n" * n_lines
    made = opened("a.py", "Python", text)
    assert made is not None
    edited = made.edited(4, 5, "g(é).h")
    anew = opened("b.py", "Python", text[:4] + "g(é).h" + text[5:])
    assert edited is not None
    assert anew is not None
    assert str(edited.root) == str(anew.root)


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [("a.txt", "Text", "a"), ("a.py", "Python", "a" * 1_000_001), ("a.sh", "Shell", "a?" * 6_000)],
)
def test_what_has_no_tree_gives_none(path: str, language: str, text: str) -> None:
    assert opened(path, language, text) is None
