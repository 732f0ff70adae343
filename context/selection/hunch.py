"""What a name stands for where no type says so: by how it is called and what is read from it.

`request` is likely a `Request`, `db_connection` a `Connection`; what `x.push` and
`x.pop` are read from has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.resolve.paths import folder_of, shared
from context.selection.sight import Found, humps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.selection.sight import Sight

_MOST_TRIED = 5
_MOST_ALIKE = 24
_MOST_FOUND = 2
_SHORTEST = 3
_MOST_MEMBERS = 6
# Who has the very name is who is meant.
_ALIKE = 1.5
# What files of one folder define is theirs without an import.
_FOLDER_IS_PACKAGE = frozenset({"Go"})
_MOST_DEFINERS = 4


def guessed(
    sight: Sight, name: str, read_from_it: frozenset[str], least: int = 0
) -> tuple[Found, ...]:
    """The types that something called `name` is likely of, the likeliest first.

    Those of the very name are alone meant where there are some; any has `least` of
    the members that are read from the thing.
    """
    words = humps(name)
    if not words or len("".join(words)) < _SHORTEST:
        return ()
    table = sight.type_names()
    tried = _by_name(sight, words, table)
    if not tried or tried[0][0] < _ALIKE:
        tried += _by_members(sight, read_from_it)
    else:
        tried = [item for item in tried if humps(item[2]) == words]
    members = sorted(read_from_it)[:_MOST_MEMBERS]
    found: dict[Found, float] = {}
    for likeness, path, type_name in tried:
        for type_ in _types(sight, path, type_name):
            has = sum(bool(sight.inside(type_, each)) for each in members)
            if has >= least:
                found[type_] = likeness + 2.0 * has
    ranked = sorted(found, key=lambda item: (-found[item], item))
    return tuple(item for item in ranked if found[item] > 0)[:_MOST_FOUND]


def _types(sight: Sight, path: str, name: str) -> list[Found]:
    """The first type of a name in a file; a namespace is nothing that a value is of."""
    source = sight.source(path)
    places = source.names.get(name, ())[:1] if source else ()
    kinds = CONTAINERS - {"module"}
    return [Found(path, at) for at in places if source and source.definitions[at].kind in kinds]


def _by_name(
    sight: Sight, words: list[str], table: Mapping[str, list[str]]
) -> list[tuple[float, str, str]]:
    last = words[-1]
    ending = {last, last.removesuffix("s")} if len(last) > _SHORTEST else {last}
    names = dict.fromkeys(name for end in sorted(ending) for name in table.get(end, ()))
    alike = sorted((-_alikeness(words, name), name) for name in names)[:_MOST_ALIKE]
    tried = [
        (_closeness(sight, path) - unlike, path, type_name)
        for unlike, type_name in alike
        for path in sight.index.definers(type_name)[:_MOST_ALIKE]
        if sight.is_kin(path)
    ]
    return sorted(tried, key=lambda item: (-item[0], item[1], item[2]))[:_MOST_TRIED]


def _alikeness(words: list[str], type_name: str) -> float:
    own = humps(type_name)
    return _ALIKE if own == words else 0.3 * len(set(own) & set(words)) / len(own)


def _by_members(sight: Sight, read_from_it: frozenset[str]) -> list[tuple[float, str, str]]:
    """Types that have a method of the names, where few have."""
    tried: dict[tuple[str, str], float] = {}
    for name in sorted(read_from_it, key=lambda name: (-len(name), name))[:3]:
        paths = [path for path in sight.index.definers(name) if sight.is_kin(path)]
        for path in paths if len(paths) <= _MOST_DEFINERS else ():
            source = sight.source(path)
            for at in source.names.get(name, ())[:2] if source else ():
                parent = source.definitions[at].parent if source else -1
                if source and parent >= 0:
                    key = (path, source.definitions[parent].name)
                    tried[key] = tried.get(key, 0.0) + 1.0 / len(paths)
    ranked = sorted(tried, key=lambda key: (-tried[key], key))[:3]
    return [(_closeness(sight, path) - 0.5, path, name) for path, name in ranked]


def _closeness(sight: Sight, path: str) -> float:
    """From 0 to 1: whether it lies near, and is used by many."""
    near = shared(folder_of(path), folder_of(sight.path)) / 10
    used = min(20, len(sight.index.importers.get(path, ()))) / 40
    return min(0.5, near) + used + (0.3 if path in sight.edges(sight.path) else 0.0)


def definers_of(sight: Sight, name: str, most: int) -> list[Found]:
    """The functions and methods of a name, where few files have one."""
    paths = [path for path in sight.index.definers(name) if sight.is_kin(path)]
    if sight.document.facts.language in _FOLDER_IS_PACKAGE:
        here = folder_of(sight.path)
        paths = [path for path in paths if folder_of(path) == here] or paths
    found: list[Found] = []
    for path in paths if len(paths) <= most else ():
        source = sight.source(path)
        found += [Found(path, at) for at in source.names.get(name, ())[:1]] if source else []
    return found
