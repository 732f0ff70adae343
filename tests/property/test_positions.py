"""What holds for every text and place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from lsp_server.documents import Document, edited
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
    assert after.version == 2
