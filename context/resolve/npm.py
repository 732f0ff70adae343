"""What `package.json` files say: which packages a repository has, and where their modules lie.

They point at what a build will make (`dist/query/index.d.mts`); what an editor shows
are the sources that it is made from, so a built file that isn't there is looked for
under the source folder (`src/query/index`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from context.resolve.jsonc import leaves, mapping, object_of
from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from context.facts import FileFacts

_ENTRIES = ("src/index", "index", "src/main", "lib/index")
_BUILT = re.compile(r"(?:\./)?(?:dist|build|out|lib|esm|cjs|es)/(?:(?:esm|cjs|es|src|types)/)?")
_ENDING = re.compile(r"(\.(d|min|prod|mod))?\.[cm]?[jt]sx?$")


class Workspace(NamedTuple):
    """A `package.json`.

    Attributes:
        folder: where it lies.
        entries: the files that it says to start from.
        exports: subpath pattern (`./query`, `./*`) -> targets, likeliest first.
        imports: the same for its own short names (`#internal/*`).
    """

    folder: str
    entries: tuple[str, ...]
    exports: tuple[tuple[str, tuple[str, ...]], ...]
    imports: tuple[tuple[str, tuple[str, ...]], ...]

    def places(self, inner: str) -> list[str]:
        """Where the module `inner` of this package may lie, in the order in which to look."""
        mapped = matching(self.exports, join(".", inner))
        plain = [inner, join("src", inner)] if inner else [*self.entries]
        guesses = [] if inner else list(_ENTRIES)
        return self._inside([*_sources(mapped), *_sources(plain), *guesses])

    def short(self, module: str) -> list[str]:
        """Where a short name of this package (`#x`) may lie."""
        return self._inside(_sources(matching(self.imports, module)))

    def _inside(self, places: Iterable[str]) -> list[str]:
        found = (normal(join(self.folder, place)) for place in dict.fromkeys(places))
        return [place for place in found if place is not None]


def matching(patterns: Iterable[tuple[str, tuple[str, ...]]], name: str) -> list[str]:
    """The targets of the patterns that `name` fits, what `*` stands for filled in."""
    found: list[str] = []
    for pattern, targets in patterns:
        head, star, tail = pattern.partition("*")
        fits = name.startswith(head) and name.endswith(tail) if star else name == pattern
        if fits:
            middle = name[len(head) : len(name) - len(tail)] if star else ""
            found += [target.replace("*", middle, 1) for target in targets]
    return found


def particular(
    rows: Iterable[tuple[str, tuple[str, ...]]],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Patterns, the most particular first."""
    return tuple(sorted(rows, key=lambda row: (-len(row[0].partition("*")[0]), row[0])))


def workspaces(facts: Mapping[str, FileFacts]) -> dict[str, Workspace]:
    """Package name -> where this repository keeps it; a nameless package goes by its folder."""
    found: dict[str, Workspace] = {}
    for path in sorted(facts):
        if path.rpartition("/")[2] == "package.json":
            package = object_of(facts[path].manifest)
            name = package.get("name")
            folder = folder_of(path)
            known = name if isinstance(name, str) and name else f"{folder}/"
            found.setdefault(known, _workspace(folder, package))
    return found


def _workspace(folder: str, package: dict[str, Any]) -> Workspace:
    entries = (package.get(key) for key in ("source", "types", "typings", "module", "main"))
    starts = tuple(entry for entry in entries if isinstance(entry, str))
    return Workspace(
        folder, starts, _exports(package.get("exports")), _patterns(mapping(package.get("imports")))
    )


def _exports(exports: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The map of subpaths; what has none says where the package itself starts."""
    table = mapping(exports)
    if table and all(key.startswith(".") for key in table):
        return _patterns(table)
    return ((".", tuple(leaves(exports))),) if exports else ()


def _patterns(table: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return particular((pattern, tuple(leaves(targets))) for pattern, targets in table.items())


def _sources(targets: Iterable[str]) -> Iterator[str]:
    """Each target as it is, then all of them as the sources they may be built from."""
    known = list(dict.fromkeys(targets))
    yield from known
    for target in known:
        built = _BUILT.match(target)
        if built:
            rest = _ENDING.sub("", target[built.end() :])
            yield join("src", rest)
            yield rest
