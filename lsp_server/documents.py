"""The open documents, as the editor last described them.

They are kept here and not by pygls, whose documents split lines where the
protocol doesn't. A document is a value: an edit makes a new one, so that a
request keeps the text it was asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.positions import Encoding, Lines, cut, edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Document:
    """An open text document at one version."""

    uri: str
    language_id: str
    version: int
    lines: Lines

    @property
    def text(self) -> str:
        """The whole text."""
        return self.lines.text


def edited(
    document: Document,
    changes: Sequence[types.TextDocumentContentChangeEvent],
    version: int,
    encoding: Encoding,
) -> Document:
    """The document after the changes, each applied to the result of the one before."""
    lines = cut(document.text)
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            lines = cut(change.text)
        else:
            start, end = _pair(change.range.start), _pair(change.range.end)
            edit(lines, start, end, change.text, encoding)
    return replace(document, version=version, lines=Lines("".join(lines)))


def _pair(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


@dataclass(slots=True)
class Documents:
    """Every open document by URI."""

    encoding: Encoding = "utf-16"
    _open: dict[str, Document] = field(default_factory=dict[str, Document])

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())

    def get(self, uri: str) -> Document | None:
        """The document, or None when the editor never opened it or has closed it."""
        return self._open.get(uri)

    def open(self, item: types.TextDocumentItem) -> Document:
        """Take up a document that the editor opened."""
        document = Document(item.uri, item.language_id, item.version, Lines(item.text))
        self._open[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Apply an edit; None when the document was never opened."""
        document = self._open.get(params.text_document.uri)
        if document is None:
            return None
        version = params.text_document.version
        document = edited(document, params.content_changes, version, self.encoding)
        self._open[document.uri] = document
        return document

    def close(self, uri: str) -> None:
        """Forget a document; one that was never opened is no error."""
        self._open.pop(uri, None)
