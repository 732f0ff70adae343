"""The syntax errors of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

# A text with more errors than this isn't one that anybody types in.
_MOST = 200


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
