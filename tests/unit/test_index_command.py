"""The progress bar of `infill index`."""

from __future__ import annotations

import io
import sys

import pytest

from lsp_server.commands.index import _progress_bar


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self):
        """Yes, it is."""
        return True


def interrupted():
    """A refresh that the user ends after its first step."""
    with _progress_bar() as progress:
        progress(1, 4)
        raise KeyboardInterrupt


def test_an_interrupted_bar_ends_its_line(monkeypatch):
    """Else the shell's prompt stands behind a bar that goes nowhere."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sys.stderr.getvalue() == "\r[#######.......................] 1/4\n"


def test_a_finished_bar_is_full_and_ends_once(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with _progress_bar() as progress:
        progress(1, 2)
        progress(2, 2)
    assert sys.stderr.getvalue().endswith(f"[{'#' * 30}] 2/2\n")


def test_nothing_is_drawn_where_nobody_looks(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with _progress_bar() as progress:
        assert progress is None
