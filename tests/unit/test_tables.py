"""Tables on a terminal and in a pipe."""

from __future__ import annotations

import io
import sys

import pytest

from lsp_server.commands.tables import Column, Table, show

TABLE = Table(
    "2 files",
    (Column("file", "cyan"), Column("tokens", is_number=True), Column("why")),
    [("a.py", "5", "imported [red]here[/red]"), ("pkg/\x1b[2Jlong.py", "1234", "in the folder")],
)


@pytest.fixture
def printed(monkeypatch):
    """A function that shows a table on a terminal of some width; what was written."""

    def on_terminal(width, **variables):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        stream.isatty = lambda: True
        monkeypatch.delenv("NO_COLOR", raising=False)
        for name, value in {"TERM": "xterm", "COLUMNS": str(width), **variables}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdout", stream)
        show(TABLE)
        stream.flush()
        return stream.buffer.getvalue().decode()

    return on_terminal


def test_in_a_pipe_a_table_is_plain_text(capfdbinary):
    """Columns are told apart by two blanks; nothing is cut or broken."""
    show(TABLE, Table("nothing", (Column("file"),), []))
    assert capfdbinary.readouterr().out.decode().splitlines() == [
        "2 files",
        "  file             tokens  why",
        "  a.py                  5  imported [red]here[/red]",
        "  pkg/\x1b[2Jlong.py    1234  in the folder",
        "nothing",
    ]


def test_on_a_terminal_names_of_files_command_nothing(printed):
    """Neither escape sequences nor markup."""
    shown = printed(80)
    assert "\x1b[36m" in shown
    assert "\x1b[2J" not in shown
    assert "[red]here[/red]" in shown


def test_colours_are_left_out_where_the_user_wants_none(printed):
    assert "\x1b[36m" not in printed(80, NO_COLOR="1")


@pytest.mark.parametrize("width", [20, 30, 60, 200])
def test_a_table_fits_its_terminal(printed, width):
    """Whatever the width, every cell is whole once the breaks are taken out."""
    shown = printed(width, NO_COLOR="1")
    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in shown.splitlines()]
    assert max(len(line.replace("\x1b[2m", "")) for line in lines) <= width
    assert "1234" in shown


def test_what_is_copied_from_a_table_is_never_broken(printed, monkeypatch):
    """The name of a model stands whole in its column, however long its note is."""
    columns = (Column("model", is_whole=True), Column("note"))
    monkeypatch.setitem(globals(), "TABLE", Table("1", columns, [("m" * 30, "why " * 30)]))
    assert "m" * 30 in printed(40)
