"""A value or an alias as text: whole where it is short, else on one line that is closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.selection.shorten import first_branch, on_one_line, unclosed, uncommented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.facts import Definition
    from context.selection.outlined import Source

_MOST_ROWS = 3
_MOST_TYPE_ROWS = 12
_MOST_TYPE_CHARS = 600
_LONGEST_LINE = 160
_LONGEST_VALUE = 90
_LONGEST_ROW = 240
_C_LIKE = frozenset({"C", "C++", "Objective-C"})
_GO_GROUP = re.compile(r"(const|var|type) \(")
_ENUMERATOR = re.compile(r"\w+(?:\s*=[^;]*)?,?\Z")


def value(source: Source, item: Definition) -> list[str]:
    """An assignment, moved to where a member stands: the blocks it stood in are cut out."""
    rows = first_branch(source.rows[item.line : item.last + 1], source.facts.language)
    parent = source.definitions[item.parent] if item.parent >= 0 else None
    indent = _indent(rows[0]) if parent is not None else ""
    if parent is not None and item.kind == "attribute":
        indent = _indent(source.rows[parent.line]) + "    "
    language = source.facts.language
    if _is_short(rows, item) and not _is_open(rows, language):
        cut = len(_indent(rows[0]))
        text = "".join(row[min(cut, len(_indent(row))) :] for row in rows).rstrip()
        text = text.replace("\r\n", "\n")
    else:
        most = _LONGEST_LINE if item.kind == "type" else _LONGEST_VALUE
        text = on_one_line(uncommented("".join(rows), language), language, most)
    text = _in_its_group(source, item, text)
    return [indent + row + "\n" for row in text.split("\n")]


def _is_short(rows: Sequence[str], item: Definition) -> bool:
    if item.kind == "type":
        return len(rows) <= _MOST_TYPE_ROWS and sum(map(len, rows)) <= _MOST_TYPE_CHARS
    return len(rows) <= _MOST_ROWS and max(map(len, rows)) <= _LONGEST_ROW


def _is_open(rows: Sequence[str], language: str) -> bool:
    return bool(unclosed("".join(rows), language))


def _in_its_group(source: Source, item: Definition, text: str) -> str:
    """A value with the keyword of the group that it stands in (Go's `const (`, C's `enum`)."""
    language = source.facts.language
    if item.parent >= 0:
        return text
    if language == "Go":
        return go_keyword(source.rows, item.line) + text
    if language in _C_LIKE and item.kind == "constant" and _ENUMERATOR.match(text):
        return f"enum {{ {text.rstrip(',')} }};"
    return text


def go_keyword(rows: Sequence[str], line: int) -> str:
    """The keyword of the group (`const (`) that a row stands in; empty where it has its own."""
    if rows[line][:1] not in {"\t", " "}:
        return ""
    for row in range(line - 1, -1, -1):
        found = _GO_GROUP.match(rows[row])
        if found:
            return found[1] + " "
        if rows[row].strip() and rows[row][:1] not in {"\t", " ", "/", "`"}:
            return ""
    return ""


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]
