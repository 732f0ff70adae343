"""Notebooks, read as one text."""

from __future__ import annotations

import pytest
from lsprotocol import types

from lsp_server.documents import Documents
from lsp_server.positions import PositionError

HOME = "file:///r/a.ipynb"
CODE, PROSE = types.NotebookCellKind.Code, types.NotebookCellKind.Markup


def notebook(*cells):
    """A notebook that is open; each cell is its kind, its language and its text."""
    documents = Documents()
    items = [
        types.TextDocumentItem(f"cell:{n}", language, 1, text)
        for n, (_, language, text) in enumerate(cells)
    ]
    told = [types.NotebookCell(kind, f"cell:{n}") for n, (kind, _, _) in enumerate(cells)]
    book = types.NotebookDocument(HOME, "jupyter-notebook", 1, told)
    documents.open_notebook(types.DidOpenNotebookDocumentParams(book, items))
    return documents


def changed(documents, **cells):
    """The notebook after a change of its cells."""
    event = types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(**cells))
    identifier = types.VersionedNotebookDocumentIdentifier(2, HOME)
    return documents.change_notebook(types.DidChangeNotebookDocumentParams(identifier, event))


def typed(uri, line, character, text):
    """Text typed into a cell."""
    at = types.Position(line, character)
    change = types.TextDocumentContentChangePartial(types.Range(at, at), text)
    identifier = types.VersionedTextDocumentIdentifier(2, uri)
    return types.NotebookDocumentCellContentChanges(identifier, [change])


THREE = (
    (PROSE, "markdown", "# Load\nthe data"),
    (CODE, "python", "x = 1"),
    (CODE, "sql", "select 1"),
    (CODE, "python", "y = x\n"),
)


def test_cells_stand_in_their_order_with_prose_as_comments():
    """What is in another language is left out."""
    document = notebook(*THREE).get("cell:3")
    assert document.text == "# # Load\n# the data\n\nx = 1\n\ny = x\n\n\n"
    assert document.file_uri == HOME


def test_around_prose_there_is_prose():
    document = notebook(*THREE, (PROSE, "markdown", "then")).get("cell:4")
    assert document.text == "# Load\nthe data\n\nthen\n\n"


@pytest.mark.parametrize("uri", ["cell:1", "cell:3"])
def test_positions_count_from_the_cells_first_line(uri):
    document = notebook(*THREE).get(uri)
    offset = document.offset_at(types.Position(0, 2), "utf-16")
    assert document.text[offset - 2 : offset + 3] in {"x = 1", "y = x"}
    assert document.position_of(offset, "utf-16") == types.Position(0, 2)


def test_a_line_behind_the_cell_is_none_of_its_lines():
    document = notebook(*THREE).get("cell:1")
    with pytest.raises(PositionError, match="has 1 lines"):
        document.offset_at(types.Position(1, 0), "utf-16")


def test_typing_in_a_cell_leaves_what_stands_before_it():
    documents = notebook(*THREE)
    before = documents.get("cell:3")
    whole = changed(documents, text_content=[typed("cell:3", 1, 0, "z")])
    after = documents.get("cell:3")
    assert after is not before
    assert after.text == before.text.replace("y = x\n", "y = x\nz", 1)
    assert after.first_line == before.first_line
    assert after.version == 2
    assert whole.uri == HOME
    assert "z" in whole.text


def test_cells_come_go_and_move():
    """A cell that moves is taken out and put back; its text isn't sent again."""
    documents = notebook(*THREE)
    new = types.TextDocumentItem("cell:9", "python", 1, "z = 3")
    cells = [types.NotebookCell(CODE, "cell:9"), types.NotebookCell(CODE, "cell:1")]
    array = types.NotebookCellArrayChange(1, 3, cells)
    gone = [types.TextDocumentIdentifier("cell:2"), types.TextDocumentIdentifier("cell:3")]
    structure = types.NotebookDocumentCellChangeStructure(array, did_open=[new], did_close=gone)
    changed(documents, structure=structure)
    assert documents.get("cell:1").text.endswith("z = 3\n\nx = 1\n\n")
    assert documents.get("cell:3") is None


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_a_cells_own_line_ends_are_not_mixed_with_ours(end):
    documents = notebook((CODE, "python", "a" + end), (CODE, "python", "\nb"))
    first, second = documents.get("cell:0"), documents.get("cell:1")
    assert first.n_lines == (2 if end else 1)
    last = first.offset_at(types.Position(first.n_lines - 1, 9), "utf-16")
    assert first.text[:last] == "a" + end
    offset = second.offset_at(types.Position(1, 0), "utf-16")
    assert second.text[offset] == "b"


def test_a_notebook_that_is_closed_takes_its_cells_along():
    documents = notebook(*THREE)
    assert [one.uri for one in documents] == [HOME]
    documents.close_notebook(HOME)
    assert documents.get("cell:1") is None
    assert list(documents) == []
    assert changed(documents) is None
