"""The syntax errors of a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.parsing.opened import Opened

# A text with more errors than this isn't one that anybody types in.
_MOST = 200
# What a grammar calls that in which code isn't read as code.
_NO_CODE = re.compile(r"string|comment|heredoc|template_literal|regex|char")


class Fault(NamedTuple):
    """Bytes that make no sense, or a place at which something is missing."""

    start: int
    end: int


def faults_of(root: Node) -> list[Fault]:
    """Every error below a node, in order, up to a bound."""
    found: list[Fault] = []
    if not root.has_error:
        return found
    stack = [root]
    while stack and len(found) < _MOST:
        node = stack.pop()
        if node.is_error or node.is_missing:
            found.append(Fault(node.start_byte, node.end_byte))
        stack.extend(child for child in reversed(node.children) if child.has_error)
    return found


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
