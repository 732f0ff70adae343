"""Notebooks: cells of which each is a document, read as one text in their order.

A completion in a cell sees the cells before it as what was written before the cursor,
and those after it as what follows, as in a file. Prose between cells of code is shown
as comments: what a heading says is what the next cell does. Cells in other languages
are left out. All of that is the same at every keystroke in a cell, so that the beginning
of the prompt doesn't move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types

from context import languages
from lsp_server.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Text(Protocol):
    """A document as far as it matters here."""

    @property
    def language_id(self) -> str:
        """What the editor calls its language."""
        ...

    @property
    def lines(self) -> Lines:
        """Its text."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the document that holds its text, and whether that is code."""

    uri: str
    is_code: bool

    @classmethod
    def of(cls, cell: types.NotebookCell) -> Cell:
        """The cell that the protocol describes."""
        return cls(cell.document, cell.kind == types.NotebookCellKind.Code)


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook at one version."""

    uri: str
    version: int
    cells: tuple[Cell, ...]

    def language_id(self, language_of: Callable[[str], str | None]) -> str:
        """The language of the first cell of code; nothing where there is none."""
        codes = (language_of(cell.uri) for cell in self.cells if cell.is_code)
        return next((known for known in codes if known), "")

    def around(
        self, uri: str | None, language_id: str, texts: Mapping[str, Text]
    ) -> tuple[Lines, int]:
        """The notebook as a text in that language, and the line at which a cell starts.

        Around a cell of prose there is no code, as its text would be read for prose.
        """
        is_prose = any(cell.uri == uri and not cell.is_code for cell in self.cells)
        shown: list[Lines] = []
        first_line, n_lines = 0, 0
        for cell, lines in self._shown(language_id, texts, uri, is_prose=is_prose):
            if cell.uri == uri:
                first_line = n_lines
            shown.append(lines)
            # A line end behind the cell's last line, and a blank line.
            n_lines += len(lines) + 1
        return Lines.joined((lines, _end(lines)) for lines in shown), first_line

    def _shown(
        self, language_id: str, texts: Mapping[str, Text], uri: str | None, *, is_prose: bool
    ) -> Iterator[tuple[Cell, Lines]]:
        """The cells that are shown, with what is shown of each."""
        for cell in self.cells:
            text = texts.get(cell.uri)
            if text is None:
                continue
            if cell.uri == uri or (is_prose and not cell.is_code):
                yield cell, text.lines
            elif not is_prose and not cell.is_code:
                yield cell, _remarks(text.lines, language_id)
            elif not is_prose and text.language_id == language_id:
                yield cell, text.lines


def moved(cells: tuple[Cell, ...], change: types.NotebookCellArrayChange) -> tuple[Cell, ...]:
    """The cells after some were put in the place of others; numbers past the end mean the end."""
    start = min(max(change.start, 0), len(cells))
    end = start + max(change.delete_count, 0)
    return (*cells[:start], *map(Cell.of, change.cells or ()), *cells[end:])


def _end(lines: Lines) -> str:
    r"""Two line ends; after a lone `\r` none that would become one with it."""
    return "\r\n\n" if lines.text.endswith("\r") else "\n\n"


def _remarks(prose: Lines, language_id: str) -> Lines:
    """Prose as comments of a language, a line each."""
    language = languages.from_lsp(language_id, "")
    every = (prose.content(line).rstrip() for line in range(len(prose)))
    return Lines("\n".join(languages.remark(language, line) if line else "" for line in every))
