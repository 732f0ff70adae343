"""What is known about a repository at one moment: a value, and the questions to it.

Facts and edges are there from the start; the order and the name table are made
when first asked for and kept. A changed text makes a new index that shares
everything the change doesn't touch.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from context.facts import all_names
from context.graph import Ordered, order
from context.resolve import Edges, Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts


class Index:
    """Facts by path, edges both ways, order, names. Never changed once made."""

    def __init__(
        self, facts: Mapping[str, FileFacts], resolver: Resolver, imports: Mapping[str, Edges]
    ) -> None:
        self.facts = facts
        self.imports = imports
        self._resolver = resolver

    def edges_of(self, facts: FileFacts) -> Edges:
        """The files that a text imports, whether or not this text is in the index."""
        return self._resolver.edges(facts)

    @cached_property
    def importers(self) -> Mapping[str, tuple[str, ...]]:
        """Imported file -> the files that import it, sorted."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.imports):
            for to in self.imports[path]:
                found.setdefault(to, []).append(path)
        return {path: tuple(by) for path, by in found.items()}

    @cached_property
    def ordered(self) -> Ordered:
        """The files that import or are imported, dependencies first."""
        linked = {path: edges for path, edges in self.imports.items() if edges}
        return order({path: linked.get(path, {}) for path in (*linked, *self.importers)})

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Path -> its place in the order; files without edges come after, by path."""
        placed = {path: place for place, path in enumerate(self.ordered.paths)}
        for path in sorted(self.facts):
            placed.setdefault(path, len(placed))
        return placed

    @property
    def order(self) -> tuple[str, ...]:
        """Every file, dependencies first, ties by path."""
        return tuple(self.places)

    @cached_property
    def definers(self) -> Mapping[str, tuple[str, ...]]:
        """Name -> the files that define it at any depth, sorted; members of no class left out."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.facts):
            for name in all_names(self.facts[path]):
                found.setdefault(name, []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @cached_property
    def _below(self) -> list[int]:
        """For each component the components it depends on, at any distance, as bits."""
        component = self.ordered.component
        below = [0] * (max(component.values(), default=-1) + 1)
        for path in self.ordered.paths:
            own = component[path]
            for to in self.imports.get(path, {}):
                other = component[to]
                if other != own:
                    # Dependencies have lower numbers, and the paths come in their order.
                    below[own] |= below[other] | 1 << other
        return below

    def depends(self, user: str, on: str) -> bool:
        """Whether `user` imports `on`, directly or through others that don't import it back."""
        component = self.ordered.component
        if user not in component or on not in component:
            return False
        return bool(self._below[component[user]] >> component[on] & 1)

    @property
    def n_edges(self) -> int:
        """How many pairs of importer and imported file there are."""
        return sum(len(edges) for edges in self.imports.values())

    def with_texts(self, changed: Mapping[str, FileFacts]) -> Index:
        """The index in which the given files say something else than before.

        Files that weren't there are added. Costs one file's work where neither its
        imports nor its definitions have changed.
        """
        news = {
            path: facts
            for path, facts in changed.items()
            if path not in self.facts or self.facts[path] != facts
        }
        if not news:
            return self
        facts = {**self.facts, **news}
        if any(path not in self.facts or facts[path].manifest for path in news):
            return build(facts)
        resolver = self._resolver.follow(facts)
        stale = self._affected(news)
        imports = dict(self.imports)
        imports.update({path: resolver.edges(facts[path]) for path in stale})
        made = Index(facts, resolver, imports)
        if all(imports[path].keys() == self.imports[path].keys() for path in stale):
            self._lend(
                made, same_names=all(_same_names(self.facts[path], facts[path]) for path in news)
            )
        return made

    def _affected(self, news: Mapping[str, FileFacts]) -> set[str]:
        """Files whose edges the news may change: their own, and those of who imports from them."""
        stale = set(news)
        todo = [path for path in news if self.facts[path].names != news[path].names]
        todo += [
            path for path in news if self.facts[path].coded_imports != news[path].coded_imports
        ]
        seen = set(todo)
        while todo:
            for importer in self.importers.get(todo.pop(), ()):
                stale.add(importer)
                if importer not in seen and _passes_on(importer, self.facts[importer]):
                    seen.add(importer)
                    todo.append(importer)
        return stale

    def _lend(self, to: Index, *, same_names: bool) -> None:
        """Hand over what was computed here and holds there too."""
        kept = ["importers", "ordered", "places", "_below"] + (["definers"] if same_names else [])
        to.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})


def build(facts: Mapping[str, FileFacts]) -> Index:
    """The index of a repository with these files; none for an empty one."""
    known = {path: facts[path] for path in sorted(facts)}
    resolver = Resolver(known)
    imports = {
        path: resolver.edges(item) if item.coded_imports else {} for path, item in known.items()
    }
    return Index(known, resolver, imports)


def _same_names(old: FileFacts, new: FileFacts) -> bool:
    return old.coded_outline == new.coded_outline or all_names(old) == all_names(new)


def _passes_on(path: str, facts: FileFacts) -> bool:
    """Whether others may import from this file what it has itself imported."""
    if facts.language == "Python":
        return path.endswith(("__init__.py", "__init__.pyi")) or '"*"' in facts.coded_imports
    return "true" in facts.coded_imports
