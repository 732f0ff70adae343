"""Rust's imports: modules declared by `mod`, `use` and paths, crates of the workspace.

A file's place in its crate follows from its path; whoever declares it is looked for
among the few files that may. A path leads through modules, through what they pass on,
and into other crates of the repository, to the file that defines the name. Where
nothing in the last module explains a name, the module's own file stands for it.
"""

from __future__ import annotations

import re
from collections import ChainMap
from typing import TYPE_CHECKING, NamedTuple

from context.resolve.cargo import packages
from context.resolve.family import Family
from context.resolve.paths import ancestors, folder_of, join, normal
from context.spelling.rust import MACRO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from context.facts import FileFacts, Name
    from context.resolve.cargo import Package

# Files that start a crate without being named anywhere.
_STARTS = re.compile(
    r"(?:src/(?:lib|main)|build|(?:src/bin|tests|examples|benches)/(?:[^/]+|[^/]+/main))\.rs"
)
_DOORS = ("mod.rs", "lib.rs", "main.rs")
# Nobody passes a name on more often, and each step is a call inside a call.
_FARTHEST = 40


class Layout:
    """Where crates start and which package a file is of, whatever the files say."""

    __slots__ = ("_libraries", "_owners", "_packages", "files", "starts")

    def __init__(self, facts: Mapping[str, FileFacts]) -> None:
        self.files = frozenset(path for path in facts if facts[path].language == "Rust")
        self._packages = packages(facts) if self.files else {}
        self._owners: dict[str, Package | None] = {}
        self._libraries: dict[str, str] = {}
        for package in self._packages.values():
            if package.library in self.files:
                self._libraries.setdefault(package.crate, package.library)
        self.starts: dict[str, list[str]] = {}
        for path in sorted(self.files):
            if self.is_start(path):
                self.starts.setdefault(folder_of(path), []).append(path)

    def package_of(self, path: str) -> Package | None:
        """The package that a file belongs to: that of the nearest manifest above."""
        folder = folder_of(path)
        if folder not in self._owners:
            above = (each for each in ancestors(path) if each in self._packages)
            self._owners[folder] = next((self._packages[each] for each in above), None)
        return self._owners[folder]

    def is_start(self, path: str) -> bool:
        """Whether a crate may start with this file."""
        package = self.package_of(path)
        if package is None:
            return path.endswith(("lib.rs", "main.rs"))
        place = path[len(package.folder) :].lstrip("/")
        known = path == package.library or path in package.starts
        return known or _STARTS.fullmatch(place) is not None

    def crate(self, importer: str, name: str) -> str | None:
        """The first file of the crate that `name` means in `importer`; None for one elsewhere."""
        package = self.package_of(importer)
        if package is not None and name != package.crate:
            # What is no dependency is from elsewhere, though it be called the same.
            name = package.dependencies.get(name, "")
        return self._libraries.get(name)


class Place(NamedTuple):
    """Where a path leads: a file, and what is defined there; no name is the module itself."""

    path: str
    name: str = ""
    is_found: bool = True

    @property
    def is_module(self) -> bool:
        """Whether names can be taken from it: a file, or a module written out in one."""
        return not self.name or self.name[0].islower()


class Scope(NamedTuple):
    """What a file brings into its module: other modules, names with their paths, and globs."""

    modules: Mapping[str, str]
    names: Mapping[str, tuple[tuple[str, ...], ...]]
    globs: tuple[tuple[str, ...], ...]


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_entered", "_followed", "_macros", "_parents", "_scopes", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._scopes: dict[str, Scope] = {}
        self._parents: dict[str, str | None] = {}
        self._macros: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._followed: dict[tuple[str, tuple[str, ...]], list[Place]] = {}
        self._entered: dict[tuple[Place, str], list[Place]] = {}

    def follow(self, path: str, way: tuple[str, ...]) -> list[Place]:
        """Where a path that is written in `path` leads."""
        key = (path, way)
        if key not in self._followed:
            self._followed[key] = _Walk(self).follow(path, way)
        return self._followed[key]

    def enter(self, doors: list[Place], name: str) -> list[Place]:
        """Where a name leads that is taken from modules; other files take the same one."""
        found: list[Place] = []
        for door in doors:
            key = (door, name)
            if key not in self._entered:
                self._entered[key] = _Walk(self).enter([door], name)
            found += self._entered[key]
        return [place for place in found if place.is_found] or found

    def scope(self, path: str) -> Scope:
        """What the file's module sees besides its own definitions."""
        known = self._scopes.get(path)
        if known is None:
            known = self._scopes[path] = _scope(self.facts[path], self.layout.files)
        return known

    def parent(self, path: str) -> str | None:
        """The file that declares this one's module; None for a crate's first file."""
        if path not in self._parents:
            self._parents[path] = None
            near = [each for each in self._above(path) if each != path and each in self.facts]
            declaring = (each for each in near if path in self.scope(each).modules.values())
            likely = near[0] if near and not self.layout.is_start(path) else None
            self._parents[path] = next(declaring, likely)
        return self._parents[path]

    def _above(self, path: str) -> Iterator[str]:
        folder, _, name = path.rpartition("/")
        if name == "mod.rs":
            folder = folder_of(folder)
        yield from (join(folder, door) for door in _DOORS)
        yield folder + ".rs"
        yield from self.layout.starts.get(folder, ())
        # A module that is written out has a folder for its modules and no file.
        while folder:
            folder = folder_of(folder)
            yield from (join(folder, door) for door in _DOORS)

    def root(self, path: str) -> str:
        """The first file of the crate that a file is of."""
        seen = {path}
        above = self.parent(path)
        while above is not None and above not in seen:
            seen.add(above)
            path, above = above, self.parent(above)
        return path

    def macros(self, path: str) -> Mapping[str, tuple[str, ...]]:
        """Name -> the files of a file's package that define it; what a macro needs no path for."""
        package = self.layout.package_of(path)
        folder = package.folder if package else ""
        if folder not in self._macros:
            found: dict[str, list[str]] = {}
            for each in sorted(self.layout.files):
                if not folder or each.startswith(folder + "/"):
                    for name in self.facts[each].names:
                        found.setdefault(name, []).append(each)
            self._macros[folder] = {name: tuple(paths) for name, paths in found.items()}
        return self._macros[folder]


def _scope(facts: FileFacts, files: frozenset[str]) -> Scope:
    modules: dict[str, str] = {}
    names: dict[str, list[tuple[str, ...]]] = {}
    globs: list[tuple[str, ...]] = []
    for item in facts.imports:
        if item.module.startswith("./"):
            path = _declared(facts.path, item.module[2:], files)
            if path is not None and item.alias:
                modules.setdefault(item.alias, path)
        elif item.exported:
            module = tuple(item.module.split("::")) if item.module else ()
            for taken in item.names:
                if taken.name == "*":
                    globs.append(module)
                else:
                    names.setdefault(taken.bound, []).append((*module, taken.name))
    return Scope(modules, {name: tuple(ways) for name, ways in names.items()}, tuple(globs))


def _declared(importer: str, place: str, files: frozenset[str]) -> str | None:
    """The file of a module that `importer` declares."""
    folder, _, name = importer.rpartition("/")
    if place.endswith(".rs"):
        path = normal(join(folder, place))
        return path if path in files else None
    own = folder if name in _DOORS else join(folder, name.removesuffix(".rs"))
    # A crate's first file may have any name; its modules lie beside it.
    for start in (own, folder):
        for ending in (".rs", "/mod.rs"):
            if join(start, place) + ending in files:
                return join(start, place) + ending
    return None


class _Walk:
    """One question, which asks no file for a name twice: modules may take from each other."""

    __slots__ = ("known", "tables")

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.known: dict[tuple[str, str], list[Place]] = {}

    def follow(self, path: str, way: tuple[str, ...], depth: int = 0) -> list[Place]:
        """Where a path that is written in `path` leads."""
        if not way or depth > _FARTHEST:
            return []
        places = self._first(path, way[0], depth)
        for part in way[1:]:
            places = self.enter(places, part, depth)
        return places

    def enter(self, places: list[Place], part: str, depth: int = 0) -> list[Place]:
        """Where the next part of a path leads from where the parts before it have led."""
        following = [each for place in places for each in self._next(place, part, depth)]
        return [each for each in following if each.is_found] or following

    def _first(self, path: str, part: str, depth: int) -> list[Place]:
        if part == "self":
            return [Place(path)]
        if part == "crate":
            return [Place(self.tables.root(path))]
        if part == "super":
            above = self.tables.parent(path)
            return [Place(above)] if above else []
        found = self.look(path, part, depth)
        crate = self.tables.layout.crate(path, part)
        if not found and crate is not None:
            found = [Place(crate)]
        package = self.tables.layout.package_of(path)
        if not found and package is not None and package.is_2015:
            found = self.look(self.tables.root(path), part, depth)
        return found

    def _next(self, place: Place, part: str, depth: int) -> list[Place]:
        if not place.is_found:
            return [place]
        if part == "super":
            above = self.tables.parent(place.path)
            return [Place(above)] if above else []
        if not place.is_module:
            # A type's own: it comes with the type.
            return [place]
        return self.look(place.path, part, depth) or [Place(place.path, part, is_found=False)]

    def look(self, path: str, name: str, depth: int) -> list[Place]:
        """Where a module has a name from: itself, its modules, or what it takes from others."""
        key = (path, name)
        if key not in self.known:
            # What is still being looked for isn't there.
            self.known[key] = []
            self.known[key] = self._look(path, name, depth)
        return self.known[key]

    def _look(self, path: str, name: str, depth: int) -> list[Place]:
        scope = self.tables.scope(path)
        # A module and a function may have the same name; what follows tells which is meant.
        found = [Place(scope.modules[name])] if name in scope.modules else []
        if name in self.tables.facts[path].names:
            return [*found, Place(path, name)]
        taken = [
            each for way in scope.names.get(name, ()) for each in self.follow(path, way, depth + 1)
        ]
        # What a macro defines isn't seen; it stands where the name is taken from.
        found += [each for each in taken if each.is_found] or taken
        return found or [
            each
            for way in scope.globs
            for place in self.follow(path, way, depth + 1)
            if place.is_module
            for each in self.look(place.path, name, depth + 1)
        ]


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a Rust file imports, each with the names it takes from there."""
    path = facts.path
    if tables.facts.get(path) is not facts:
        # A text that isn't the index's: its own scope is what it says itself.
        tables = Tables(ChainMap({path: facts}, {**tables.facts}), tables.layout)
    found: dict[str, set[str]] = {}
    for item in facts.imports:
        if item.module.startswith("./"):
            declared = _declared(path, item.module[2:], tables.layout.files)
            if declared is not None:
                found.setdefault(declared, set())
            continue
        way = tuple(item.module.split("::")) if item.module else ()
        doors = tables.follow(path, way) if way else []
        for taken in item.names:
            if taken.bound == MACRO and not way:
                _take_macro(path, taken.name, tables, found)
            elif taken.name == "*":
                _take_all(facts, doors, tables, found)
            elif way:
                _take(doors, taken, tables, found)
            else:
                _note(tables.follow(path, (taken.name,)), tables, found)
    return found


def _take(doors: list[Place], taken: Name, tables: Tables, found: dict[str, set[str]]) -> None:
    """Note where a name leads that is taken from the modules `doors`, and who passes it on."""
    places = tables.enter(doors, taken.name)
    if not taken.bound:
        # What is called where it stands is no module, though one may have the same name.
        places = [place for place in places if place.name] or places
    _note(places, tables, found)
    for door in doors:
        if not door.name and any(place.name and place.path != door.path for place in places):
            found.setdefault(door.path, set()).add(taken.name)


def _note(places: list[Place], tables: Tables, found: dict[str, set[str]]) -> None:
    for place in places:
        sources: tuple[str, ...] = (place.path,)
        if not place.is_found:
            # An exported macro stands at the crate's root, wherever it is defined.
            root = tables.root(place.path)
            known = tables.macros(place.path).get(place.name, ())
            own = tuple(each for each in known if tables.root(each) == root)
            sources = own if len(own) == 1 else (place.path,)
        for source in sources:
            found.setdefault(source, set()).update({place.name} - {""})


def _take_macro(path: str, name: str, tables: Tables, found: dict[str, set[str]]) -> None:
    """Note which file of the same crate has a macro that is used without a path."""
    if name in tables.facts[path].names:
        return
    places = _Walk(tables).look(path, name, 0)
    crate = tables.root(path)
    known = tables.macros(path).get(name, ())
    others = [each for each in known if tables.root(each) == crate]
    for each in [place.path for place in places] or others:
        found.setdefault(each, set()).add(name)


def _take_all(
    facts: FileFacts, doors: list[Place], tables: Tables, found: dict[str, set[str]]
) -> None:
    """Note where the words of a file come from that a glob may have brought in."""
    for place in doors:
        own = found.setdefault(place.path, set())
        if not place.is_module:
            own.add(place.name)
            continue
        for name in sorted((facts.words & _exported(place.path, tables)) - {place.name}):
            for source in tables.enter([Place(place.path)], name):
                # What the module itself has from elsewhere isn't the repository's.
                if source.is_found or source.path != place.path:
                    found.setdefault(source.path, set()).update({source.name} - {""})
                    own.update({name} if source.path != place.path else ())


def _exported(path: str, tables: Tables) -> set[str]:
    """Every name that a module has, its own and what it takes from others."""
    found: set[str] = set()
    seen = [path]
    for each in seen:
        scope = tables.scope(each)
        found.update(tables.facts[each].names, scope.names, scope.modules)
        doors = [place for way in scope.globs for place in tables.follow(each, way)]
        following = dict.fromkeys(door.path for door in doors if door.is_module)
        if len(seen) < _FARTHEST:
            seen += [door for door in following if door not in seen]
    return found


FAMILY = Family(frozenset({"Rust"}), Layout, Tables, targets, is_by_word=True)
