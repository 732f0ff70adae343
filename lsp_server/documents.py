"""The open documents, as the editor last described them.

They are kept here and not by pygls, whose documents split lines where the
protocol doesn't. A document is a value: an edit makes a new one, so that a
request keeps the text it was asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from lsprotocol import types

from lsp_server.notebooks import Cell, Notebook, moved
from lsp_server.positions import Encoding, Lines, PositionError, offset_at, position_of, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Document:
    """An open text document at one version.

    A cell of a notebook is seen in its place among the other cells: `lines` and `text` are
    the notebook's, and the editor's first line is `first_line`.

    Attributes:
        notebook: the notebook that it is a cell of; None for a document of its own.
        n_lines: how many lines from there on are the editor's; None for all.
    """

    uri: str
    language_id: str
    version: int
    lines: Lines
    notebook: str | None = None
    first_line: int = 0
    n_lines: int | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        return self.lines.text

    @property
    def is_notebook(self) -> bool:
        """Whether it is a whole notebook rather than a document that a request can be for."""
        return self.notebook == self.uri

    @property
    def file_uri(self) -> str:
        """What names the file that it is or lies in."""
        return self.notebook or self.uri

    def offset_at(self, position: types.Position, encoding: Encoding) -> int:
        """The offset in the text of an editor's position.

        Raises:
            PositionError: the document has no such line, or a number is negative.
        """
        n_lines = len(self.lines) if self.n_lines is None else self.n_lines
        if position.line >= n_lines:
            raise PositionError(
                f"line {position.line} was asked for, the document has {n_lines} lines"
            )
        if position.line < 0:
            return offset_at(self.lines, position.line, position.character, encoding)
        line = self.first_line + position.line
        return offset_at(self.lines, line, position.character, encoding)

    def position_of(self, offset: int, encoding: Encoding) -> types.Position:
        """What the editor calls a place in the text."""
        line, character = position_of(self.lines, offset, encoding)
        return types.Position(line - self.first_line, character)


def edited(
    document: Document,
    changes: Sequence[types.TextDocumentContentChangeEvent],
    version: int,
    encoding: Encoding,
) -> Document:
    """The document after the changes, each applied to the result of the one before.

    Raises:
        PositionError: a range has a negative number.
    """
    lines = document.lines
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            lines = Lines(change.text)
        else:
            start, end = _pair(change.range.start), _pair(change.range.end)
            lines = replaced(lines, start, end, change.text, encoding)
    return replace(document, version=version, lines=lines)


def _pair(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


@dataclass(slots=True)
class Documents:
    """Every open document by URI, those in the cells of notebooks included."""

    encoding: Encoding = "utf-16"
    _open: dict[str, Document] = field(default_factory=dict[str, Document])
    _notebooks: dict[str, Notebook] = field(default_factory=dict[str, Notebook])
    _cells: dict[str, str] = field(default_factory=dict[str, str])
    # Cells as they are seen in their notebook, until something in that changes.
    _seen: dict[str, Document] = field(default_factory=dict[str, Document])

    def __iter__(self) -> Iterator[Document]:
        """What stands before a file: every document of its own, and every notebook as one."""
        yield from (one for uri, one in self._open.items() if uri not in self._cells)
        yield from (self._whole(uri) for uri in self._notebooks)

    def get(self, uri: str) -> Document | None:
        """The document, or None when the editor never opened it or has closed it."""
        document, home = self._open.get(uri), self._cells.get(uri)
        if document is None or home is None:
            return document
        if uri not in self._seen:
            self._seen[uri] = self._in_its_place(document, self._notebooks[home])
        return self._seen[uri]

    def open(self, item: types.TextDocumentItem) -> Document:
        """Take up a document that the editor opened."""
        # The protocol's library lets anything pass for the name of a language.
        named = cast("object", item.language_id)
        language_id = named if isinstance(named, str) else ""
        document = Document(item.uri, language_id, item.version, Lines(item.text))
        self._open[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Apply an edit; None when the document was never opened.

        Raises:
            PositionError: a range has a negative number.
        """
        document = self._open.get(params.text_document.uri)
        if document is None:
            return None
        version = params.text_document.version
        document = edited(document, params.content_changes, version, self.encoding)
        self._open[document.uri] = document
        self._forget_views(self._cells.get(document.uri))
        return self.get(document.uri)

    def close(self, uri: str) -> None:
        """Forget a document; one that was never opened is no error."""
        self._open.pop(uri, None)

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> Document:
        """Take up a notebook and its cells; as one document."""
        told = params.notebook_document
        self.close_notebook(told.uri)
        for item in params.cell_text_documents:
            self.open(item)
        cells = tuple(Cell.of(cell) for cell in told.cells)
        return self._take_up(Notebook(told.uri, told.version, cells))

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> Document | None:
        """Apply what happened to a notebook; None when it was never opened.

        Raises:
            PositionError: a range has a negative number.
        """
        notebook = self._notebooks.get(params.notebook_document.uri)
        if notebook is None:
            return None
        changed = params.change.cells
        cells = notebook.cells
        if changed is not None and changed.structure is not None:
            for item in changed.structure.did_open or ():
                self.open(item)
            cells = moved(cells, changed.structure.array)
        if changed is not None and changed.data is not None:
            kinds = {cell.document: Cell.of(cell) for cell in changed.data}
            cells = tuple(kinds.get(cell.uri, cell) for cell in cells)
        for edit in (changed.text_content or ()) if changed is not None else ():
            self.change(types.DidChangeTextDocumentParams(edit.document, edit.changes))
        return self._take_up(Notebook(notebook.uri, params.notebook_document.version, cells))

    def close_notebook(self, uri: str) -> None:
        """Forget a notebook and its cells; one that was never opened is no error."""
        self._forget_views(uri)
        self._notebooks.pop(uri, None)
        self._release(uri, keep=())

    def get_notebook(self, uri: str) -> Document | None:
        """A notebook as one document; None where it isn't open."""
        return self._whole(uri) if uri in self._notebooks else None

    def _whole(self, uri: str) -> Document:
        """A notebook as one document, in the language of its first cell of code."""
        notebook = self._notebooks[uri]
        language_id = notebook.language_id(self._language_of)
        lines, _ = notebook.around(None, language_id, self._open)
        return Document(uri, language_id, notebook.version, lines, notebook=uri)

    def _take_up(self, notebook: Notebook) -> Document:
        self._forget_views(notebook.uri)
        self._notebooks[notebook.uri] = notebook
        uris = [cell.uri for cell in notebook.cells]
        self._release(notebook.uri, keep=uris)
        self._cells |= dict.fromkeys(uris, notebook.uri)
        return self._whole(notebook.uri)

    def _release(self, home: str, *, keep: Sequence[str]) -> None:
        """Forget the cells of a notebook that it no longer has."""
        gone = {uri for uri, its in self._cells.items() if its == home}.difference(keep)
        for uri in gone:
            del self._cells[uri]
            self._open.pop(uri, None)

    def _forget_views(self, home: str | None) -> None:
        notebook = self._notebooks.get(home) if home is not None else None
        for cell in notebook.cells if notebook is not None else ():
            self._seen.pop(cell.uri, None)

    def _language_of(self, uri: str) -> str | None:
        document = self._open.get(uri)
        return document.language_id if document is not None else None

    def _in_its_place(self, cell: Document, notebook: Notebook) -> Document:
        lines, first_line = notebook.around(cell.uri, cell.language_id, self._open)
        return replace(
            cell,
            lines=lines,
            notebook=notebook.uri,
            first_line=first_line,
            n_lines=len(cell.lines),
        )
