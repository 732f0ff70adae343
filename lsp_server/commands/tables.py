"""Results as tables: in colour and fitted to a terminal, else plain text in columns.

`rich` draws the former and is loaded only then. It honours `NO_COLOR`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lsp_server.commands.output import print_text

if TYPE_CHECKING:
    import io
    from collections.abc import Sequence


# With less room than this for each column, most words would be broken.
_LEAST_COLUMN = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and how it looks.

    Attributes:
        style: a style of `rich`, on a terminal.
        is_number: stands to the right and is never broken.
        is_whole: is never broken either, as it is copied from there.
    """

    head: str
    style: str = ""
    is_number: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[str, ...]]


def show(*tables: Table) -> None:
    """Print the tables that have rows, and the titles of those that have none."""
    if sys.stdout.isatty():
        _draw(tables)
    else:
        print_text("\n".join(_plain(table) for table in tables))


def _plain(table: Table) -> str:
    """The table as text whose columns other programs can tell apart by two blanks."""
    if not table.rows:
        return table.title
    cells = [tuple(column.head for column in table.columns), *table.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(_aligned(*part) for part in zip(row, widths, table.columns, strict=True))
        for row in cells
    ]
    return "\n".join([table.title, *(f"  {line}".rstrip() for line in lines)])


def _aligned(cell: str, width: int, column: Column) -> str:
    return cell.rjust(width) if column.is_number else cell.ljust(width)


def _draw(tables: Sequence[Table]) -> None:
    from rich.console import Console

    # A terminal that can't show a character shows another; it doesn't end the command.
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    console = Console(highlight=False, emoji=False, markup=False)
    for table in tables:
        console.print(_printable(table.title), style="bold")
        if table.rows:
            is_narrow = console.width < _LEAST_COLUMN * len(table.columns)
            console.print(_listed(table) if is_narrow else _drawn(table))


def _listed(table: Table) -> object:
    """The rows one below the other, each cell behind the one before, for narrow terminals."""
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn.grid(padding=(0, 1))
    drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="fold")
    for row in table.rows:
        cells = [
            Text(f"{column.head} {cell}" if column.is_number else _printable(cell), column.style)
            for cell, column in zip(row, table.columns, strict=True)
            if cell
        ]
        drawn.add_row("-", Text("  ").join(cells))
    return drawn


def _drawn(table: Table) -> object:
    from rich import box
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False)
    for column in table.columns:
        drawn.add_column(
            column.head,
            style=column.style,
            justify="right" if column.is_number else "left",
            overflow="fold",
            no_wrap=column.is_number or column.is_whole,
        )
    for row in table.rows:
        drawn.add_row(*(Text(_printable(cell)) for cell in row))
    return drawn


def _printable(text: str) -> str:
    """The text without what a terminal would obey: names of files may hold anything."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
