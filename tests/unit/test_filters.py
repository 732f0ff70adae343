"""What ends a completion as soon as it comes: what is no code, and what is there already."""

from __future__ import annotations

import pytest

from inference.answer.brackets import closers, open_string, unmatched
from inference.answer.cuts import CutScanner, cut_at
from inference.answer.filters.closing import cut_closing
from inference.answer.filters.echo import cut_echo
from inference.answer.filters.foreign import cut_foreign, leak_in, leaks
from inference.answer.hole import hole_at

_CODE = "def f(x):\n    y = g(x)\n    "


FOREIGN = [
    (_CODE, "return y\n```\n\nThis returns it.\n", "return y\n"),
    (_CODE, "```python\nreturn y\n```\n", ""),
    (_CODE, "Here is the code that you asked for:\n", ""),
    (_CODE + "x = ", "```\n1\n", ""),
    # What the completion itself has begun may hold such lines.
    (_CODE, '"""Do it.\n\n    ```\n    f(1)\n', None),
    (_CODE, '"""\n    Test that requests go out.\n', None),
    # So may documents that have them.
    (
        "# Title\n\nSome words on what this is about.\n",
        "Here is how it is installed.\n```sh\n",
        None,
    ),
    ('def f():\n    """\n    ', "This function returns what it was given.\n", None),
]


@pytest.mark.parametrize(("prefix", "text", "kept"), FOREIGN)
def test_what_is_said_around_code_is_no_code(prefix, text, kept):
    found = cut_at(text, hole_at(prefix, "\n"), cut_foreign)
    assert found == (None if kept is None else len(kept))


def test_control_texts_end_it_unless_the_document_is_about_them():
    hole = hole_at(_CODE, "\n")
    assert leak_in("return y<|fim_middle|>import os", hole) == len("return y")
    about = hole_at('MIDDLE = "<|fim_middle|>"\n', "\n")
    assert leak_in("x = '<|fim_middle|>'", about) is None
    assert "</s>" in leaks(hole)
    assert "</s>" not in leaks(hole_at("<p>a</p>", ""))


ECHOES = [
    ("    first_value = 1\n    second_value = 2\n    third_value = 3\n", True),
    # Lines in another order, or hardly any.
    ("    second_value = 2\n    first_value = 1\n    third_value = 3\n", False),
    ("    }\n    }\n    }\n", False),
]


@pytest.mark.parametrize(("text", "is_echo"), ECHOES)
def test_the_lines_above_are_not_written_again(text, is_echo):
    above = "def f():\n    first_value = 1\n    second_value = 2\n    third_value = 3\n"
    assert cut_at(text, hole_at(above, "\n"), cut_echo) == (0 if is_echo else None)


CLOSING = [
    # The document closes it already, or nothing is open at all.
    ("f(", "\n)\n", "\n  a,\n)\n", "\n  a,\n"),
    ("x = 1\n", "\n", "y = 2\n}\nz = 3\n", "y = 2\n"),
    # One that is needed, though another follows.
    ("function f() {\n  if (x) {", "\n}\n", "\n    a();\n  }\n", None),
    ("x = ", "\n", "[\n  1,\n]\n", None),
]


@pytest.mark.parametrize(("prefix", "suffix", "text", "kept"), CLOSING)
def test_brackets_that_are_there_are_not_closed_again(prefix, suffix, text, kept):
    found = cut_at(text, hole_at(prefix, suffix), cut_closing)
    assert found == (None if kept is None else len(kept))


def test_generation_ends_with_what_is_no_code():
    scanner = CutScanner(hole_at(_CODE, "\n"), "block")
    assert [scanner.feed(piece) for piece in ("return y\n", "``", "`\n")] == [False, False, True]


def test_brackets_are_counted_in_time_with_the_text():
    """A line with nothing but escaped quotes took time with its square."""
    text = '\\"' * 100_000
    assert unmatched(text) == ("", "")
    assert open_string(text) == '"'
    assert closers("f(a, [{'b': (") == ")}])"
