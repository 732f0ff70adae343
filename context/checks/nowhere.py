"""Members that stand nowhere in the repository, read from what is the repository's own.

For languages whose types aren't followed here as far as Python's: where a package, an
enumeration or a class with all its bases lies in the repository, a member of it is
written there. A name that no file has is none of theirs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.filled import filled
from context.checks.owned import Place, owner_of
from context.checks.standing import stands
from context.text import from_bytes
from context.types import Invented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from context.index import Index
    from context.parsing.opened import Opened
    from context.selection.memo import Memo
    from context.types import Snapshot

_DOTS = {"member_expression": ("object", "property")}
# Language -> node -> the fields with what a member is read from, and with its name.
_ACCESS: dict[str, dict[str, tuple[str, str]]] = {
    "TypeScript": _DOTS,
    "JavaScript": _DOTS,
    "JSX": _DOTS,
    "Java": {"field_access": ("object", "field"), "method_invocation": ("object", "name")},
    "Go": {"selector_expression": ("operand", "field"), "qualified_type": ("package", "name")},
    "C#": {"member_access_expression": ("expression", "name")},
    "Rust": {"scoped_identifier": ("path", "name")},
}
LANGUAGES = tuple(_ACCESS)
_ASSIGNED = frozenset({"assignment_expression", "assignment_statement"})
_MOST_USES = 60
# So far before the cursor the dot of a member is looked for.
_MOST_BEGUN = 200
# What every class, instance or enumeration has in one of the languages.
_EVERYWHERE = frozenset(
    {"apply", "arguments", "bind", "call", "caller", "class", "clone", "compareTo",
     "constructor", "describeConstable", "entries", "equals", "Equals", "finalize",
     "Finalize", "getClass", "getDeclaringClass", "GetHashCode", "GetType", "hashCode",
     "hasOwnProperty", "isPrototypeOf", "length", "MemberwiseClone", "name", "new",
     "notify", "notifyAll", "ordinal", "propertyIsEnumerable", "prototype",
     "ReferenceEquals", "super", "this", "toLocaleString", "toString", "ToString",
     "valueOf", "values", "wait"}
)  # fmt: skip


def invented(
    index: Index,
    snapshot: Snapshot,
    read: Callable[[str], str | None],
    memo: Memo,
    text: str,
    n_replaced: int,
) -> tuple[Invented, ...]:
    """What a completion names that isn't there, in its order."""
    made_whole = filled(snapshot, text, n_replaced)
    if made_whole is None:
        return ()
    after, start, stop = made_whole.document, made_whole.start, made_whole.stop
    place = Place(index, snapshot, read, memo)
    made: list[Invented] = []
    for of, name in _uses(after, start, stop):
        word = _text(after, name)
        if word in _EVERYWHERE or _is_assigned(name) or _defines(snapshot, text, word):
            continue
        if stands(index, memo, snapshot, word):
            continue
        owner = owner_of(place, _text(after, of), word)
        if owner is not None:
            made.append(Invented(*made_whole.span(name), word, owner, "member"))
    return tuple(made)


def _text(document: Opened, node: Node) -> str:
    return from_bytes(document.data[node.start_byte : node.end_byte])


def _uses(document: Opened, start: int, stop: int) -> list[tuple[Node, Node]]:
    """What members are read from in a stretch, each with the member."""
    found = list(_reads(document, start, stop))
    return sorted(found, key=lambda pair: pair[1].start_byte)[:_MOST_USES]


def _reads(document: Opened, start: int, stop: int) -> Iterator[tuple[Node, Node]]:
    access = _ACCESS[document.language]
    stack = [document.root]
    while stack:
        node = stack.pop()
        fields = access.get(node.type)
        of = node.child_by_field_name(fields[0]) if fields else None
        name = node.child_by_field_name(fields[1]) if fields else None
        is_read = of is not None and not of.has_error
        is_inside = name is not None and start < name.end_byte and name.start_byte < stop
        if of is not None and name is not None and is_read and is_inside:
            yield of, name
        inner = node.named_children
        stack += [each for each in inner if each.start_byte < stop and each.end_byte > start]


def _is_assigned(name: Node) -> bool:
    """Whether the member is given a value there."""
    node = name.parent
    around = node.parent if node is not None else None
    is_left = around is not None and around.child_by_field_name("left") == node
    return around is not None and is_left and around.type in _ASSIGNED


def _defines(snapshot: Snapshot, text: str, word: str) -> bool:
    """Whether the completion itself has the name as something else than a member."""
    head = snapshot.text[max(0, snapshot.cursor - _MOST_BEGUN) : snapshot.cursor]
    begun = head.rstrip() if head.rstrip().endswith((".", "::")) else head
    pattern = re.compile(rf"(?<![\w.:>#]){re.escape(word)}(?!\w)")
    return pattern.search(begun + text, len(begun)) is not None
