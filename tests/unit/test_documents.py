"""Open documents and their edits."""

from __future__ import annotations

from lsprotocol import types

from lsp_server import lines
from lsp_server.documents import Document, Documents, edited
from lsp_server.lines import Lines, cut


def partial(line, start, end, text):
    """A change within one line."""
    spot = types.Range(types.Position(line, start), types.Position(line, end))
    return types.TextDocumentContentChangePartial(spot, text)


def test_each_change_applies_to_the_result_of_the_one_before():
    document = Document("file:///a.py", "python", 1, Lines("one\ntwo\n"))
    after = edited(document, [partial(0, 0, 3, "a\nb"), partial(1, 0, 1, "c")], 2, "utf-16")
    assert (after.text, after.version) == ("a\nc\ntwo\n", 2)
    assert document.text == "one\ntwo\n"


def test_a_whole_new_text_may_stand_between_ranges():
    document = Document("file:///a.py", "python", 1, Lines("old"))
    whole = types.TextDocumentContentChangeWholeDocument("new\nx")
    after = edited(document, [partial(0, 0, 1, "?"), whole, partial(1, 1, 1, "y")], 2, "utf-16")
    assert after.text == "new\nxy"


def test_replace_all_never_cuts_the_whole_text(monkeypatch):
    """Two thousand ranges in one message froze the server for 20 s: each cut the text anew."""
    n_cut = []
    monkeypatch.setattr(lines, "cut", lambda text: n_cut.append(len(text)) or cut(text))
    document = Document("file:///a.py", "python", 1, Lines("old old old\n" * 20_000))
    changes = [partial(line, 0, 3, "new") for line in reversed(range(2000))]
    assert edited(document, changes, 2, "utf-16").text.count("new") == 2000
    assert max(n_cut) <= 2 * lines.BLOCK


def test_an_edit_of_a_document_that_was_never_opened_is_none():
    documents = Documents()
    identifier = types.VersionedTextDocumentIdentifier(2, "file:///a.py")
    assert documents.change(types.DidChangeTextDocumentParams(identifier, [])) is None
    documents.close("file:///a.py")
    assert list(documents) == []
