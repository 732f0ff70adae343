"""C#'s namespaces: a file sees its own, those around it, and those that it is `using`.

A namespace is what files declare, wherever they lie; a type may be defined in
several files (`partial`), and all of them count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve.family import Family
from context.resolve.packages import (
    Layout,
    Sight,
    Tables,
    Uses,
    gather,
    passed_on,
    take,
    take_words,
)
from context.resolve.paths import ancestors, folder_of
from context.resolve.sides import side_of
from context.shared import NOTHING, defines, shared_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from context.facts import FileFacts, Import
    from context.resolve.packages import Found
    from context.shared import Shared

LANGUAGES = frozenset({"C#"})
_PROJECT = ".csproj"


class _Asker(NamedTuple):
    """A file whose edges are looked for, and what has been found of them."""

    facts: FileFacts
    tables: Tables
    around: tuple[str, ...]
    uses: Uses
    found: Found


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Which files make up which namespace, and where projects lie."""
    files = gather(facts, LANGUAGES, lambda item: [*item.package.split(), ""])
    projects = frozenset(folder_of(path) for path in facts if path.endswith(_PROJECT))
    return Layout(files, projects)


def tables(facts: Mapping[str, FileFacts], layout: Layout) -> Tables:
    """A layout with the facts of one moment."""
    return Tables(facts, layout, _SIGHT)


def _share(facts: FileFacts, namespace: str) -> Shared:
    """What a file has in a namespace; where that has no braces, whatever is in no other."""
    by_namespace = shared_names(facts.coded_outline)
    own = facts.package.split()
    bare = next((name for name in own if name not in by_namespace), "")
    return by_namespace.get("" if namespace == bare else namespace or "-", NOTHING)


def _choose(layout: Layout, importer: str, paths: Sequence[str], is_named: bool) -> Sequence[str]:  # noqa: FBT001 -- as `Sight` has it
    """Definers in the importer's project, where there are some; tests are for tests."""
    if not side_of(folder_of(importer)).is_test:
        shown = [path for path in paths if not side_of(folder_of(path)).is_test]
        paths = shown or (paths if is_named else ())
    if len(paths) > 1 and layout.projects:
        own = _project(layout, importer)
        paths = [path for path in paths if _project(layout, path) == own] or paths
    return paths


def _project(layout: Layout, path: str) -> str | None:
    return next((folder for folder in ancestors(path) if folder in layout.projects), None)


def targets(facts: FileFacts, tables: Tables) -> Found:
    """The files whose types a file uses, each with the names it uses of them."""
    imports = facts.imports
    within = [item.used for item in imports if not item.names]
    bound = (name.bound for item in imports for name in item.names)
    uses = _uses(facts, within[0] if within else None).without(bound)
    asker = _Asker(facts, tables, _around(facts.package), uses, {})
    seen = dict.fromkeys(asker.around)
    for item in imports:
        if item.names:
            seen.update(dict.fromkeys(_take_using(asker, item, is_own=True)))
    for item in _global(facts, tables):
        seen.update(dict.fromkeys(_take_using(asker, item, is_own=False)))
    for name in within[0] if within else ():
        if "." in name[1:]:
            _take_in_full(asker, name)
    for namespace in seen:
        take_words(asker.found, facts, uses, tables.package(namespace), tables)
    return asker.found


def _uses(facts: FileFacts, within: Sequence[str] | None) -> Uses:
    """What the file uses of what it sees; `Product Product` names a member after its type."""
    if within is None:
        # Nothing is known of a text in which the parser was lost but its words.
        return Uses(facts.words, frozenset(), frozenset(), frozenset())
    words = {name for name in within if name[-1].isalnum() and "." not in name}
    alone = (name[:-1] for name in within if name[-1] == "?")
    words.update(name for name in alone if not defines(facts, name) or name in facts.names)
    methods = frozenset(name[1:-1] for name in within if name[-1] == "(")
    return Uses(frozenset(words), frozenset(), methods, frozenset())


def _around(package: str) -> tuple[str, ...]:
    """The namespaces whose names a file sees by where it stands, the innermost first."""
    found: list[str] = []
    for namespace in reversed(package.split()):
        parts = namespace.split(".")
        found += [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return (*dict.fromkeys(found), "")


def _global(facts: FileFacts, tables: Tables) -> list[Import]:
    """What `global using` in the file's project brings in."""
    known: dict[str | None, list[Import]] | None = tables.notes.get("global")
    if known is None:
        by_project: dict[str | None, list[str]] = {}
        for path in tables.layout.files.get("", ()):
            by_project.setdefault(_project(tables.layout, path), []).append(path)
        known = {key: passed_on(paths, tables.facts) for key, paths in by_project.items()}
        tables.notes["global"] = known
    return known.get(_project(tables.layout, facts.path), [])


def _take_using(asker: _Asker, item: Import, *, is_own: bool) -> Iterable[str]:
    """Note what a directive names; give the namespaces whose names it brings in."""
    name = item.names[0]
    target = item.module if name.name == "*" else f"{item.module}.{name.name}".lstrip(".")
    for full in _readings(asker, target):
        if full in asker.tables.layout.files:
            return (full,)
        paths, defined = asker.tables.find(full, asker.uses.words)
        if paths:
            _take_type(asker, paths, defined if is_own else "", is_static=name.name == "*")
            break
    return ()


def _take_type(asker: _Asker, paths: Sequence[str], name: str, *, is_static: bool) -> None:
    """Note a type; if its members can be used by their bare names, those that are."""
    path = asker.facts.path
    if name:
        take(asker.found, path, paths, name, asker.tables)
    for place in paths if is_static else ():
        for member in asker.uses.words & asker.tables.members(place):
            take(asker.found, path, (place,), member, asker.tables)


def _take_in_full(asker: _Asker, dotted: str) -> None:
    """Note a type that is named with its namespace, or with the end of it."""
    for full in _readings(asker, dotted):
        paths, name = asker.tables.find(full, asker.uses.words)
        if paths:
            take(asker.found, asker.facts.path, paths, name, asker.tables)
            return


def _readings(asker: _Asker, dotted: str) -> Iterable[str]:
    """What a dotted name may stand for in full; nothing where no namespace starts like it."""
    known = asker.tables.notes.get("starts")
    if known is None:
        spaces = asker.tables.layout.files
        known = {start for space in spaces for start in _around(space)} - {""}
        asker.tables.notes["starts"] = known
    head = dotted.partition(".")[0]
    for space in ("", *asker.around[:-1]):
        if (f"{space}.{head}" if space else head) in known:
            yield f"{space}.{dotted}" if space else dotted


_SIGHT = Sight(_share, _choose)
FAMILY = Family(LANGUAGES, layout, tables, targets, is_by_word=True, reads_manifests=False)
