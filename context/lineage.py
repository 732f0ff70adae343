"""The types in play: what near names inherit from, take, hold and return."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS
from context.text import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from context.facts import Definition
    from context.index import Index

_WORD = re.compile(r"[^\W\d]\w*")
_MOST_STEPS = 16
_DEEPEST = 4


class Kin(NamedTuple):
    """A file with types that a near name leads to.

    Attributes:
        depth: import steps away from the document.
        is_base: whether they are inherited from, not only mentioned in a signature.
    """

    path: str
    names: frozenset[str]
    depth: int
    is_base: bool
    reason: str


class _Step(NamedTuple):
    path: str
    names: frozenset[str]
    depth: int


def lineage(
    index: Index, near: Mapping[str, frozenset[str]], read: Callable[[str], str | None]
) -> Iterator[Kin]:
    """The types that the signatures of `near` (path to names) name, and their bases in turn.

    A class leads on to its bases, their bases and so on; a function or a constant to
    the types of its signature and no further.
    """
    todo = [_Step(path, near[path], 1) for path in near]
    seen: set[tuple[str, str]] = set()
    while todo and len(seen) < _MOST_STEPS:
        step = todo.pop(0)
        for item, words in _signatures(index, step, read):
            if (step.path, item.name) in seen:
                continue
            seen.add((step.path, item.name))
            is_base = item.kind in CONTAINERS
            for kin in _named_by(index, step, item, words, is_base=is_base):
                yield kin
                if is_base and kin.depth < _DEEPEST:
                    todo.append(_Step(kin.path, kin.names, kin.depth))


def _named_by(
    index: Index, step: _Step, item: Definition, words: frozenset[str], *, is_base: bool
) -> Iterator[Kin]:
    """The types among the words of a signature: in its own file, and in those it imports."""
    reason = f"base of `{item.name}`" if is_base else f"in the signature of `{item.name}`"
    own = _types(index, step.path, words - {item.name})
    if own:
        yield Kin(step.path, own, step.depth, is_base, reason)
    for path, taken in index.imports.get(step.path, {}).items():
        found = _types(index, path, words.intersection(taken))
        if found:
            yield Kin(path, found, step.depth + 1, is_base, reason)


def _types(index: Index, path: str, words: frozenset[str]) -> frozenset[str]:
    if not words & index.facts[path].names:
        return frozenset()
    kinds = {item.name: item.kind for item in index.facts[path].definitions if item.parent < 0}
    return frozenset(word for word in words if kinds.get(word) in CONTAINERS)


def _signatures(
    index: Index, step: _Step, read: Callable[[str], str | None]
) -> Iterator[tuple[Definition, frozenset[str]]]:
    """The definitions of a step at the top of their file, with the words of their signatures."""
    facts = index.facts.get(step.path)
    items = [
        item
        for item in (facts.definitions if facts else ())
        if item.parent < 0 and item.name in step.names
    ]
    text = read(step.path) if items else None
    rows = lines(text) if text is not None else []
    for item in items:
        signature = "".join(rows[item.line : item.head + 1])
        yield item, frozenset(_WORD.findall(signature))
