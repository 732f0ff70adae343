"""The progress bar of `infill index`."""

from __future__ import annotations

import io
import sys

import pytest

from lsp_server.commands.progress import progress_bar


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self):
        """Yes, it is."""
        return True


def terminal(monkeypatch):
    """Put a terminal in the place of standard error."""
    for name, value in {"TERM": "xterm", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


def interrupted():
    """A refresh that the user ends after its first step."""
    with progress_bar("Indexing") as progress:
        progress(1, 4)
        raise KeyboardInterrupt


def test_an_interrupted_bar_gives_the_cursor_and_the_line_back(monkeypatch):
    """Else the shell's prompt stands behind a bar that goes nowhere."""
    stream = terminal(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    written = stream.getvalue()
    assert "1/4" in written
    shown, hidden = written.rindex("\x1b[?25h"), written.rindex("\x1b[?25l")
    assert shown > hidden
    assert "\x1b[2K" in written[shown:]


def test_a_bar_is_drawn_ten_times_a_second_and_at_the_end(monkeypatch):
    stream = terminal(monkeypatch)
    now = iter(n / 100 for n in range(1_000))
    with progress_bar("Indexing", clock=lambda: next(now)) as progress:
        for done in range(1, 101):
            progress(done, 100)
    steps = {part.split("/")[0].split()[-1] for part in stream.getvalue().split("/100")[:-1]}
    assert 8 <= len(steps) <= 12
    assert stream.getvalue().count("100/100") >= 1


def test_nothing_is_drawn_where_nobody_looks(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("Indexing") as progress:
        assert progress is None
