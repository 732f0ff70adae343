"""Definitions where nobody has written a query: guessed from what a grammar calls its nodes.

Grammars are written by many and named by one habit: `function_definition`,
`class_declaration`, `struct_item`, with the name in a field called `name`. What
follows the habit is found, what doesn't is left out: a skeleton with half of the
functions is better than none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from context.facts import CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node

_WORDS = {
    "function": "function func fun fn def defun procedure proc subroutine sub subprogram task macro"
    " rpc modifier event",
    "method": "method constructor destructor",
    "class": "class struct record object union actor entity contract service message newtype"
    " datatype data mixin extension table view",
    "interface": "interface trait protocol role typeclass",
    "enum": "enum enumeration",
    "module": "module namespace package program library",
    "type": "type typedef alias synonym",
    "field": "field property component member",
    "constant": "constant const",
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# What the last word of a definition's node says; `struct_specifier` is one if it has a body.
_LAST_WORDS = """
    definition declaration item def decl defn proto statement implementation specifier signature
"""
_LAST = frozenset(_LAST_WORDS.split())
_NEEDS_BODY = "specifier"
# `function_type` and `selected_component` define nothing, nor do these where they stand alone.
_VAGUE_WORDS = "type object data member view component constructor alias extension"
_VAGUE = frozenset(_VAGUE_WORDS.split())
# Habits of single grammars, worth knowing for what they hold.
_EXACT: dict[str, str | None] = {
    "architecture_body": "module",
    "component_definition": None,
    "data_type": "class",
    "declType": "type",
    "function_declaration_left": None,
    "package_body": "module",
    "subprogram_body": "function",
    "task_body": "function",
    "value_declaration": "function",
    "value_definition": "function",
}
_OTHER_WORDS = """
    call invocation expression parameter argument reference pattern literal anonymous lambda
    forward import use using include end return begin modifiers list pointer keyword operator base
    access assignment instance instantiation
"""
_NEVER = frozenset(_OTHER_WORDS.split())
_NAME_FIELDS = ("name", "function_name", "declarator", "header")
_IS_HEADER = re.compile(
    r"(?i)(?:statement|specification|spec|header|signature|left|clause|binding|declarator|head"
    r"|heading|prototype|proto|call_expression|definition|object_reference)$"
)
_IS_NAME = re.compile(r"(?i)identifier$|(?:^|_)(?:name|ident|atom|symbol|word|constant|id)$")
_IS_BODY = re.compile(r"(?i)(?:^|_)(?:body|block|members|declarations|list|suite|contents)$")
_DEEPEST = 300
_MOST_ROWS = 20
_DEEPEST_NAME = 5
_LONGEST_NAME = 100


def guess(language: Language, root: Node) -> list[dict[str, list[Node]]]:
    """What a query of ours would have captured: definitions with their names and heads."""
    query = _query(language)
    if query is None:
        return []
    cursor = QueryCursor(query)
    cursor.set_max_start_depth(_DEEPEST)
    nodes = [
        (node, kind.removeprefix("definition."))
        for _, match in cursor.matches(root)
        for kind, found in match.items()
        for node in found
    ]
    nodes.sort(key=lambda item: (item[0].start_byte, -item[0].end_byte))
    found = list(_named(nodes, root))
    return [each.match(_has_none_within(number, found)) for number, each in enumerate(found)]


class _Guess(NamedTuple):
    """A definition with its name, and with the body where one can be told from the rest."""

    node: Node
    kind: str
    name: Node
    body: Node | None

    def match(self, is_whole: bool) -> dict[str, list[Node]]:  # noqa: FBT001 -- its one argument
        """What a query would have captured; `is_whole` for what is read best as it stands."""
        rows = self.node.end_point[0] - self.node.start_point[0]
        is_short = is_whole and self.kind in CONTAINERS and rows <= _MOST_ROWS
        head = _last_leaf(self.node) if is_short else _head(self.node, self.name, self.body)
        return {f"definition.{self.kind}": [self.node], "name": [self.name], "head": [head]}


def _has_none_within(number: int, found: list[_Guess]) -> bool:
    following = found[number + 1 : number + 2]
    return all(each.node.start_byte >= found[number].node.end_byte for each in following)


def _named(nodes: list[tuple[Node, str]], root: Node) -> Iterator[_Guess]:
    """The definitions that have a name which no node around them has taken already."""
    taken: set[int] = set()
    for node, kind in nodes:
        is_flat = node.start_point[0] == node.end_point[0]
        body = _body(node)
        if node.id == root.id or (node.has_error and is_flat):
            continue
        if body is None and node.type.endswith(_NEEDS_BODY):
            continue
        name = _name(node, _DEEPEST_NAME)
        if name is not None and name.start_byte not in taken:
            taken.add(name.start_byte)
            # A type of several lines says line by line what it consists of.
            yield _Guess(node, "class" if kind == "type" and not is_flat else kind, name, body)


@lru_cache(maxsize=16)
def _query(language: Language) -> Query | None:
    found: dict[str, list[str]] = {}
    for number in range(language.node_kind_count):
        if language.node_kind_is_named(number) and language.node_kind_is_visible(number):
            name = language.node_kind_for_id(number) or ""
            kind = kind_of(name)
            if kind is not None and name not in found.setdefault(kind, []):
                found[kind].append(name)
    patterns = [
        f"[{' '.join(f'({name})' for name in sorted(names))}] @definition.{kind}"
        for kind, names in sorted(found.items())
    ]
    return Query(language, "\n".join(patterns)) if patterns else None


def kind_of(node_type: str) -> str | None:
    """The kind of definition that a node of this type is by its name; None for none."""
    if node_type in _EXACT:
        return _EXACT[node_type]
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", node_type)]
    kinds = [_KIND_OF[word] for word in words if word in _KIND_OF]
    if not kinds or _NEVER.intersection(words):
        return None
    last = words[-1]
    if last in _LAST or words[0] == "create":
        # `record_type_definition` is a record, `class_property_declaration` a property.
        return next((kind for kind in reversed(kinds) if kind != "type"), "type")
    return None if last in _VAGUE else _KIND_OF.get(last)


def _name(node: Node, depth: int) -> Node | None:
    """The node that names a definition: in a field, in its header, or its first identifier."""
    if depth == 0:
        return None
    for field in _NAME_FIELDS:
        child = node.child_by_field_name(field)
        if child is not None and child.is_named:
            return _name_in(child, depth)
    for child in node.named_children[:6]:
        if _IS_NAME.search(child.type):
            return _short(child)
        if _IS_HEADER.search(child.type):
            inner = _name(child, depth - 1)
            if inner is not None:
                return inner
    pattern = node.child_by_field_name("pattern")
    return _short(pattern) if pattern is not None else None


def _name_in(node: Node, depth: int) -> Node | None:
    """The name in what stands where a name is expected: the last part of `Type.method`."""
    if any(node.child_by_field_name(field) for field in _NAME_FIELDS):
        return _name(node, depth - 1)
    parts = [child for child in node.named_children if _IS_NAME.search(child.type)]
    return _short(parts[-1] if parts else node)


def _short(node: Node) -> Node | None:
    is_one = node.start_point[0] == node.end_point[0]
    return node if is_one and 0 < node.end_byte - node.start_byte <= _LONGEST_NAME else None


def _body(node: Node) -> Node | None:
    field = node.child_by_field_name("body")
    if field is not None:
        return field
    return next((child for child in node.named_children if _IS_BODY.search(child.type)), None)


def _head(node: Node, name: Node, body: Node | None) -> Node:
    """A node on the line where the signature ends: the body's brace, else what stands before it."""
    if body is None:
        return name if node.end_point[0] > name.end_point[0] else node
    if body.child_count and body.children[0].type == "{":
        return body
    before = body.prev_sibling
    if before is None or before.start_byte < name.start_byte:
        return name if body.start_point[0] > name.end_point[0] else body
    return _last_leaf(before)


def _last_leaf(node: Node) -> Node:
    """The node in which `node` ends that stands on one line."""
    while node.child_count and node.start_point[0] < node.end_point[0]:
        node = node.children[-1]
    return node
