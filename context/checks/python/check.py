"""The names of a completion in a Python document, looked up one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from context.checks.filled import filled
from context.checks.python.expressions import Document
from context.checks.python.keywords import method_takes, takes
from context.checks.python.members import has
from context.checks.python.outline import Reader, shape_of
from context.checks.python.uses import uses
from context.checks.python.vouched import is_vouched
from context.checks.python.world import Function, Known, Module, Type, Value, World
from context.types import Invented

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from context.checks.python.uses import Use
    from context.checks.python.world import Thing
    from context.index import Index
    from context.selection.memo import Memo
    from context.types import Snapshot

# A member that is only read, and a name in quotes, don't speak for themselves.
_KINDS: dict[str, Literal["member", "keyword"]] = {
    "member": "member",
    "import": "member",
    "keyword": "keyword",
}
_READ = re.compile(rb"\.\s*\w+(?!\w)(?!\s*(?::[^=\n]+)?=(?!=))|[\"']\w+[\"']")
_BEGUN = re.compile(rb"\.\s*\w*\Z")
_LONGEST_NAME = 200
_ATTEMPTED = re.compile(rb"\bAttributeError\b|\bImportError\b|\bModuleNotFoundError\b")


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
    found = uses(after.root, start, stop)
    if not found:
        return ()
    shown = _without_reads(after.data, start, stop)
    shape = shape_of(snapshot.path, after.root, after.data, shown)
    world = World(index, snapshot.path, shape, read, memo)
    document = Document(after.root, after.data, shape, world)
    made: list[Invented] = []
    for use in found:
        owner = _owner(document, use)
        if owner is not None:
            span, name = made_whole.span(use.node), document.text(use.node)
            made.append(Invented(*span, name, owner, _KINDS[use.kind]))
    return tuple(made)


def _without_reads(data: bytes, start: int, stop: int) -> bytes:
    """The text with blanks for what a stretch of it only reads.

    A name goes whole, be it that it or its dot stands before the stretch: what is left
    of it would speak for it.
    """
    begun = _BEGUN.search(data, max(0, start - _LONGEST_NAME), start)
    first, parts, last = begun.start() if begun else start, list[bytes](), 0
    for match in _READ.finditer(data, first):
        if match.start() >= stop:
            break
        parts += [data[last : match.start()], b" " * len(match.group())]
        last = match.end()
    return b"".join((*parts, data[last:]))


def _owner(document: Document, use: Use) -> str | None:
    """Whose member or parameter an invented name would be; None for a name that may be there."""
    if use.kind == "keyword":
        return _called_without(document, use)
    if use.kind == "import":
        return _lacking_module(document, use)
    name, world = document.text(use.node), document.world
    things = document.value(use.of)
    if not things or any(has(world, thing, name) is not False for thing in things):
        return None
    if _is_attempted(document, use.node):
        return None
    receiver = re.search(r"(\w*)\W*\Z", document.text(use.of))
    last = "" if document.is_module(things) or receiver is None else receiver.group(1)
    return None if is_vouched(world, name, last) else _named(document, things[0])


def _called_without(document: Document, use: Use) -> str | None:
    name, world = document.text(use.node), document.world
    things = document.value(use.of)
    if not things:
        return None
    for thing in things:
        answer = takes(world, thing, name)
        value = _receiver(document, use.of) if isinstance(thing, Function) else None
        if answer is False and value is not None:
            answer = method_takes(world, value, document.text(value_name(use.of)), name)
        if answer is not False:
            return None
    return _named(document, things[0])


def value_name(node: Node) -> Node:
    """The name of the method that an expression reads."""
    return node.child_by_field_name("attribute") or node


def _receiver(document: Document, node: Node) -> Value | None:
    """What a method is read from, where it is an instance or a class of the repository."""
    if node.type != "attribute":
        return None
    things = document.value(node.child_by_field_name("object")) or ()
    values = [each for each in things if isinstance(each, Value) and isinstance(each.of, Type)]
    return values[0] if len(values) == len(things) == 1 else None


def _lacking_module(document: Document, use: Use) -> str | None:
    name, world = document.text(use.node), document.world
    pairs = Reader(document.data, document.data).imported(use.of)
    item = next((each.item for _, each in pairs if each.taken == name and each.item), None)
    file = world.file_of(document.shape.path, item) if item is not None else None
    if file is None or has(world, Module(file), name) is not False:
        return None
    if _is_attempted(document, use.node) or is_vouched(world, name, ""):
        return None
    return file


def _is_attempted(document: Document, node: Node) -> bool:
    """Whether the code there is ready for a name that is missing."""
    around: Node | None = node
    while around is not None and around.type not in {"function_definition", "class_definition"}:
        if around.type == "try_statement":
            part = document.data[around.start_byte : around.end_byte]
            return _ATTEMPTED.search(part) is not None
        around = around.parent
    return False


def _named(document: Document, thing: Thing) -> str:
    """What a thing is called, for the user."""
    world = document.world
    if isinstance(thing, Module):
        return thing.path
    if isinstance(thing, Function):
        shape = world.function_of(thing)
        return shape.name if shape else ""
    if isinstance(thing.of, Known):
        return thing.of.name
    found = world.class_of(thing.of)
    return found.name if found else ""
