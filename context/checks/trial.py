"""A document with some text put in, parsed as long as there is nothing wrong with it.

What a parser does about a mistake takes it ten times as long as to notice it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tree_sitter import Parser

from context.parsing.blanked import readable
from context.parsing.opened import Opened
from context.parsing.scripts import LANGUAGES
from context.text import to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import LogType, Tree

_CHUNK_BYTES = 1_024


def flawless(tree: Opened, start: int, end: int, text: str) -> Opened | None:
    """The document with `text` between two offsets; None where it has an error then."""
    if tree.language in LANGUAGES:
        made = tree.edited(start, end, text, is_brief=True)
        return None if made is None or made.root.has_error else made
    first, last = tree.byte_at(start), tree.byte_at(end)
    data = tree.data[:first] + to_bytes(text) + tree.data[last:]
    data = readable(tree.language, tree.path, data)[1]
    if len(data) != len(tree.data) - (last - first) + len(to_bytes(text)):
        return None
    parsed = read(tree, data, (first, last, len(data) - len(tree.data) + last), _has_failed)
    if parsed is None or parsed.root_node.has_error:
        return None
    whole = tree.text[:start] + text + tree.text[end:]
    return Opened(tree.path, tree.language, whole, data, tree.grammar, parsed)


def read(
    tree: Opened,
    data: bytes,
    edit: tuple[int, int, int],
    is_over: Callable[[int, bool], bool],
    told: Callable[[LogType, str], None] | None = None,
) -> Tree | None:
    """The tree of a text that is an edit away from a document's; None where `is_over` ends it.

    Args:
        tree: of the document.
        data: the text, as a grammar is to read it.
        edit: where it begins to differ, and where it ends to, in the document and in the text.
        is_over: asked every hundred steps: the byte that is read, and whether there was a mistake.
        told: hears every step.
    """
    old = tree.tree.copy()
    start, old_end, end = edit
    old.edit(*edit, _point(data, start), _point(tree.data, old_end), _point(data, end))
    parser: Any = Parser(tree.grammar.language)
    if told is not None:
        parser.logger = told

    def chunk(at: int, _: object) -> bytes:
        return data[at : at + _CHUNK_BYTES]

    found: Tree | None = None
    # A parser that is told to stop raises.
    with suppress(ValueError):
        found = parser.parse(chunk, old, progress_callback=is_over)
    return found


def _has_failed(_at: int, has_error: bool) -> bool:  # noqa: FBT001 -- the parser's signature
    return has_error


def _point(data: bytes, at: int) -> tuple[int, int]:
    return data.count(b"\n", 0, at), at - data.rfind(b"\n", 0, at) - 1
