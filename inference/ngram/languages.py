"""Which languages are worth learning from."""

from __future__ import annotations

_DATA = frozenset(
    (
        "Text",
        "CSV",
        "Darcs Patch",
        "Diff",
        "Gettext Catalog",
        "HTTP",
        "INI",
        "JSON",
        "Jupyter Notebook",
        "Markdown",
        "Objdump",
        "reStructuredText",
        "RestructuredText",
        "SVG",
        "TeX",
        "TOML",
        "XML",
        "YAML",
    )
)


def is_source(language: str) -> bool:
    """Whether files of a language are code: data and prose would drown it."""
    return language not in _DATA
