"""Where in its document's syntax tree a cursor stands that has no statement around it yet.

A call is put there, which is a statement in nearly every language, and where the parser
puts it is looked at: so a block that is still empty has a place, and one whose end is still
to be typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from context.parsing.opened import Opened

CALL = "x();"
# What grammars call the part of a construct that holds its statements.
_BODY = re.compile(r"body|block|consequence|alternative")
_PARAMETERS = ("parameters", "parameter")
_STRING = re.compile(r"string|heredoc")
_OPENERS = ("(", "[", "{")
_MOST_UP = 200
_NEAR = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands around a place for a statement.

    Attributes:
        kind: of the definition whose body it is directly in, as outlines name it, and
            `function` for one without a name; None in another construct, `""` in none.
        is_argument: it is within round or square brackets.
        is_body: what it is in is a construct's body, or nothing at all.
        has_before: a statement stands before it in the same block; a docstring is none.
        has_after: one stands after it.
        is_lost: the parser made nothing of what is around it.
        is_first: nothing stands between it and the header of what it is in.
    """

    kind: str | None
    is_argument: bool
    is_body: bool
    has_before: bool
    has_after: bool
    is_lost: bool
    is_first: bool


def standing(tree: Opened, cursor: int, around: tuple[str, str] = ("", "")) -> Standing | None:
    """Where a statement would stand that is put at the cursor, between these two texts.

    None where nothing comes of the document with it.
    """
    edited = tree.edited(cursor, cursor, around[0] + CALL + around[1], is_brief=True)
    if edited is None:
        return None
    at = edited.byte_at(cursor + len(around[0]))
    leaf = edited.root.descendant_for_byte_range(at, at + 1)
    if leaf is None:
        return None
    path = list(_upwards(leaf))
    row = leaf.start_point[0]
    index = next((i for i in range(len(path)) if _is_construct(path, i, row)), len(path) - 1)
    owner, inner = path[index], path[:index]
    opener = next((sign for sign in map(_opener, inner) if sign), "")
    others = [*_others(inner, at), *_loose(owner, at)]
    column = leaf.start_point[1]
    is_top = owner.parent is None
    return Standing(
        "" if is_top else _kind(edited, path[index:]),
        opener in {"(", "["},
        is_top or opener == "{" or any(map(_is_body, path[: index + 1], path[1 : index + 1])),
        any(node.start_byte < at and not _is_docstring(node) for node in others),
        any(node.start_byte > at and node.start_point[1] >= column for node in others),
        is_top and column > 0 and edited.root.has_error,
        _is_first(edited, path[: index + 1], at),
    )


def _upwards(node: Node) -> Iterator[Node]:
    found: Node | None = node
    for _ in range(_MOST_UP):
        if found is None:
            return
        yield found
        found = found.parent


def _is_construct(path: Sequence[Node], index: int, row: int) -> bool:
    """Whether this is what has a header above: no brackets, no list of statements, no error."""
    node = path[index]
    if node.start_point[0] >= row or node.parent is None or node.is_error:
        return False
    return not _opener(node) and not _is_list(node, path[index - 1])


def _opener(node: Node) -> str:
    """The bracket that a node begins with."""
    first = node.child(0) if node.child_count else None
    sign = first.type if first is not None and not first.is_named else ""
    return sign if sign in _OPENERS else ""


def _is_list(node: Node, child: Node) -> bool:
    """Whether a node only holds others in a row, this one among them."""
    named = {each.id for each in node.named_children}
    plain = all(each.id in named or not each.type.isalpha() for each in node.children)
    return plain and _field_of(node, child) is None and child.start_point[0] > node.start_point[0]


def _field_of(parent: Node, child: Node) -> str | None:
    for index, each in enumerate(parent.children):
        if each.id == child.id:
            return parent.field_name_for_child(index)
    return None


def _is_body(child: Node, parent: Node) -> bool:
    field = _field_of(parent, child)
    return field is not None and _BODY.search(field) is not None


def _is_first(tree: Opened, path: Sequence[Node], at: int) -> bool:
    """Whether what stands before it is a bracket that opens, or a part of the header."""
    end = len(tree.data[:at].rstrip())
    before = tree.root.descendant_for_byte_range(max(0, end - 1), end)
    if before is None:
        return False
    shared = next((node for node in path if node.start_byte <= before.start_byte), path[-1])
    is_opener = before.parent is not None and before.parent.child(0) == before
    return shared.id == path[-1].id or (is_opener and before.type in _OPENERS)


def _others(inner: Sequence[Node], at: int) -> Iterator[Node]:
    """What stands beside the place, in all that is between it and its construct."""
    for node in inner:
        for each in node.named_children:
            if not each.is_extra and not _is_around(each, at):
                yield each


def _loose(owner: Node, at: int) -> Iterator[Node]:
    """Statements that a construct holds without a body to hold them."""
    top = owner.parent is None
    for index, each in enumerate(owner.children):
        if each.is_extra or not each.is_named or _is_around(each, at):
            continue
        below = top or each.start_point[0] > owner.start_point[0]
        if below and owner.field_name_for_child(index) is None:
            yield each


def _is_around(node: Node, at: int) -> bool:
    """Whether it is what was put there, a part of that, or holds it."""
    return node.start_byte < at + len(CALL) and at < node.end_byte


def _is_docstring(node: Node) -> bool:
    return node.named_child_count == 1 and _STRING.search(node.named_children[0].type) is not None


def _kind(tree: Opened, outwards: Sequence[Node]) -> str | None:
    """What the innermost construct defines, alone or as part of what begins on its line."""
    owner = outwards[0]
    for node in outwards[:_NEAR]:
        if node.start_point[0] != owner.start_point[0]:
            break
        cursor = QueryCursor(tree.grammar.query)
        cursor.set_max_start_depth(0)
        for _, match in cursor.matches(node):
            kind = next((name for name in match if name.startswith("definition.")), None)
            if kind is not None and match[kind][0].id in {node.id, owner.id}:
                return kind.removeprefix("definition.")
    has_parameters = any(owner.child_by_field_name(name) for name in _PARAMETERS)
    return "function" if has_parameters else None
