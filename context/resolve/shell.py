"""Shell scripts' imports: sourced files, by the literal end of their paths.

A path is looked for from the script's own folder, then from the root, then by its
end where only one file has it. Functions of files that are sourced by what a script
sources, or together with it, are in reach as well: the words that a script uses lead
to the files that define them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.resolve.family import Family
from context.resolve.paths import folder_of, join, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context.facts import FileFacts, Import

_BATS = (".bash", "", ".sh")
# A script with more of them around it isn't looked at together with each.
_MOST_KIN = 64


class Layout:
    """Where scripts lie, also by name."""

    __slots__ = ("files", "names")

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        self.names: dict[str, list[str]] = {}
        for path in sorted(self.files):
            self.names.setdefault(path.rpartition("/")[2], []).append(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.files == other.files

    def __hash__(self) -> int:
        return hash(self.files)

    def sourced(self, importer: str, item: Import) -> str | None:
        """The file that a path means; None for one that isn't here."""
        for ending in _BATS if item.level else ("",):
            found = self._at(importer, item.module + ending)
            if found is not None:
                return found
        return None

    def _at(self, importer: str, path: str) -> str | None:
        way = path.lstrip("/")
        for place in (normal(join(folder_of(importer), way)), normal(way)):
            if place in self.files:
                return place
        tail = "/" + (normal(way.replace("../", "")) or way)
        known = self.names.get(tail.rpartition("/")[2], ())
        ends = [each for each in known if ("/" + each).endswith(tail)]
        return ends[0] if len(ends) == 1 else None


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_direct", "_sourcers", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._direct: dict[str, tuple[str, ...]] = {}
        self._sourcers: dict[str, list[str]] | None = None

    def direct(self, facts: FileFacts) -> tuple[str, ...]:
        """The files that a script sources itself, in its order."""
        found = [self.layout.sourced(facts.path, item) for item in facts.imports]
        return tuple(dict.fromkeys(path for path in found if path and path != facts.path))

    def _sources(self, path: str) -> tuple[str, ...]:
        if path not in self._direct:
            self._direct[path] = self.direct(self.facts[path])
        return self._direct[path]

    def reach(self, paths: Iterable[str]) -> set[str]:
        """`paths` with everything that they source in turn."""
        found = set(paths)
        todo = list(found)
        while todo:
            news = [path for path in self._sources(todo.pop()) if path not in found]
            found.update(news)
            todo += news
        return found

    def together(self, path: str) -> set[str]:
        """The files that those who source a script source as well."""
        if self._sourcers is None:
            self._sourcers = {}
            for each in sorted(self.layout.files):
                for sourced in self._sources(each):
                    self._sourcers.setdefault(sourced, []).append(each)
        by = self._sourcers.get(path, [])
        kin = {sourced for each in by[:_MOST_KIN] for sourced in self._sources(each)}
        return self.reach(kin)


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where scripts lie."""
    return Layout(path for path, item in facts.items() if item.language == "Shell")


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a script sources or has functions from, each with those names."""
    words = facts.words
    direct = tables.direct(facts)
    found = {path: set(words & tables.facts[path].names) for path in direct}
    missing = words - facts.names
    for path in sorted((tables.reach(direct) | tables.together(facts.path)) - {facts.path}):
        taken = missing & _functions(tables.facts[path])
        if taken and path not in found:
            found[path] = set(taken)
    return found


def _functions(facts: FileFacts) -> set[str]:
    return {item.name for item in facts.definitions if item.kind == "function"}


FAMILY = Family(frozenset({"Shell"}), layout, Tables, targets, is_by_word=True)
