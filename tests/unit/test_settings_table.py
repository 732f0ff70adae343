"""The README's table of settings is made from the one in the code."""

from __future__ import annotations

from pathlib import Path

from lsp_server.configuration import settings_table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_the_settings_as_they_are():
    """After a change of settings, paste what `settings_table()` returns."""
    assert settings_table() in README.read_text("utf-8")
