"""What holds for every text and place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from lsp_server import lines as lines_module
from lsp_server.documents import Document, edited
from lsp_server.lines import cut
from lsp_server.positions import Lines, offset_at, position_of

ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\n\r\f\u2028😀"),
        st.characters(categories=["Cs"]),
    )
)


@st.composite
def texts_with_offsets(draw, count):
    """A text and offsets in it that no terminator is cut in two by."""
    text = draw(TEXTS)
    offsets = [draw(st.integers(0, len(text))) for _ in range(count)]
    return text, [o - 1 if text[o - 1 : o + 1] == "\r\n" else o for o in offsets]


@pytest.fixture(params=[1, 7, lines_module.BLOCK], autouse=True, scope="module")
def block(request):
    """How long a block of lines is: short ones have seams that a short text shows."""
    usual, lines_module.BLOCK = lines_module.BLOCK, request.param
    yield
    lines_module.BLOCK = usual


@given(texts_with_offsets(1), ENCODINGS)
def test_positions_and_offsets_round_trip(case, encoding):
    """Astral characters, CRLF and lone surrogates included."""
    text, (offset,) = case
    lines = Lines(text)
    assert offset_at(lines, *position_of(lines, offset, encoding), encoding) == offset


@given(texts_with_offsets(2), TEXTS, ENCODINGS)
def test_an_incremental_edit_is_a_splice(case, inserted, encoding):
    """The document after an edit is the text with the range replaced."""
    text, offsets = case
    start, end = sorted(offsets)
    lines = Lines(text)
    begin = types.Position(*position_of(lines, start, encoding))
    finish = types.Position(*position_of(lines, end, encoding))
    change = types.TextDocumentContentChangePartial(types.Range(begin, finish), inserted)
    document = Document("file:///a.py", "python", 1, lines)
    after = edited(document, [change], 2, encoding)
    assert after.text == text[:start] + inserted + text[end:]
    assert after.lines == Lines(after.text)
    assert after.version == 2


POSITIONS = st.builds(types.Position, st.integers(0, 6), st.integers(0, 12))
CHANGES = st.one_of(
    st.builds(
        types.TextDocumentContentChangePartial,
        st.builds(types.Range, POSITIONS, POSITIONS),
        TEXTS,
    ),
    st.builds(types.TextDocumentContentChangeWholeDocument, TEXTS),
)


def spliced(text, change, encoding):
    """One change by the protocol's words: offsets into the text as it stands."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return change.text
    lines = Lines(text)
    start, end = (
        len(text) if at.line >= len(lines) else offset_at(lines, at.line, at.character, encoding)
        for at in (change.range.start, change.range.end)
    )
    return text[:start] + change.text + text[max(start, end) :]


@given(TEXTS, st.lists(CHANGES, max_size=6), ENCODINGS)
def test_many_changes_at_once_are_the_same_changes_one_by_one(text, changes, encoding):
    """Places past the end, ranges the wrong way round and cut line ends included."""
    document = Document("file:///a.py", "python", 2, Lines(text))
    at_once = edited(document, changes, 2, encoding)
    for change in changes:
        document = edited(document, [change], 2, encoding)
        text = spliced(text, change, encoding)
    assert at_once == document
    assert at_once.text == text


@given(TEXTS, st.lists(CHANGES, max_size=6), ENCODINGS)
def test_lines_that_were_edited_are_those_of_the_text(text, changes, encoding):
    """Every look-up answers as if the text had been cut anew."""
    document = edited(Document("file:///a.py", "python", 2, Lines(text)), changes, 2, encoding)
    fresh = Lines(document.text)
    assert len(document.lines) == len(fresh) == len(fresh.starts)
    for line, start in enumerate(fresh.starts):
        assert document.lines.start(line) == fresh.start(line) == start
        assert document.lines.content(line) == fresh.content(line)
        assert document.lines.line_of(start) == fresh.line_of(start) == line
    assert document.lines.n_chars == len(document.text)


@given(TEXTS)
def test_lines_are_the_text_cut_at_the_protocols_line_ends(text):
    """And nowhere else, however the cutting is done."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
    assert list(Lines(text).starts) == starts
    assert "".join(cut(text)) == text
