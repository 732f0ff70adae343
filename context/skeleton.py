"""A file cut down: signatures with the first line of their documentation, bodies where wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.facts import Definition

_CALLABLE = frozenset({"function", "method"})
_VALUES = frozenset({"constant", "field", "attribute", "type"})
_MOST_VALUE_LINES = 3
# How a block ends whose first line doesn't end in a brace (Ruby, Lua, a comment behind it).
_ENDS = frozenset({"end", "end,", "end)", "}"})
_QUOTES = ('"""', "'''")


def chosen(definitions: Sequence[Definition], wanted: frozenset[str]) -> frozenset[int]:
    """Indices of the definitions to show for `wanted`: those named, their members, their owners."""
    whole: set[int] = set()
    found: set[int] = set()
    for index, item in enumerate(definitions):
        parent = item.parent
        if item.name in wanted or item.owner in wanted or parent in whole:
            if parent not in whole or definitions[parent].kind in CONTAINERS:
                found.add(index)
                whole.add(index)
            while parent >= 0:
                found.add(parent)
                parent = definitions[parent].parent
    return frozenset(found)


def outermost(definitions: Sequence[Definition]) -> frozenset[int]:
    """Indices of everything that a skeleton of the whole file shows: no function's insides."""
    return frozenset(
        index
        for index, item in enumerate(definitions)
        if item.parent < 0 or definitions[item.parent].kind in CONTAINERS
    )


def members(
    rows: Sequence[str],
    definitions: Sequence[Definition],
    shown: frozenset[int],
    comment: str,
) -> str:
    """Signatures as in `skeleton`, a class's members as a list of their names in a comment."""
    out: list[str] = []
    for index in sorted(shown):
        item = definitions[index]
        if item.last >= len(rows):
            continue
        out += [
            row if row.endswith("\n") else row + "\n" for row in rows[item.line : item.head + 1]
        ]
        names = [each.name for each in definitions if each.parent == index]
        if names and item.kind in CONTAINERS:
            indent = _indent(rows[item.line]) + "    "
            out.append(f"{indent}{comment} members: {', '.join(dict.fromkeys(names))}\n")
    return "".join(out)


def skeleton(
    rows: Sequence[str],
    definitions: Sequence[Definition],
    shown: frozenset[int],
    *,
    bodies: frozenset[int] = frozenset(),
    docs: bool = True,
) -> str:
    """The lines `rows` cut down to the definitions `shown`, in the order of the text.

    Those in `bodies` keep their bodies. `...` stands for what is cut out.
    """
    out: list[str] = []
    closers: list[tuple[int, str]] = []
    done = -1
    for index, item in enumerate(definitions):
        if index not in shown and index not in bodies:
            continue
        if item.last >= len(rows) or item.line < done:
            continue
        while closers and closers[-1][0] < item.line:
            out.append(closers.pop()[1])
        if index in bodies:
            out += rows[item.line : item.last + 1]
            done = item.last + 1
        else:
            _show(rows, item, docs, out, closers)
            done = min(item.head, item.last) + 1 if item.kind not in _VALUES else done
    out += [closer for _, closer in reversed(closers)]
    return "".join(row if row.endswith("\n") else row + "\n" for row in out if row)


def _show(
    rows: Sequence[str],
    item: Definition,
    docs: bool,  # noqa: FBT001 -- passed on
    out: list[str],
    closers: list[tuple[int, str]],
) -> None:
    if item.kind in _VALUES:
        within = closers[-1][1] if closers and item.kind == "attribute" else rows[item.line]
        out += _value(rows, item, _indent(within))
        return
    above = docs and 0 <= item.doc < item.line
    if above:
        out.append(rows[item.doc])
    signature = list(rows[item.line : item.head + 1])
    brace = signature[-1].rstrip().endswith("{")
    out += signature
    indent = _indent(rows[item.line])
    if docs and item.doc > item.line:
        out += _docstring(rows, item.doc)
    if item.last == item.head:
        return
    if brace or rows[item.last].strip() in _ENDS:
        body = "" if item.kind in CONTAINERS else indent + "    ...\n"
        closers.append((item.last, body + rows[item.last]))
    elif item.kind in _CALLABLE:
        closers.append((item.last, indent + "    ...\n"))


def _value(rows: Sequence[str], item: Definition, indent: str) -> list[str]:
    """An assignment, moved to `indent`: the blocks it stood in are cut out."""
    cut = len(_indent(rows[item.line]))
    if item.last - item.line >= _MOST_VALUE_LINES:
        return [f"{indent}{rows[item.line].strip()} ...\n"]
    return [indent + row[min(cut, len(_indent(row))) :] for row in rows[item.line : item.last + 1]]


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]


def _docstring(rows: Sequence[str], line: int) -> list[str]:
    """A docstring's first line as a docstring of one line; it may stand on the second line."""
    row = rows[line]
    quote = next((mark for mark in _QUOTES if mark in row), None)
    if quote is None:
        return [row]
    head, _, said = row.rstrip().partition(quote)
    if not said and line + 1 < len(rows):
        said = rows[line + 1].strip()
    said = said.partition(quote)[0].strip()
    return [f"{head}{quote}{said}{quote}\n"] if said else []
