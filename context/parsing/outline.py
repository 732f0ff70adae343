"""The definitions of a file, from the matches of its language's query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS, SCOPES, Definition
from context.languages import line_comment
from context.text import from_bytes, offsets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

_C_MARKS = (b"//", b"/*", b"*")
# Its docstrings stand below, and a comment above a Python definition is most often a heading.
_DOCUMENTS_BELOW = frozenset({"Python"})


# Quotes of a key, and what marks a symbol or an instance variable in Ruby.
_AROUND = "'\":@"


class _Found(NamedTuple):
    """A definition in bytes, before it knows what it stands in."""

    start: int
    end: int
    line: int
    head: int
    last: int
    named_at: int
    name: str
    kind: str
    owner: str


def outline(
    matches: Sequence[dict[str, list[Node]]], language: str, data: bytes
) -> tuple[Definition, ...]:
    """Definitions in the order of the text, each after what it stands in.

    A name that one class assigns more than once (`self.x` here and there) counts
    where it comes first.
    """
    found, docs = _collect(matches, data)
    found.sort(key=lambda item: (item.start, -item.end, item.named_at))
    at = offsets(data, [place for item in found for place in (item.start, item.end)])
    return _nest(found, docs, at, _doc_lines(found, language, data))


def _collect(
    matches: Sequence[dict[str, list[Node]]], data: bytes
) -> tuple[list[_Found], set[int]]:
    found: dict[int, _Found] = {}
    docs: set[int] = set()
    imported: set[int] = set()
    decorated: dict[int, Node] = {}
    for match in matches:
        kind = _kind(match)
        if kind is not None and "name" in match:
            item = _read(match, match[kind][0], kind.removeprefix("definition."), data)
            # An arrow function that is also a constant is the function.
            if item.named_at not in found or item.kind in SCOPES:
                found[item.named_at] = item
        elif "import.module" in match and "import.own" not in match:
            imported.add(match["import.module"][0].start_point[0])
        elif "doc" in match:
            docs.add(match["doc"][0].start_point[0])
        elif "decorated" in match:
            decorated[match["inner"][0].start_byte] = match["decorated"][0]
    # `const fs = require("fs")` defines nothing that anybody would look for here.
    own = (item for item in found.values() if item.kind != "constant" or item.line not in imported)
    return [_with_decorators(item, decorated) for item in own], docs


def _kind(match: dict[str, list[Node]]) -> str | None:
    # A plain loop: this is asked for every match, and a generator takes three times as long.
    for capture in match:
        if capture.startswith("definition."):
            return capture
    return None


def _read(match: dict[str, list[Node]], node: Node, kind: str, data: bytes) -> _Found:
    name = match["name"][0]
    last, column = node.end_point
    if last > node.start_point[0] and not data[node.end_byte - column : node.end_byte].strip():
        # A line that ends the node ends with it: C's `#define`, a Scala value.
        last -= 1
    head = match["head"][0].start_point[0] if "head" in match else last
    owner = match["receiver"][0] if "receiver" in match else None
    return _Found(
        node.start_byte,
        node.end_byte,
        node.start_point[0],
        head,
        last,
        name.start_byte,
        from_bytes(data[name.start_byte : name.end_byte]).strip(_AROUND),
        kind,
        "" if owner is None else _type_name(data[owner.start_byte : owner.end_byte]),
    )


def _type_name(receiver: bytes) -> str:
    """`Stack` for the Go receivers `*Stack` and `Stack[T]`, and for Kotlin's `Stack<T>?`."""
    return from_bytes(receiver.partition(b"[")[0].partition(b"<")[0]).strip("*()? \t")


def _with_decorators(item: _Found, decorated: dict[int, Node]) -> _Found:
    """The definition with what decorates it, and with what decorates that (Rust's attributes)."""
    node = decorated.get(item.start)
    while node is not None and node.start_byte < item.start:
        item = item._replace(start=node.start_byte, line=node.start_point[0])
        node = decorated.get(item.start)
    return item


def _doc_lines(found: list[_Found], language: str, data: bytes) -> dict[int, int]:
    """First lines of the comments that stand right above a definition."""
    if language in _DOCUMENTS_BELOW:
        return {}
    comment = (line_comment(language) or "//").encode()
    marks = _C_MARKS if comment == b"//" else (comment,)
    rows = data.split(b"\n")
    lines: dict[int, int] = {}
    for item in found:
        row = item.line - 1
        while row >= 0 and rows[row].lstrip().startswith(marks):
            row -= 1
        if row + 1 < item.line:
            lines[item.line] = row + 1
    return lines


def _nest(
    found: list[_Found], docs: set[int], at: dict[int, int], above: dict[int, int]
) -> tuple[Definition, ...]:
    made: list[Definition] = []
    ends: list[int] = []
    stack: list[int] = []
    seen: set[tuple[int, str]] = set()
    for item in found:
        while stack and item.start >= ends[stack[-1]]:
            stack.pop()
        parent = _home(item, stack, made)
        if parent is None or _repeats(item, parent, seen):
            continue
        line, doc = item.line, above.get(item.line, -1)
        start, end = at[item.start], at[item.end]
        kind = "method" if _is_method(item, parent, made) else item.kind
        made.append(
            Definition(
                item.name, kind, parent, item.owner, start, end, line, item.head, item.last, doc
            )
        )
        ends.append(item.end)
        if kind in SCOPES:
            stack.append(len(made) - 1)
    return tuple(_with_docstrings(made, docs))


def _home(item: _Found, stack: list[int], made: list[Definition]) -> int | None:
    """The definition that `item` belongs to; None for what nobody outside can name.

    `self.x` belongs to the class, not to the method that assigns it.
    """
    if item.kind != "attribute":
        return stack[-1] if stack else -1
    return next((index for index in reversed(stack) if made[index].kind == "class"), None)


def _repeats(item: _Found, parent: int, seen: set[tuple[int, str]]) -> bool:
    if item.kind not in {"attribute", "field", "constant"}:
        return False
    key = (parent, item.name)
    if key in seen:
        return True
    seen.add(key)
    return False


def _is_method(item: _Found, parent: int, made: list[Definition]) -> bool:
    return item.kind == "function" and parent >= 0 and made[parent].kind in CONTAINERS


def _with_docstrings(made: list[Definition], lines: set[int]) -> list[Definition]:
    for index, item in enumerate(made):
        line = _docstring_line(item, lines) if item.kind in SCOPES else None
        if line is not None:
            made[index] = item._replace(doc=line)
    return made


def _docstring_line(item: Definition, by_line: set[int]) -> int | None:
    """A docstring starts on the line after the signature, or after a comment there."""
    return next(
        (line for line in range(item.head, min(item.head + 4, item.last + 1)) if line in by_line),
        None,
    )
