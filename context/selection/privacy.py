"""Which members of a type a list shows to those outside of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.facts import Definition
    from context.selection.outlined import Source

_MODIFIED = frozenset({"Java", "Kotlin", "C#", "Swift", "PHP", "Scala", "TypeScript", "JavaScript"})
_PRIVATE = re.compile(r"(?<![\w@.])(?:private|fileprivate)(?![\w(\[])|(?<!\w)#\w+$")
_VISIBLE = re.compile(r"(?<![\w@.])(?:public|internal|protected)(?!\w)")
_SECTION = re.compile(r"\s*(public|private|protected)(?:\s+\w+)?\s*:")
_RUBY_SECTION = re.compile(r"\s*(private|protected|public)\s*(?:#.*)?$")
_HELD_BACK = frozenset({"private", "protected"})
_CLASS = re.compile(r"\bclass\b")
_LONGEST_LOOK = 400
# What every type of a language has says nothing about one of them.
_EVERYWHERE = frozenset(
    {"hashCode", "equals", "toString", "initialize", "constructor", "finalize", "GetHashCode"}
)
_NAME = re.compile(r"[$\w][\w$]*[?!]?\Z")


def member_names(source: Source, at: int, members: Sequence[int]) -> tuple[list[str], list[str]]:
    """The names to list of a type's members: those for everybody, then those for its kin.

    What only the type itself can use is in neither, nor are its own name (its
    constructors), operators and what every type has.
    """
    own = source.definitions[at].name
    for_all: dict[str, None] = {}
    for_kin: dict[str, None] = {}
    for child in members:
        name = source.definitions[child].name
        if name == own or name.startswith("__") or name in _EVERYWHERE or not _NAME.match(name):
            continue
        if name.startswith("_") or is_for_kin(source, child):
            for_kin.setdefault(name)
        elif not is_private(source, child):
            for_all.setdefault(name)
    return list(for_all), [name for name in for_kin if name not in for_all]


def is_private(source: Source, at: int) -> bool:
    """Whether no other file can name a member, by the modifiers before its name."""
    language = source.facts.language
    if language not in _MODIFIED:
        return False
    item = source.definitions[at]
    before = _before_name(source, item)
    if _PRIVATE.search(before):
        return True
    # Without a modifier a member of a C# class is its own.
    return language == "C#" and _is_bare(source, item, before)


def _is_bare(source: Source, item: Definition, before: str) -> bool:
    parent = source.definitions[item.parent] if item.parent >= 0 else None
    is_in_class = parent is not None and parent.kind == "class"
    return is_in_class and not _VISIBLE.search(before) and "." not in before


def _before_name(source: Source, item: Definition) -> str:
    """What stands in a signature up to the name, as far as one looks for modifiers."""
    if item.line == item.head:
        text = source.rows[item.line][:_LONGEST_LOOK]
    else:
        text = "".join(source.rows[item.line : item.head + 1])[:_LONGEST_LOOK]
    at = _word(text, item.name)
    if at < 0:
        return text
    # The mark of `#name` belongs to the name; of several values on one line (those of a
    # constructor) only what follows the last comma is about this one.
    before = text[:at] + item.name if text[max(0, at - 1) : at] == "#" else text[:at]
    return before if item.kind == "method" else before.rpartition(",")[2]


def _word(text: str, name: str) -> int:
    at = text.find(name)
    while at >= 0:
        after = text[at + len(name) : at + len(name) + 1]
        if not (_is_word(text[max(0, at - 1) : at]) or _is_word(after)):
            return at
        at = text.find(name, at + 1)
    return at


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def is_for_kin(source: Source, at: int) -> bool:
    """Whether a member is meant for its type's own files: what is below `private:` and its like."""
    language = source.facts.language
    item = source.definitions[at]
    if language == "Ruby":
        return item.kind == "attribute" or _section(source, item, _RUBY_SECTION) in _HELD_BACK
    if language == "C++" and item.parent >= 0:
        section = _section(source, item, _SECTION)
        if section:
            return section == "private"
        head = source.rows[source.definitions[item.parent].line]
        return bool(_CLASS.search(head)) and "enum" not in head
    if language == "Rust":
        return _is_kept_in_module(source, item)
    return False


def _section(source: Source, item: Definition, label: re.Pattern[str]) -> str:
    """The last label between the type's beginning and a member; empty without."""
    if item.parent < 0:
        return ""
    first = source.definitions[item.parent].line
    for row in range(item.line - 1, max(first, item.line - 300), -1):
        found = label.match(source.rows[row])
        if found:
            return found[1]
    return ""


def _is_kept_in_module(source: Source, item: Definition) -> bool:
    """Whether a member of a Rust struct or its own `impl` lacks `pub`."""
    if item.parent < 0:
        return False
    home = source.definitions[item.parent]
    if home.kind != "class" or " for " in source.head(item.parent):
        return False
    before = source.rows[item.line : item.head + 1]
    return not any(row.lstrip().startswith("pub") for row in before)


def is_hidden(source: Source, at: int) -> bool:
    """Whether a type's signatures leave a member out that wasn't asked for."""
    item = source.definitions[at]
    is_ivar = item.kind == "attribute" and source.facts.language == "Ruby"
    return is_ivar or is_private(source, at)
