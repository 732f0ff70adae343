"""Lua's imports: `a.b` is `a/b.lua` or `a/b/init.lua` below some folder of the search path.

Nothing says where that path begins: `lua` (Neovim's plugins), `src`, `lib`, the root and
the importer's own folder count, and any folder for a name of several parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.resolve.family import Family
from context.resolve.paths import folder_of, join, normal, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context.facts import FileFacts, Import

_ROOTS = ("lua", "", "src", "lib")
_INIT = "/init"


class Layout:
    """Where Lua modules lie, by the last part of their names and by folder."""

    __slots__ = ("_stems", "files", "folders")

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        self.folders: dict[str, list[str]] = {}
        self._stems: dict[str, list[tuple[str, str]]] = {}
        for path in sorted(self.files):
            location = path.removesuffix(".lua").removesuffix(_INIT)
            self._stems.setdefault(location.rpartition("/")[2], []).append((location, path))
            # A folder that stands for a module has its `init` beside those of its folder.
            self.folders.setdefault(folder_of(path), []).append(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.files == other.files

    def __hash__(self) -> int:
        return hash(self.files)

    def module(self, importer: str, name: str) -> str | None:
        """The file that a module's name means; None for one from elsewhere."""
        way = name.replace(".", "/").strip("/")
        known = self._stems.get(way.rpartition("/")[2], ())
        places = [(path, root) for at, path in known if (root := _root(at, way)) is not None]
        near = [place for place in places if self._counts(importer, way, place[1])]
        ranked = sorted(near, key=lambda place: _rank(importer, *place))
        return ranked[0][0] if ranked else None

    def _counts(self, importer: str, way: str, root: str) -> bool:
        is_known = root.rpartition("/")[2] in _ROOTS
        return is_known or "/" in way or root == folder_of(importer)

    def below(self, importer: str, prefix: str) -> list[str]:
        """The files of the folder that modules of a name's beginning lie in."""
        way = prefix.replace(".", "/").strip("/")
        ends = [folder for folder in self.folders if ("/" + folder).endswith("/" + way)]
        best = min(ends, key=lambda folder: (-shared(importer, folder), folder), default=None)
        return [] if best is None else self.folders[best]

    def file(self, importer: str, path: str) -> str | None:
        """The file that a path means, from the importer's folder or from the root."""
        places = (normal(join(folder_of(importer), path)), normal(path))
        return next((place for place in places if place in self.files), None)


def _root(location: str, way: str) -> str | None:
    """The folder from which `way` leads to `location`; None where it doesn't."""
    if not ("/" + location).endswith("/" + way):
        return None
    return location[: -len(way)].rstrip("/")


def _rank(importer: str, path: str, root: str) -> tuple[int, int, int, str]:
    name = root.rpartition("/")[2]
    place = _ROOTS.index(name) if name in _ROOTS else len(_ROOTS)
    return -shared(importer, path), place, len(root), path


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where Lua modules lie."""
    return Layout(path for path, item in facts.items() if item.language == "Lua")


def tables(_facts: Mapping[str, FileFacts], layout: Layout) -> Layout:
    """The layout: what a file says changes nothing about where its names lead."""
    return layout


def targets(facts: FileFacts, layout: Layout) -> dict[str, set[str]]:
    """The files that a Lua file requires, each with the names that it reads from there."""
    found: dict[str, set[str]] = {}
    for item in facts.imports:
        names = {taken.name for taken in item.names} | set(item.used)
        for path in _meant(facts.path, item, layout):
            found.setdefault(path, set()).update(names)
    return found


def _meant(importer: str, item: Import, layout: Layout) -> list[str]:
    if item.module.endswith((".", "/")):
        return layout.below(importer, item.module)
    is_file = item.level > 0
    path = layout.file(importer, item.module) if is_file else layout.module(importer, item.module)
    return [path] if path is not None else []


FAMILY = Family(frozenset({"Lua"}), layout, tables, targets)
