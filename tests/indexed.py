"""A marked string as an index: no disk, no processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import marked

from context.index import Index, build
from context.languages import of
from context.parsing.parse import parse

if TYPE_CHECKING:
    from context.facts import FileFacts


def facts_of(files: dict[str, str]) -> dict[str, FileFacts]:
    """The facts of some files, by path."""
    return {path: parse(path, of(path), text) for path, text in files.items()}


def index_of(fixture: str) -> Index:
    """The index of a fixture's files."""
    return build(facts_of(marked.parse(fixture).files))
