"""Pieces of real code that somebody wrote in one go: statements, bodies, definitions.

By the syntax tree of the whole file, so that what is completed in a part of it can be
compared with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from context.parsing.opened import parsed
from context.probe.sources import is_code

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tree_sitter import Node

    from context.parsing.opened import Opened

KINDS = ("statement", "block", "function", "definition")
_MOST_A_FILE = 4
_BODY = re.compile(r"body|block|consequence")
_CUT = re.compile(rb"\w+|[(\[{]")
_FUNCTIONS = frozenset({"definition.function", "definition.method"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece that is missing, what stands before it, and what behind it."""

    kind: str
    path: str
    language: str
    prefix: str
    text: str
    suffix: str


def units_of(path: str, language: str, text: str, drawn: random.Random) -> Iterator[Unit]:
    """A few pieces of each kind of a file that parses."""
    tree = parsed(path, language, text)
    if tree is None or tree.root.has_error or "\r" in text:
        return
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in KINDS}
    functions = _functions(tree)
    for node in functions:
        body = node.child_by_field_name("body")
        if body is None or body.start_point[0] == node.end_point[0]:
            continue
        found["function"].append(_filling(tree, body))
        found["definition"].append((node.start_byte, node.end_byte))
        for inner in _descendants(body):
            if _is_block(inner):
                found["block"].append(_filling(tree, inner))
            elif _is_statement(inner):
                found["statement"] += _rest(tree, inner, drawn)
    for kind, spans in found.items():
        for start, end in drawn.sample(spans, min(len(spans), _MOST_A_FILE)):
            begin, stop = tree.offset_at(start), tree.offset_at(end)
            if text[begin:stop].strip():
                yield Unit(kind, path, language, text[:begin], text[begin:stop], text[stop:])


def _functions(tree: Opened) -> list[Node]:
    made = QueryCursor(tree.grammar.query)
    nodes: dict[int, Node] = {}
    for _, match in made.matches(tree.root):
        for name in _FUNCTIONS & match.keys():
            nodes[match[name][0].start_byte] = match[name][0]
    return [node for node in nodes.values() if _begins_line(tree, node) and _is_apart(tree, node)]


def _begins_line(tree: Opened, node: Node) -> bool:
    line = tree.data.rfind(b"\n", 0, node.start_byte) + 1
    return not tree.data[line : node.start_byte].strip()


def _is_apart(tree: Opened, node: Node) -> bool:
    """Whether nothing else is on its last line, and nothing right above its first."""
    end = tree.data.find(b"\n", node.end_byte)
    line = tree.data.rfind(b"\n", 0, node.start_byte) + 1
    above = tree.data[:line].rstrip(b" \t").endswith(b"\n\n")
    return above and not tree.data[node.end_byte : max(end, node.end_byte)].strip()


def _filling(tree: Opened, body: Node) -> tuple[int, int]:
    """From the end of the header to the end of the body."""
    data, start = tree.data, body.start_byte
    if data[start : start + 1] == b"{":
        return start + 1, body.end_byte
    begin = len(data[:start].rstrip())
    return begin, body.end_byte


def _is_block(node: Node) -> bool:
    """Whether it is the body of a construct, on lines of its own."""
    parent = node.parent
    if parent is None:
        return False
    field = _field(parent, node)
    if node.type == "do_block":
        return False
    is_lines = node.end_point[0] > parent.start_point[0] and parent.end_byte == node.end_byte
    return field is not None and _BODY.search(field) is not None and is_lines


def _is_statement(node: Node) -> bool:
    """Whether it is what a block holds: a name for that most grammars give."""
    is_list = node.type in {"body_statement", "statement_list"}
    return node.type.endswith(("statement", "declaration")) and not is_list and is_code(node)


def _rest(tree: Opened, node: Node, drawn: random.Random) -> list[tuple[int, int]]:
    """From some word of the statement's first line to its end, or that of its header."""
    if not _begins_line(tree, node):
        return []
    end = node.end_byte
    bodies = [inner.start_byte for inner in _descendants(node) if _is_block(inner)]
    if bodies:
        start = min(bodies)
        brace = tree.data[start : start + 1] == b"{"
        end = start + 1 if brace else len(tree.data[:start].rstrip())
    elif tree.data[node.start_byte : end].endswith((b"end", b"fi", b"done", b"esac")):
        end = tree.data.find(b"\n", node.start_byte)
    stop = tree.data.find(b"\n", end)
    if tree.data[end:stop].strip(b" \t;"):
        return []
    end = end + len(tree.data[end:stop].rstrip())
    first = tree.data.find(b"\n", node.start_byte)
    text = tree.data[node.start_byte : min(first, end)]
    cuts = [hit.end() for hit in _CUT.finditer(text) if text[hit.end() :].strip()]
    return [(node.start_byte + drawn.choice(cuts), end)] if cuts else []


def _field(parent: Node, child: Node) -> str | None:
    for index, each in enumerate(parent.children):
        if each.id == child.id:
            return parent.field_name_for_child(index)
    return None


def _descendants(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield from each.named_children
        waiting += each.named_children
