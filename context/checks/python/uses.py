"""The members, imported names and keyword arguments that a stretch of a document uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_USES = 60
_TARGETS = frozenset(
    {
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "as_pattern_target",
    }
)


class Use(NamedTuple):
    """A name that is used.

    Attributes:
        node: the name.
        of: what it is a member of, what is called with it, or the import statement.
    """

    kind: Literal["member", "keyword", "import"]
    node: Node
    of: Node


def uses(root: Node, start: int, end: int) -> list[Use]:
    """What lies between two bytes at least in part, in the order of the text."""
    found: list[Use] = []
    _collect(root, start, end, found)
    return sorted(found, key=lambda use: use.node.start_byte)[:_MOST_USES]


def _collect(root: Node, start: int, end: int, found: list[Use]) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        use = _use(node)
        if use is not None and use.node.start_byte < end and use.node.end_byte > start:
            found.append(use)
        if node.type == "import_from_statement":
            found += [use for use in _taken(node) if start < use.node.end_byte <= end]
        stack += [
            child
            for child in node.named_children
            if child.start_byte < end and child.end_byte > start
        ]


def _use(node: Node) -> Use | None:
    if node.type == "attribute":
        name, of = node.child_by_field_name("attribute"), node.child_by_field_name("object")
        return Use("member", name, of) if name and of and not _is_target(node) else None
    if node.type == "keyword_argument":
        name, around = node.child_by_field_name("name"), node.parent
        call = around.parent if around is not None else None
        is_call = call is not None and call.type == "call"
        of = call.child_by_field_name("function") if call is not None and is_call else None
        return Use("keyword", name, of) if name and of else None
    return None


def _is_target(node: Node) -> bool:
    """Whether the member is given a value there."""
    parent = node.parent
    if parent is None or parent.type in _TARGETS:
        return True
    is_left = parent.child_by_field_name("left") == node
    return is_left and parent.type in {"assignment", "for_statement", "for_in_clause"}


def _taken(node: Node) -> list[Use]:
    return [
        Use("import", child.child_by_field_name("name") or child, node)
        for child in node.children_by_field_name("name")
    ]
