"""Python's imports: absolute, relative, packages, namespace packages, stubs, `src` layouts.

`from package import name` leads to the submodule of that name, else to the module
itself and through what it imports in turn to the file that defines the name. No file
says where `sys.path` begins, so every folder that holds a package
is taken for a place where it may, the importer's own first, then the nearest.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from context.resolve.chase import Step, chase
from context.resolve.family import Family
from context.resolve.paths import ancestors, folder_of, join, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context.facts import FileFacts, Import

_INITS = ("__init__.py", "__init__.pyi")
# `__future__` and its like never lead into the repository.
_STANDARD = sys.stdlib_module_names


class Layout:
    """Where modules lie in a set of files, whatever the files say."""

    __slots__ = ("_nearest", "files", "folders", "packages", "tops")

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        self.folders = frozenset(folder for path in self.files for folder in ancestors(path))
        inits = (folder_of(path) for path in self.files if path.endswith(_INITS))
        self.packages = frozenset(inits) - {""}
        self.tops = _tops(self.files, self.folders, self.packages)
        self._nearest: dict[tuple[str, str], tuple[str, ...]] = {}

    def file_at(self, location: str) -> str | None:
        """The file of the module at `location`, a path without an ending."""
        for ending in ("/__init__.py", ".py", "/__init__.pyi", ".pyi"):
            if location + ending in self.files:
                return location + ending
        return None

    def locate(self, importer: str, item: Import) -> str | None:
        """Where the imported module would lie: a path without an ending; None for elsewhere."""
        parts = item.module.split(".") if item.module else []
        if item.level:
            return _relative(importer, item.level, parts)
        way = "/".join(parts)
        places = [join(root, way) for root in self._roots(importer, parts[0])] if parts else []
        whole = next((place for place in places if self.file_at(place)), None)
        return whole or next((place for place in places if place in self.folders), None)

    def _roots(self, importer: str, top: str) -> tuple[str, ...]:
        """Folders from which `import top` may start, likeliest first."""
        folder = folder_of(importer)
        known = self._nearest.get((folder, top))
        if known is None:
            known = self._nearest[folder, top] = tuple(self._rank(folder, top))
        return known

    def _rank(self, folder: str, top: str) -> Iterable[str]:
        own = self._start(folder)
        tops = self.tops.get(top, ())
        if top in _STANDARD:
            # Other places on the path never come before the standard library.
            return [own] if own in tops else []
        near = sorted(tops, key=lambda root: (root != own, -shared(root, folder), root))
        beside = join(folder, top)
        is_script = folder not in self.packages
        return [folder, *near] if is_script and self._is_module(beside) else near

    def _is_module(self, location: str) -> bool:
        return location in self.folders or self.file_at(location) is not None

    def _start(self, folder: str) -> str:
        """The folder that a package's absolute imports start from: above its topmost package."""
        while folder in self.packages:
            folder = folder_of(folder)
        return folder


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where modules lie in a set of files."""
    return Layout(path for path, item in facts.items() if item.language == "Python")


def _relative(importer: str, level: int, parts: list[str]) -> str | None:
    folder = folder_of(importer)
    for _ in range(level - 1):
        if not folder:
            return None
        folder = folder_of(folder)
    return join(folder, "/".join(parts))


def _tops(
    files: frozenset[str], folders: frozenset[str], packages: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    """Name of a module or package -> the starting folders it lies in."""
    roots = {folder_of(package) for package in packages} - packages | ({"", "src"} & folders)
    found: dict[str, set[str]] = {}
    for place in files | folders - {""}:
        if folder_of(place) in roots:
            top = place.rpartition("/")[2].partition(".")[0]
            found.setdefault(top, set()).add(folder_of(place))
    return {top: tuple(sorted(places)) for top, places in found.items()}


def _awaited(
    before: Layout, after: Layout, files: Mapping[str, FileFacts]
) -> frozenset[str] | None:
    """Names of modules and folders that came or went, and of what starts in other folders now."""
    folders = before.folders ^ after.folders
    if (before.packages ^ after.packages) - folders:
        # What is around a module that was there already is a package now, or none any more.
        return None
    tops = before.tops.keys() | after.tops.keys()
    words = {top for top in tops if before.tops.get(top) != after.tops.get(top)}
    words.update(path.rpartition("/")[2] for path in folders)
    words.update(_module_name(path) for path, item in files.items() if item.language == "Python")
    return frozenset(words - {""})


def _module_name(path: str) -> str:
    inner = folder_of(path) if path.endswith(_INITS) else path
    return inner.rpartition("/")[2].partition(".")[0]


class _Door(NamedTuple):
    """An import by which a file passes a name on: `name` is what it is called at `module`.

    Attributes:
        location: where the module lies, a path without an ending.
        module: its file; None for a folder without one.
    """

    location: str
    module: str | None
    name: str


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_chased", "_doors", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._chased: dict[tuple[str, str], tuple[str, ...]] = {}
        self._doors: dict[str, dict[str, list[_Door]]] = {}

    def chase(self, path: str, name: str) -> tuple[str, ...]:
        """The files that define `name` as importable from `path`: itself, or what it re-exports."""
        key = (path, name)
        if key not in self._chased:
            self._chased[key] = chase(Step(path, name), self.facts, self._onward)
        return self._chased[key]

    def _onward(self, path: str, name: str) -> list[Step]:
        """Where a file that doesn't define a name has it from."""
        doors = self._doors_of(path)
        through = (*doors.get(name, ()), *doors.get("*", ())) if name else ()
        return [step for door in through if (step := self._step(door, name)) is not None]

    def _doors_of(self, path: str) -> dict[str, list[_Door]]:
        """A file's imported names, `*` among them -> where each comes from."""
        known = self._doors.get(path)
        if known is not None:
            return known
        doors = self._doors[path] = {}
        for item in self.facts[path].imports:
            location = self.layout.locate(path, item) if item.names else None
            if location is not None:
                module = self.layout.file_at(location)
                for taken in item.names:
                    doors.setdefault(taken.bound, []).append(_Door(location, module, taken.name))
        return doors

    def _step(self, door: _Door, name: str) -> Step | None:
        name = name if door.name == "*" else door.name
        if _is_folder(door.location, door.module):
            submodule = self.layout.file_at(join(door.location, name))
            if submodule is not None:
                return Step(submodule, "", is_last=True)
        if door.module is None or (door.name == "*" and not self._may_give(door.module, name)):
            return None
        return Step(door.module, name)

    def _may_give(self, path: str, name: str) -> bool:
        """Whether a name that nobody has named may come from a file: most stars lead nowhere."""
        if name in self.facts[path].names:
            return True
        doors = self._doors_of(path)
        return name in doors or "*" in doors


def _is_folder(location: str, module: str | None) -> bool:
    return module is None or module.startswith(location + "/")


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a Python file imports, each with the names it takes from there."""
    found: dict[str, set[str]] = {}
    for item in facts.imports:
        location = tables.layout.locate(facts.path, item)
        if location is None:
            continue
        module = tables.layout.file_at(location)
        if not item.names:
            _take(module, item.used, tables, found)
        for taken in item.names:
            submodule = tables.layout.file_at(join(location, taken.name))
            if taken.name == "*":
                _take(module, _star(facts, module, tables), tables, found)
            elif submodule is not None and _is_folder(location, module):
                _take(submodule, taken.used, tables, found)
            else:
                _take(module, (taken.name,), tables, found)
    return found


def _take(
    module: str | None, names: Iterable[str], tables: Tables, found: dict[str, set[str]]
) -> None:
    """Note that `names` come from `module`, and from whichever file defines them."""
    if module is None:
        return
    own = found.setdefault(module, set())
    for name in names:
        sources = tables.chase(module, name)
        for source in sources:
            found.setdefault(source, set()).add(name)
        if not sources:
            own.add(name)


def _star(facts: FileFacts, module: str | None, tables: Tables) -> list[str]:
    """The words of a file that `from module import *` may have brought in."""
    if module is None or module == facts.path:
        return []
    return sorted(facts.words & _exported(module, tables, set()))


def _exported(module: str, tables: Tables, seen: set[str]) -> set[str]:
    seen.add(module)
    facts = tables.facts[module]
    found = set(facts.names)
    for item in facts.imports:
        found.update(taken.bound for taken in item.names if taken.name != "*")
        if any(taken.name == "*" for taken in item.names):
            location = tables.layout.locate(module, item)
            inner = tables.layout.file_at(location) if location is not None else None
            if inner is not None and inner not in seen:
                found |= _exported(inner, tables, seen)
    return found


FAMILY = Family(
    frozenset({"Python"}), layout, Tables, targets, reads_manifests=False, awaited=_awaited
)
