"""A completion as an entry of an editor's ordinary list."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from lsprotocol import types

from context.types import Snapshot
from inference.types import Completion
from lsp_server.documents import Documents
from lsp_server.features.fallback import _fenced, _item, _label, wants_list
from lsp_server.inline.asked import Asked
from lsp_server.settings import CompletionSettings, Settings


def item(marked, text, replaced=0):
    """The entry for a completion where `|` stands."""
    cursor, whole = marked.index("|"), marked.replace("|", "")
    documents = Documents()
    document = documents.open(types.TextDocumentItem("file:///a.py", "python", 1, whole))
    asked = Asked(document, SimpleNamespace(), Snapshot("a.py", "Python", 1, whole, cursor), None)
    return _item(asked, "id", Completion(text, (cursor, cursor + replaced)), "utf-16")


def span(entry):
    start, end = entry.text_edit.range.start, entry.text_edit.range.end
    return (start.line, start.character, end.line, end.character)


@pytest.mark.parametrize(
    ("marked", "text", "new_text", "where"),
    [
        ("x = self.na|\n", "me()", "name()", (0, 9, 0, 11)),
        ("x = |\n", "1", "1", (0, 4, 0, 4)),
        ("a\n\N{GRINNING FACE} fo|)\n", "o)", "foo)", (1, 3, 1, 5)),
        ("größe|\n", "_neu", "größe_neu", (0, 0, 0, 5)),
    ],
)
def test_an_entry_begins_with_the_word_before_the_cursor(marked, text, new_text, where):
    """Or the editor's filter, which goes by that, would hide it."""
    entry = item(marked, text)
    assert entry.text_edit.new_text == entry.filter_text == new_text
    assert span(entry) == where


def test_what_stands_behind_is_replaced_on_its_line():
    entry = item("f(|)\n", "x)", replaced=1)
    assert span(entry) == (0, 2, 0, 3)
    assert entry.filter_text == "x)"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("foo(bar)", "foo(bar)"),
        ("for x in y:\n    pass", "for x in y: …"),
        ("\n    return", "return"),
        ("a" * 100, "a" * 80 + " …"),
        ("\n", ""),
    ],
)
def test_a_label_is_one_short_line(text, label):
    assert _label(text) == label


def test_no_text_closes_the_fence_it_stands_in():
    assert _fenced("a\n```\nb", "markdown") == "````markdown\na\n```\nb\n````"


def test_the_list_is_for_editors_that_have_nothing_better():
    inline = types.InlineCompletionClientCapabilities()
    shows = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(inline_completion=inline)
    )
    bare = types.ClientCapabilities()
    assert wants_list(Settings(), bare)
    assert not wants_list(Settings(), shows)
    never = Settings(completion=CompletionSettings(as_list="never"))
    assert not wants_list(never, bare)
