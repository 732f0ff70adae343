"""What a chain of names stands for: classes and files, as far as texts let us tell.

Types are read where they are written (annotations, declarations, return types), else
from what is assigned and returned. It is no type checker: containers and options
count as what they hold, and where several types are possible all of them do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS
from context.selection.chains import alternatives
from context.selection.sight import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from context.selection.chains import Chain
    from context.selection.outlined import Source
    from context.selection.sight import Sight

SELVES = frozenset({"self", "this", "cls", "super", "Self", "parent", "static", "base"})
_SUPER = frozenset({"super", "parent", "base"})
_CALLABLE = frozenset({"function", "method"})
_DEEPEST = 5
_MOST_VALUES = 6
_MOST_RETURNS = 4
_RETURN = re.compile(r"\b(?:return|yield(?: from)?)[ (]+([^\n]{2,160})")


class Where(NamedTuple):
    """A place that names are read from.

    Attributes:
        around: the definitions around it, outermost first.
        row: what is assigned below this line doesn't count, unless nothing above does.
    """

    path: str
    around: tuple[int, ...]
    row: int


def values(sight: Sight, where: Where, chain: Chain, depth: int = 0) -> tuple[Found, ...]:
    """The classes and files that a chain of names may stand for."""
    if depth > _DEEPEST or not chain:
        return ()
    key = (where, chain)
    known = sight.values.get(key)
    if known is None:
        sight.values[key] = ()
        known = sight.values[key] = _limited(_values(sight, where, chain, depth))
    return known


def _limited(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(dict.fromkeys(found))[:_MOST_VALUES]


def _values(sight: Sight, where: Where, chain: Chain, depth: int) -> Iterable[Found]:
    found = _head(sight, where, chain[0], depth)
    for name in chain[1:]:
        inner = (each for outer in found for each in sight.inside(outer, name))
        found = _limited(value for each in inner for value in value_of(sight, each, depth + 1))
    return found


def _head(sight: Sight, where: Where, name: str, depth: int) -> tuple[Found, ...]:
    if name in SELVES:
        own = enclosing_class(sight, where)
        if own is not None:
            return sight.bases(own) if name in _SUPER else (own,)
    local = _limited(_local(sight, where, name, depth))
    if local:
        return local
    return _limited(
        value
        for each in sight.lookup(where.path, name)
        for value in value_of(sight, each, depth + 1)
    )


def enclosing_class(sight: Sight, where: Where) -> Found | None:
    """The innermost type around a place."""
    source = sight.source(where.path)
    for at in reversed(where.around if source else ()):
        if source and source.definitions[at].kind in CONTAINERS:
            return Found(where.path, at)
        owner = source.definitions[at].owner if source else ""
        if source and owner in source.tops:
            return Found(where.path, source.tops[owner][0])
    return None


def value_of(sight: Sight, found: Found, depth: int = 0) -> tuple[Found, ...]:
    """What a definition has as its value: itself for a type, what it returns or is assigned."""
    kind = sight.kind(found)
    if kind == "file" or kind in CONTAINERS:
        return (found,)
    source = sight.source(found.path)
    if source is None or depth > _DEEPEST:
        return ()
    known = sight.values.get(found)
    if known is None:
        sight.values[found] = ()
        made = _returned if kind in _CALLABLE else _assigned
        known = sight.values[found] = _limited(made(sight, source, found, depth))
    return known


def _types(sight: Sight, path: str, text: str) -> list[Found]:
    return [each for each in sight.words_in(path, text) if sight.kind(each) in CONTAINERS]


def _returned(sight: Sight, source: Source, found: Found, depth: int) -> Iterator[Found]:
    item = source.definitions[found.at]
    head = source.head(found.at)
    before, name, after = head.partition(item.name)
    if not name:
        return
    written = _types(sight, found.path, before.rpartition("\n")[2] + _after_parameters(after))
    yield from written
    where = Where(found.path, around(source, found.at), item.last)
    if written:
        return
    own = enclosing_class(sight, where)
    if own is not None and re.search(r"\b(?:Self|self|this|static)\b", _after_parameters(after)):
        yield own
    returned: list[str] = source.once(
        ("returned", found.at), lambda: _RETURN.findall(source.body(found.at))[:_MOST_RETURNS]
    )
    for expression in returned:
        for chain in alternatives(expression):
            yield from values(sight, where, chain, depth + 1)


def _after_parameters(text: str) -> str:
    """What follows the first bracket and its match."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign == ")":
            return text[at + 1 :]
    return ""


def _assigned(sight: Sight, source: Source, found: Found, depth: int) -> Iterator[Found]:
    """What a constant, a field or an attribute is declared as, else what it is assigned."""
    item = source.definitions[found.at]
    text = "".join(source.rows[item.line : min(item.last, item.line + 3) + 1])
    outer: tuple[int, ...] = source.once(("outer", found.at), lambda: _outer(source, found.at))
    where = Where(found.path, outer, item.line)
    before = text.partition(item.name)[0]
    if "=" not in before:
        yield from _types(sight, found.path, before)
    yield from _bound(sight, where, item.name, text, depth)


def _outer(source: Source, at: int) -> tuple[int, ...]:
    """The definitions that the names in an assignment are read in."""
    line = source.definitions[at].line
    inner = [
        number
        for number, each in enumerate(source.definitions)
        if each.kind in _CALLABLE and each.line <= line <= each.last
    ]
    return around(source, inner[-1]) if inner else around(source, at)[:-1]


def around(source: Source, at: int) -> tuple[int, ...]:
    """A definition and those it stands in, outermost first."""
    found = [at]
    while source.definitions[found[-1]].parent >= 0:
        found.append(source.definitions[found[-1]].parent)
    return tuple(reversed(found))


def _local(sight: Sight, where: Where, name: str, depth: int) -> Iterator[Found]:
    """What parameters and assignments of the functions around say of a name."""
    source = sight.source(where.path)
    if source is None:
        return
    for at in reversed(where.around):
        item = source.definitions[at]
        if item.kind not in _CALLABLE:
            continue
        last = min(item.last, where.row)
        text = "".join(source.rows[item.head : last + 1])
        rest = "".join(source.rows[last + 1 : item.last + 1])
        found = list(_bound(sight, where, name, text, depth, is_last=True))
        found = found or _declared(sight, where.path, name, source.head(at))
        found = found or list(_bound(sight, where, name, rest, depth))
        if found:
            yield from found
            return


def _declared(sight: Sight, path: str, name: str, signature: str) -> list[Found]:
    """The types that a signature gives a parameter."""
    for start, end in occurrences(signature, name):
        annotated = _ANNOTATED.match(signature, end)
        typed = None if annotated else _TYPED_BEFORE.search(signature, max(0, start - 80), start)
        match = annotated or typed or _DEFAULT.match(signature, end)
        found = _types(sight, path, match.group(match.lastindex or 0)) if match else []
        if found:
            return found
    return []


def occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where a text has a name as a word of its own."""
    at = text.find(name)
    size = len(name)
    while at >= 0:
        end = at + size
        if not (at and _is_wordy(text[at - 1])) and not _is_wordy(text[end : end + 1]):
            yield at, end
        at = text.find(name, end)


def _is_wordy(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


class _Binding(NamedTuple):
    """What a name is declared as, and the expression that it has its value from."""

    declared: str
    expression: str


def _bound(
    sight: Sight, where: Where, name: str, text: str, depth: int, *, is_last: bool = False
) -> Iterator[Found]:
    """What the bindings of a name in a text say of it: the first, or the last."""
    bindings = [
        binding
        for start, end in occurrences(text, name)
        if (binding := _binding(text, start, end)) is not None
    ]
    for declared, expression in bindings[-2:][::-1] if is_last else bindings[:2]:
        found = _types(sight, where.path, declared) if declared else []
        yield from found
        # An expression that is the name itself says nothing new of it.
        for chain in alternatives(expression) if expression and not found else ():
            if chain != (name,):
                yield from values(sight, where, chain, depth + 1)


def _binding(text: str, start: int, end: int) -> _Binding | None:
    """How the name at a place is bound there; None where it is only used."""
    assigned = _ASSIGNED.match(text, end)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if "for" in line and _FOR.search(line):
        looped = _OVER.match(text, end)
        return _Binding("", looped.group(1)) if looped else None
    typed = _TYPED_BEFORE.search(line)
    if assigned:
        declared = assigned.group(1) or (typed.group(1) if typed else "")
        return _Binding(declared, assigned.group(2))
    if typed and _ENDS.match(text, end):
        return _Binding(typed.group(1), "")
    if line.endswith(" as "):
        entered = _ENTERED.search(line)
        return _Binding("", entered.group(1)) if entered else None
    return None


# How names are bound, in the languages at hand: `x: T = v`, `x := v`, `for x in v`,
# `with v as x`, `T x`, and as parameters `x: T`, `T x`, `x = T`, `x T`.
_ASSIGNED = re.compile(r"\s*[?!]?(?:\s*:\s*([^=\n]{1,160}?))?\s*:?=(?![=>])\s*([^\n]{1,200})")
_FOR = re.compile(r"\bfor\b[^\n]*\Z")
_OVER = re.compile(r"[^\n]*?(?:\bin\b|\bof\b|:=?)\s*([^\n]{1,160})")
_ENTERED = re.compile(r"([\w.]+(?:\([^\n]*\))?)\s+as\s+\Z")
_ENDS = re.compile(r"\s*[;,):\n]|\Z")
_TYPED_BEFORE = re.compile(r"([A-Z][\w.]*(?:<[^;=(){}\n]*>)?)[\s*&\[\]?.]+\Z")
_ANNOTATED = re.compile(r"\s*[?!]?\s*:\s*((?:[^,()\[\]=]|\[[^\]]*(?:\][^,()]*)?\]|\([^)]*\))+)")
_DEFAULT = re.compile(r"\s*=\s*([A-Z][\w.]*)|\s+([*&\[\]]*[A-Za-z][\w.]*)")
