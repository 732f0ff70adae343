"""How much of what was accepted is still there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.kept.staying import counted, staying

PIECE = "return os.path.join(x, 'a')"
TEXT = f"import os\n\ndef f(x):\n    {PIECE}\n\nprint(f(1))\n"
ALL = counted(PIECE)


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (TEXT, ALL),
        # Typed inside of it, before it and behind it.
        (TEXT.replace("(x, ", "(x, y, "), ALL),
        (TEXT.replace("return", "xreturn"), ALL),
        (TEXT.replace("'a')", "'a') + 1"), ALL),
        # Half of it deleted, and all of it: what undoing does, too.
        (TEXT.replace("os.path.join(x, 'a')", ""), len("return")),
        (TEXT.replace(PIECE, ""), 0),
        (TEXT.replace(f"    {PIECE}\n", ""), 0),
        ("", 0),
        # What stands above is moved, added or taken away, while something changes below.
        ("# one\n# two\n" + TEXT + "more\n", ALL),
        ("\n" + TEXT.replace("import os\n\n", "") + "import os\n", ALL),
        ("import re\nimport os\n" + TEXT[10:].replace("print(f(1))", "show(f(2))"), ALL),
        # A formatter: other quotes, other lines, deeper by a level, other line ends.
        (TEXT.replace("import os", "import os\nimport re").replace("'a'", '"a"'), ALL - 3),
        (TEXT.replace(f"    {PIECE}", f"    if x:\n        {PIECE}"), ALL),
        (TEXT.replace("\n", "\r\n"), ALL),
        # A name in it changed, and in the rest of the document.
        (TEXT.replace("x", "path"), ALL - 1),
        # Something else is in its place.
        (TEXT.replace(PIECE, "yield from glob()").replace("print", "show"), 0),
    ],
)
def test_what_counts_is_what_is_still_there(after, left):
    start = TEXT.index(PIECE)
    assert staying(TEXT, start, start + len(PIECE), after) == left


def test_a_formatter_may_break_a_line_up():
    broken = "return os.path.join(\n        x,\n        'a',\n    )"
    after = TEXT.replace(PIECE, broken).replace("import os", "import os\nimport re")
    start = TEXT.index(PIECE)
    assert staying(TEXT, start, start + len(PIECE), after) >= ALL - 2


def test_one_line_among_many_that_are_alike():
    text = "x = 1\n\n}\n" * 300
    after = "y" + text[9:] + "z"
    assert staying(text, 900, 905, after) == 3


def test_deleting_the_piece_of_many_lines():
    piece = "".join(f"    step_{n}(value)\n" for n in range(5))
    before = f"def a():\n{piece}\n\ndef b():\n    pass\n"
    start = before.index(piece)
    end = start + len(piece)
    assert staying(before, start, end, before.replace(piece, "")) == 0
    kept = before.replace("    step_2(value)\n", "").replace("def b", "def c")
    assert staying(before, start, end, kept) == counted(piece) - len("step_2(value)")


TEXTS = st.text(alphabet="ab(\n x", max_size=40)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_never_more_than_there_was(head, piece, tail, after):
    left = staying(head + piece + tail, len(head), len(head) + len(piece), after)
    assert 0 <= left <= counted(piece)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.booleans())
def test_what_is_added_elsewhere_takes_nothing(head, piece, tail, more, is_above):
    before = head + piece + tail
    after = more + before if is_above else before + more
    assert staying(before, len(head), len(head) + len(piece), after) == counted(piece)
