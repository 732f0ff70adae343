"""A language as a row of a table."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """How to know a language, and how it writes a comment.

    Columns that hold several values separate them by blanks; endings, file names and
    editors' ids are lower case.

    Attributes:
        comment: what starts a comment that ends with its line; empty where nothing does.
        lsp: the ids by which editors know the language.
        files: names of files that are in this language whatever their ending.
        block: what opens and closes a comment, where no comment ends with its line.
    """

    name: str
    endings: str
    comment: str
    lsp: str = ""
    files: str = ""
    block: str = ""
