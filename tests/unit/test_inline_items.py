"""Completions become items; a selected entry is gone on from."""

from __future__ import annotations

import pytest

from context.types import Snapshot
from inference.types import Completion
from lsp_server.documents import Document
from lsp_server.inline.asked import Asked, Selected
from lsp_server.inline.items import items_for
from lsp_server.inline.selected import restored, with_selected
from lsp_server.positions import Lines


def _asked(marked: str, selected: Selected | None = None) -> Asked:
    """A request at the `$0` of a text."""
    cursor = marked.index("$0")
    text = marked.replace("$0", "")
    document = Document("file:///a.py", "python", 1, Lines(text))
    snapshot = Snapshot("a.py", "Python", 1, text, cursor)
    return Asked(document, None, snapshot, None, selected=selected)


def _applied(asked: Asked, completion: Completion) -> str:
    start, end = completion.replace
    return asked.document.text[:start] + completion.text + asked.document.text[end:]


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 9), ("utf-16", 6), ("utf-32", 5)])
def test_the_range_counts_in_the_editors_units(encoding: str, start: int) -> None:
    asked = _asked("x\r\n🎈é=f($0)\r\n")
    at = asked.snapshot.cursor
    completion = Completion("1)\r\n", (at, at + 1))
    (item,) = items_for(asked, [("one", completion)], encoding)
    assert (item.range.start.line, item.range.start.character) == (1, start)
    assert (item.range.end.line, item.range.end.character) == (1, start + 1)
    assert item.insert_text == "1)\n"
    assert item.command.arguments == ["one"]
    assert item.filter_text is None


def test_a_completion_goes_on_from_what_is_selected() -> None:
    asked = _asked("x.pri$0()\n", Selected(2, 5, "println"))
    inner = with_selected(asked)
    assert inner.prefix == "x.println"
    assert inner.suffix == "()\n"
    made = restored(asked, Completion("(1)", (9, 11)))
    assert made.text == "println(1)"
    assert made == restored(inner, Completion("(1)", (9, 11)))
    assert _applied(asked, made) == "x.println(1)\n"


@pytest.mark.parametrize(("typed", "wanted"), [("pri", None), ("pln", "plnprintln(1)")])
def test_an_entry_that_was_found_by_some_of_its_letters_is_shown(typed, wanted) -> None:
    """VS Code hides an item that doesn't begin with what its range holds before the cursor."""
    asked = _asked(f"x.{typed}$0\n", Selected(2, 5, "println"))
    made = restored(asked, Completion("(1)", (9, 9)))
    (item,) = items_for(asked, [("one", made)], "utf-16")
    assert item.filter_text == wanted


@pytest.mark.parametrize(
    "selected",
    [Selected(0, 99, "a"), Selected(0, 3, "a"), Selected(-1, 1, "a"), Selected(2, 1, "")],
)
def test_what_cannot_be_selected_is_passed_over(selected: Selected) -> None:
    asked = _asked("a\nb$0c\n", selected)
    assert with_selected(asked).snapshot == asked.snapshot
    assert with_selected(asked).selected is None
    completion = Completion("x", (3, 3))
    assert restored(asked, completion) == completion
