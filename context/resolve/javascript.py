"""JavaScript's and TypeScript's imports: relative, by `tsconfig.json`, by workspace package.

Endings are guessed as bundlers do, `index` files stand for their folder, and
`./x.js` may be written for `x.ts`. A name taken from a file that passes it on
(`export * from`) leads to the file that defines it as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve.chase import Step, chase
from context.resolve.family import Family
from context.resolve.manifests import Project, projects
from context.resolve.npm import Workspace, workspaces
from context.resolve.paths import ancestors, folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from context.facts import FileFacts, Import

LANGUAGES = frozenset({"JavaScript", "JSX", "Svelte", "TypeScript", "Vue"})
_ENDINGS = (
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".mts",
    ".cts",
    ".vue",
    ".svelte",
)
# Found where a folder or a package is named.
_UNNAMED = frozenset({"index", "main", ""})
_WRITTEN_FOR = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}


class Door(NamedTuple):
    """What a file passes on: name here -> modules and names there; modules with all their names."""

    names: Mapping[str, list[tuple[str, str]]]
    stars: list[str]


class Layout(NamedTuple):
    """What the manifests say: folder -> project, package name -> workspace package."""

    projects: Mapping[str, Project]
    workspaces: Mapping[str, Workspace]


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where modules lie in a set of files."""
    return Layout(projects(facts), workspaces(facts))


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_chased", "_doors", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._chased: dict[tuple[str, str], tuple[str, ...]] = {}
        self._doors: dict[str, Door] = {}

    def file_at(self, location: str | None) -> str | None:
        """The file that an import of `location` reads: as it is, by ending, or a folder's index."""
        if location is None:
            return None
        return next((path for path in _guesses(location) if path in self.facts), None)

    def resolve(self, importer: str, module: str) -> str | None:
        """The file that `module`, as written in `importer`, stands for; None for elsewhere."""
        # Bundlers take a question mark for how to read the file.
        named = module.partition("?")[0]
        if named.startswith("."):
            return self.file_at(normal(join(folder_of(importer), named)))
        if named.startswith("#"):
            return self._short(importer, named)
        return self._mapped(importer, named) or self._package(named)

    def _mapped(self, importer: str, module: str) -> str | None:
        folder = folder_of(importer)
        while folder not in self.layout.projects:
            if not folder:
                return None
            folder = folder_of(folder)
        return self._first(self.layout.projects[folder].places(module))

    def _package(self, module: str) -> str | None:
        parts = module.split("/")
        name = "/".join(parts[:2]) if module.startswith("@") else parts[0]
        package = self.layout.workspaces.get(name)
        if package is None:
            return None
        return self._first(package.places(module[len(name) + 1 :]))

    def _short(self, importer: str, module: str) -> str | None:
        """What the package that the importer lies in means by `#x`."""
        folders = ancestors(importer)
        own = (each for each in self.layout.workspaces.values() if each.folder in folders)
        package = max(own, key=lambda each: len(each.folder), default=None)
        return self._first(package.short(module)) if package else None

    def _first(self, places: Iterable[str]) -> str | None:
        return next((found for found in map(self.file_at, places) if found), None)

    def chase(self, path: str, name: str) -> tuple[str, ...]:
        """The files that define `name` as exported by `path`, through what it passes on."""
        key = (path, name)
        if key not in self._chased:
            self._chased[key] = chase(Step(path, name), self.facts, self._onward)
        return self._chased[key]

    def _onward(self, path: str, name: str) -> list[Step]:
        """Whose names a file passes on; what it names it has, whatever a parser saw there."""
        door = self._doors.get(path)
        if door is None:
            door = self._doors[path] = _door(self.facts[path])
        known = [(module, taken, True) for module, taken in door.names.get(name, ())]
        if name:
            known += [(module, name, False) for module in door.stars]
        return [
            Step(source, taken, is_last)
            for module, taken, is_last in known
            if (source := self.resolve(path, module))
        ]


def _door(facts: FileFacts) -> Door:
    """What a file has from others: what it imports and another takes from it is passed on."""
    names: dict[str, list[tuple[str, str]]] = {}
    stars: list[str] = []
    for item in facts.imports:
        for taken in item.names:
            if taken.bound != "*":
                # A name for a whole module leads to that module, whatever it defines.
                inner = "" if taken.name == "*" else taken.name
                names.setdefault(taken.bound, []).append((item.module, inner))
            elif item.exported:
                stars.append(item.module)
    return Door(names, stars)


def _guesses(location: str) -> Iterator[str]:
    yield location
    stem, dot, ending = location.rpartition(".")
    for other in _WRITTEN_FOR.get(dot + ending, ()):
        yield stem + other
    for end in _ENDINGS:
        yield location + end
    for end in _ENDINGS:
        yield join(location, "index" + end)


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a JavaScript or TypeScript file imports, each with the names it takes."""
    found: dict[str, set[str]] = {}
    for item in facts.imports:
        target = tables.resolve(facts.path, item.module)
        if target is None:
            continue
        own = found.setdefault(target, set())
        names = _wanted(item, tables.facts[target])
        for name in names:
            sources = tables.chase(target, name)
            for source in sources:
                found.setdefault(source, set()).add(name)
            if not sources:
                own.add(name)
    return found


def _wanted(item: Import, target: FileFacts) -> set[str]:
    """What an import takes from a file; a default export goes by the name it gets if it has it."""
    names = {
        taken.bound if taken.name == "default" and taken.bound in target.names else taken.name
        for taken in item.names
        if taken.name != "*"
    }
    if item.alias and (item.alias in target.names or not item.used):
        # CommonJS: `const Box = require("./box")` is most often a class of that name.
        names.add(item.alias)
    return names | set(item.used)


def _awaited(
    before: Layout, after: Layout, files: Mapping[str, FileFacts]
) -> frozenset[str] | None:
    """What the files are called, as those who import them have to; not so what manifests name."""
    names = {path.rpartition("/")[2].partition(".")[0] for path in files}
    if before != after or not names.isdisjoint(_UNNAMED):
        return None
    said = repr(after)
    return None if any(name in said for name in names) else frozenset(names)


FAMILY = Family(LANGUAGES, layout, Tables, targets, awaited=_awaited)
