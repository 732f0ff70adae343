"""What a file shares with others that see its package without importing anything."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from context.facts import CONTAINERS, SCOPES, is_extension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

_FUNCTIONS = SCOPES - CONTAINERS


class Shared(NamedTuple):
    """Names that can be used without naming what they stand in.

    Attributes:
        types: at the top level or in a namespace there, whatever isn't a function.
        functions: likewise.
        methods: functions that are added to types (extensions), each with the type's name.
        fields: likewise what isn't a function.
    """

    types: frozenset[str]
    functions: frozenset[str]
    methods: frozenset[tuple[str, str]]
    fields: frozenset[tuple[str, str]]


NOTHING = Shared(frozenset(), frozenset(), frozenset(), frozenset())


# A changed file makes the tables of its package anew; the others' outlines are the same strings.
@lru_cache(maxsize=16_384)
def shared_names(coded_outline: str) -> Mapping[str, Shared]:
    """The names that a file shares, by the namespaces around them in the file (`A.B`, empty)."""
    rows: list[Any] = json.loads(coded_outline) if coded_outline else []
    found: dict[str, tuple[set[Any], set[Any], set[Any], set[Any]]] = {}
    # The namespace that each row opens to those in it; None for what isn't one.
    spaces: list[str | None] = []
    homes: list[str] = []
    for row in rows:
        name, kind, parent, owner = str(row[0]), str(row[1]), int(row[2]), str(row[3])
        around = "" if parent < 0 else spaces[parent]
        home = homes[parent] if parent >= 0 else ""
        opens = around is not None and kind == "module"
        spaces.append(f"{around}.{name}".lstrip(".") if opens else None)
        homes.append(spaces[-1] or home)
        is_inside = parent >= 0 and is_extension(rows[parent])
        added = owner or (str(rows[parent][3]) if is_inside else "")
        is_function = kind in _FUNCTIONS
        types, functions, methods, fields = found.setdefault(home, (set(), set(), set(), set()))
        if kind not in CONTAINERS and added:
            (methods if is_function else fields).add((name, added))
        elif around is not None and not opens and not owner:
            (functions if is_function else types).add(name)
    return {home: Shared(*map(frozenset, names)) for home, names in found.items() if any(names)}


@lru_cache(maxsize=16_384)
def own_members(coded_outline: str) -> frozenset[str]:
    """The names of what stands in the file's types, extensions left out."""
    rows: list[Any] = json.loads(coded_outline) if coded_outline else []
    within = ((row[0], rows[row[2]]) for row in rows if row[2] >= 0)
    return frozenset(
        name for name, home in within if home[1] in CONTAINERS and not is_extension(home)
    )


def all_shared(facts: FileFacts) -> Shared:
    """The names that a file shares, whatever namespaces they stand in."""
    found = [*shared_names(facts.coded_outline).values()]
    if len(found) == 1:
        return found[0]
    return (
        Shared(*(frozenset().union(*names) for names in zip(*found, strict=True)))
        if found
        else NOTHING
    )


def defines(facts: FileFacts, name: str) -> bool:
    """Whether the file defines `name` at any depth, as fast as a text is searched."""
    return f'["{name}","' in facts.coded_outline


def nests(facts: FileFacts, name: str) -> bool:
    """Whether `name` is a type within one of the file's, which goes before others of that name."""
    rows = (f'["{name}","{kind}",' for kind in ("class", "interface", "enum"))
    return name not in facts.names and any(row in facts.coded_outline for row in rows)
