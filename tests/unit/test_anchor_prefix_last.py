"""Formats whose prompts end with the prefix, which typing only makes longer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packed import ESTIMATE, SPEC, Editor, editor

from inference.models import FORMATS, find_model
from inference.models.formats import Control, FimFormat

PREFIX_LAST = FimFormat(
    name="suffix-first",
    bos="",
    eos="",
    layout=(Control("<S>"), "suffix", Control("<P>"), "header", "prefix"),
    file=("#{path}\n",),
    header=("#{path}\n",),
    stops=(),
    reserved=("<S>", "<P>"),
)
SUFFIX_FIRST = replace(SPEC, format=PREFIX_LAST)
CODESTRAL = find_model("codestral-22b-v0.1")
LINES = "".join(f"    value_{number} = compute({number})\n" for number in range(900))


def _long(spec, anchoring="block", budget=2_000):
    options = {"spec": spec, "budget_tokens": budget, "anchoring": anchoring}
    return Editor(LINES, LINES, options, files=())


def test_what_is_typed_is_a_longer_prefix():
    doc = editor("a = 1\nb = $0\nc = 3\n", spec=SUFFIX_FIRST).type("a")
    assert doc.prompt.text == "<S>\nc = 3\n<P>#main.py\na = 1\nb = a"
    assert doc.n_heads == 1


@pytest.mark.parametrize("name", ["codestral", "deepseek-v2-prefix"])
@pytest.mark.parametrize("anchoring", ["line", "block"])
def test_no_room_is_kept_for_it(name, anchoring):
    """All that an anchor's windows leave is the document's, as it is without an anchor."""
    spec = replace(SPEC, format=FORMATS[name])
    free = _long(spec, "off")
    assert abs(_long(spec, anchoring).prompt.n_tokens - free.prompt.n_tokens) <= 8
    assert free.prompt.n_tokens > 0.8 * 2_000


@pytest.mark.parametrize("anchoring", ["line", "block"])
def test_nothing_moves_until_the_room_is_full(anchoring):
    """Neither at a line's end nor in a pause; then the prefix's start does, and no suffix."""
    doc = _long(CODESTRAL, anchoring)
    head, suffix = doc.prompt.text, doc.state.anchors[0].behind
    room = 2_000 - doc.prompt.n_tokens
    typed = 0
    while typed + 16 < room:
        doc.type("x = 1\n").ask(is_idle=True)
        typed = ESTIMATE.count(doc.tail_since(head))
        assert doc.prompt.text.startswith(head)
    assert doc.n_heads == 1
    doc.type("x = 1\n" * 16)
    assert doc.n_heads == 2
    assert doc.prompt.n_tokens <= 2_000
    assert doc.state.anchors[0].behind == suffix


def test_brackets_that_the_editor_closes_leave_the_suffix_as_it_was():
    doc = _long(CODESTRAL)
    head = doc.prompt.text
    doc.type("foo(", ")").type("x")
    assert doc.prompt.text == head + "foo(x"


def test_the_cursors_line_has_its_place_in_a_room_that_is_full():
    """A line that was long from the first is no more than fits, either."""
    for n_chars in range(0, 160, 8):
        options = {"spec": CODESTRAL, "budget_tokens": 600}
        doc = Editor(LINES + "x" * n_chars, LINES, options, files=())
        assert doc.prompt.n_tokens <= 600
        assert doc.prompt.text.endswith("\n" + "x" * n_chars)
