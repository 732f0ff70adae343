"""The syntax errors of a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.parsing.opened import Opened

# A text with more errors than this isn't one that anybody types in.
_MOST = 200
# What a grammar calls that in which code isn't read as code.
_NO_CODE = re.compile(r"string|comment|heredoc|template_literal|regex|char")


# Words at the start of a line that end a block, and what a grammar takes stray ones for.
_LAST_WORDS = {
    "Ruby": (re.compile(rb"^[ \t]*(end)\b", re.MULTILINE), "identifier"),
    "Shell": (re.compile(rb"^[ \t]*(fi|done|esac|\})(?=[\s;]|\Z)", re.MULTILINE), "word"),
}


class Fault(NamedTuple):
    """Bytes that make no sense, or a place at which something is missing."""

    start: int
    end: int


def faults_of(tree: Opened) -> list[Fault]:
    """Every error of a tree, in order but for stray words, up to a bound."""
    found = list(_stray_words(tree))
    if not tree.root.has_error:
        return found
    stack = [tree.root]
    while stack and len(found) < _MOST:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(Fault(node.start_byte, node.end_byte))
        stack.extend(child for child in reversed(node.children) if child.has_error)
    return found


def _stray_words(tree: Opened) -> Iterator[Fault]:
    """Words that end blocks, where the grammar took them for names for want of a block."""
    known = _LAST_WORDS.get(tree.language)
    if known is None:
        return
    pattern, name = known
    for found in pattern.finditer(tree.data):
        start, end = found.span(1)
        node = tree.root.descendant_for_byte_range(start, end)
        if node is not None and node.type == name:
            yield Fault(start, end)


def swallows(tree: Opened, start: int, end: int) -> bool:
    """Whether a string or comment begins between two offsets and goes on in the next lines."""
    first, last = tree.byte_at(start), tree.byte_at(end)
    line_end = tree.data.find(b"\n", last)
    if line_end < 0:
        return False
    after = line_end + 1 + len(tree.data[line_end + 1 :]) - len(tree.data[line_end + 1 :].lstrip())
    node = tree.root.descendant_for_byte_range(after, after)
    while node is not None and node.end_byte > first:
        is_begun = first <= node.start_byte < last and node.start_byte < line_end
        if is_begun and node.end_byte > after and _NO_CODE.search(node.type):
            return True
        node = node.parent
    return False
