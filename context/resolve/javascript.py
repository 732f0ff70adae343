"""JavaScript's and TypeScript's imports: relative, by `tsconfig.json`, by workspace package.

Endings are guessed as bundlers do, `index` files stand for their folder, and
`./x.js` may be written for `x.ts`. A name taken from a file that passes it on
(`export * from`) leads to the file that defines it as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve.chase import Step, chase
from context.resolve.family import Family
from context.resolve.manifests import Project, Workspace, projects, workspaces
from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from context.facts import FileFacts, Import

LANGUAGES = frozenset({"JavaScript", "JSX", "TypeScript"})
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
_WRITTEN_FOR = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_ENTRIES = ("src/index", "index", "src/main", "lib/index")


class Layout(NamedTuple):
    """What the manifests say: folder -> project, package name -> workspace package."""

    projects: Mapping[str, Project]
    workspaces: Mapping[str, Workspace]


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where modules lie in a set of files."""
    return Layout(projects(facts), workspaces(facts))


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_chased", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._chased: dict[tuple[str, str], tuple[str, ...]] = {}

    def file_at(self, location: str | None) -> str | None:
        """The file that an import of `location` reads: as it is, by ending, or a folder's index."""
        if location is None:
            return None
        return next((path for path in _guesses(location) if path in self.facts), None)

    def resolve(self, importer: str, module: str) -> str | None:
        """The file that `module`, as written in `importer`, stands for; None for elsewhere."""
        if module.startswith("."):
            return self.file_at(normal(join(folder_of(importer), module)))
        return self._mapped(importer, module) or self._package(module)

    def _mapped(self, importer: str, module: str) -> str | None:
        folder = folder_of(importer)
        while folder not in self.layout.projects:
            if not folder:
                return None
            folder = folder_of(folder)
        places = self.layout.projects[folder].places(module)
        return next((found for found in map(self.file_at, places) if found), None)

    def _package(self, module: str) -> str | None:
        parts = module.split("/")
        name = "/".join(parts[:2]) if module.startswith("@") else parts[0]
        package = self.layout.workspaces.get(name)
        if package is None:
            return None
        inner = module[len(name) + 1 :]
        entries = (inner, join("src", inner)) if inner else (*package.entries, *_ENTRIES)
        places = (normal(join(package.folder, entry)) for entry in entries)
        return next((found for found in map(self.file_at, places) if found), None)

    def chase(self, path: str, name: str) -> tuple[str, ...]:
        """The files that define `name` as exported by `path`, through what it passes on."""
        key = (path, name)
        if key not in self._chased:
            self._chased[key] = chase(Step(path, name), self.facts, self._onward)
        return self._chased[key]

    def _onward(self, path: str, name: str) -> list[Step]:
        """Whose names a file passes on; what it names it has, whatever a parser saw there."""
        found: list[Step] = []
        for item in self.facts[path].imports:
            source = self.resolve(path, item.module) if item.exported else None
            for taken in item.names if source else ():
                if source and (taken.bound == name or taken.name == "*"):
                    is_star = taken.name == "*"
                    found.append(Step(source, name if is_star else taken.name, not is_star))
        return found


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


FAMILY = Family(LANGUAGES, layout, Tables, targets)
