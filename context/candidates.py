"""Which files bear on a place in a document, how much, and for which of their names."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.lineage import lineage
from context.resolve.javascript import LANGUAGES as SCRIPTS
from context.resolve.paths import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from context.facts import Definition, FileFacts
    from context.index import Index
    from context.resolve import Edges
    from context.scope import Use
    from context.types import Snapshot

# A name that more files define says little about which of them is meant.
_MOST_DEFINERS = 3
_SHORTEST_NAME = 4
_MOST_IMPORTERS = 3
_MOST_NEIGHBOURS = 8
_MOST_DEEPER = 40
_DOORS = ("__init__.py", "__init__.pyi", "index.ts", "index.js")

IMPORTED = "imported"
NAMED = "named"
DEEPER = "deeper"
IMPORTER = "importer"
SIBLING = "sibling"
NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that bears on the place.

    Attributes:
        how: what leads to it; decides which forms it may take.
        names: what of it is wanted.
        score: higher is more relevant.
        is_near: whether one of the names stands near the cursor.
    """

    path: str
    how: str
    names: frozenset[str]
    reason: str
    depth: int | None
    score: float
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What is asked about: a document, its facts and imports, and what surrounds the cursor."""

    snapshot: Snapshot
    facts: FileFacts
    edges: Edges
    around: tuple[Definition, ...]
    near: Mapping[str, Use]


def candidates(
    index: Index, place: Place, read: Callable[[str], str | None]
) -> tuple[Candidate, ...]:
    """Every file worth a thought, the most relevant first, ties by path; each file once."""
    best: dict[str, Candidate] = {}
    for item in _all(index, place, read):
        known = best.get(item.path)
        if item.path == place.snapshot.path or item.path not in index.facts:
            continue
        if known is None or item.score > known.score:
            names = item.names | known.names if known and known.how == item.how else item.names
            best[item.path] = _with_names(item, names)
        elif known.how in {IMPORTED, NAMED}:
            best[item.path] = _with_names(known, known.names | item.names)
    alone = not best
    for item in _neighbours(index, place):
        if alone or item.how == SIBLING:
            best.setdefault(item.path, item)
    return tuple(sorted(best.values(), key=lambda item: (-item.score, item.path)))


def _with_names(item: Candidate, names: frozenset[str]) -> Candidate:
    if names == item.names:
        return item
    return Candidate(item.path, item.how, names, item.reason, item.depth, item.score, item.is_near)


def _all(index: Index, place: Place, read: Callable[[str], str | None]) -> Iterator[Candidate]:
    direct = list(_imported(place))
    yield from direct
    yield from _in_play(index, direct, place, read)
    yield from _named(index, place)
    yield from _importers(index, place)
    yield from _deeper(index, direct)


def _in_play(
    index: Index, direct: list[Candidate], place: Place, read: Callable[[str], str | None]
) -> Iterator[Candidate]:
    near = {item.path: item.names & place.near.keys() for item in direct if item.is_near}
    for kin in lineage(index, near, read):
        score = (2.5 if kin.is_base else 1.5) - kin.depth / 10
        how = IMPORTED if kin.depth == 1 else NAMED
        yield Candidate(kin.path, how, kin.names, kin.reason, kin.depth, score)


def _imported(place: Place) -> Iterator[Candidate]:
    called = {taken.name: taken.bound for item in place.facts.imports for taken in item.names}
    for path, names in place.edges.items():
        if not names and path.endswith(_DOORS):
            # What it passes on is found where it is defined.
            continue
        uses = [place.near.get(called.get(name, name)) or place.near.get(name) for name in names]
        weight = max((use.weight for use in uses if use), default=0.0)
        reason = _listing("imported here", names)
        score = (3.0 + weight if weight else 2.0) if names else 0.5
        yield Candidate(path, IMPORTED, frozenset(names), reason, 1, score, weight > 0)


def _listing(what: str, names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 -- as above
    return f"{what}: {shown}{more}" if names else what


def _named(index: Index, place: Place) -> Iterator[Candidate]:
    """Files that define a name near the cursor which nothing imports."""
    own = {item.name for item in place.facts.definitions}
    taken = {name.bound for item in place.facts.imports for name in item.names}
    for name, use in place.near.items():
        if len(name) < _SHORTEST_NAME or name in own or name in taken or hasattr(builtins, name):
            continue
        paths = _definers(index, place, name, use)
        for path in paths:
            beside = folder_of(path) == folder_of(place.snapshot.path)
            score = 1.0 + use.weight / len(paths) + (0.5 if use.is_bare else 0.0) + beside
            reason = f"defines `{name}`, used near the cursor"
            yield Candidate(path, NAMED, frozenset({name}), reason, None, score, is_near=True)


def _definers(index: Index, place: Place, name: str, use: Use) -> list[str]:
    """Where a name that isn't imported is likely defined; empty where nobody can tell.

    A bare name is somebody's top-level definition, which is about to be imported; in
    Go it is the package's own. What follows a dot is a method, if few have that name.
    """
    here = folder_of(place.snapshot.path)
    paths = [
        path
        for path in index.definers(name)
        if _kin(index.facts[path].language, place.snapshot.language)
        and (not _is_aside(path) or _is_aside(place.snapshot.path))
    ]
    if place.snapshot.language == "Go":
        beside = [path for path in paths if folder_of(path) == here]
        paths = beside or paths
    elif use.is_bare and (use.is_called or name[0].isupper()):
        paths = [path for path in paths if name in index.facts[path].names]
    elif not use.is_called:
        return []
    return paths if len(paths) <= _MOST_DEFINERS else []


def _is_aside(path: str) -> bool:
    """Whether a file is no place from which other code takes its names."""
    return "test" in path or "vendor" in path or "third_party" in path


def _kin(left: str, right: str) -> bool:
    return left == right or (left in SCRIPTS and right in SCRIPTS)


def _importers(index: Index, place: Place) -> Iterator[Candidate]:
    """Files that use what the cursor stands in."""
    path = place.snapshot.path
    own = {item.name for item in place.around}
    users = [
        (importer, own.intersection(index.imports[importer].get(path, ())))
        for importer in index.importers.get(path, ())
    ]
    for importer, names in [user for user in users if user[1]][:_MOST_IMPORTERS]:
        reason = _listing("uses from this file", tuple(sorted(names)))
        yield Candidate(importer, IMPORTER, frozenset(names), reason, None, 0.8)


def _deeper(index: Index, direct: list[Candidate]) -> Iterator[Candidate]:
    """What the direct imports import in turn."""
    ranked = sorted(direct, key=lambda item: (-item.score, item.path))
    count = 0
    for item in ranked:
        for path, names in index.imports.get(item.path, {}).items():
            if names and count < _MOST_DEEPER:
                count += 1
                reason = f"imported by {item.path}"
                score = 0.1 * item.score
                yield Candidate(path, DEEPER, frozenset(names), reason, 2, score)


def _neighbours(index: Index, place: Place) -> Iterator[Candidate]:
    """Files of the same language in the same folder.

    Those with definitions are shown by name where there is room; others, of which
    nothing is known, by their first lines where nothing else is known either.
    """
    here, name = folder_of(place.snapshot.path), place.snapshot.path.rpartition("/")[2]
    ending = name.rpartition(".")[2]
    beside = [
        path
        for path in index.folders.get(here, ())
        if _kin(index.facts[path].language, place.snapshot.language)
        and path.rpartition(".")[2] == ending
        and path != place.snapshot.path
    ]
    # The next files by name are likelier kin than the first of a folder of hundreds.
    beside.sort(key=lambda path: (path.rpartition("/")[2] < name, path))
    for step, path in enumerate(beside[:_MOST_NEIGHBOURS]):
        names, score = index.facts[path].names, 0.05 - step / 1000
        how = SIBLING if names else NEIGHBOUR
        yield Candidate(path, how, names, "in the same folder", None, score)
