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
from context.resolve import Edges, Resolver, family_of
from context.resolve.change import changed_names, passed_names
from context.resolve.paths import folder_of

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
        # What this index changes about another, whose name table it goes on using.
        self._base: Index | None = None
        self._news: dict[str, set[str]] = {}

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

    @cached_property
    def folders(self) -> Mapping[str, tuple[str, ...]]:
        """Folder -> the files that lie in it, sorted."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.facts):
            found.setdefault(folder_of(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    @property
    def order(self) -> tuple[str, ...]:
        """Every file, dependencies first, ties by path."""
        return tuple(self.places)

    def definers(self, name: str) -> tuple[str, ...]:
        """The files that define `name` at any depth, sorted; members of no class left out."""
        known = (self._base or self).names.get(name, ())
        if self._base is None:
            return known
        kept = [path for path in known if path not in self._news]
        return tuple(sorted(kept + [path for path, names in self._news.items() if name in names]))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Name -> definers, before the changes that `definers` knows of."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.facts):
            for name in all_names(self.facts[path]):
                found.setdefault(name, []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def prepare(self) -> None:
        """Make the tables that would otherwise be made at the first question."""
        _ = self.names, self.places, self.folders, self._below

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

        Costs one file's work where neither its imports nor its definitions have
        changed. A file that wasn't there makes everything new.
        """
        news = {path: facts for path, facts in changed.items() if self.facts.get(path) != facts}
        if not news:
            return self
        facts = {**self.facts, **news}
        if any(self._moves(path, facts[path]) for path in news):
            return build(facts)
        resolver = self._resolver.follow(facts)
        imports = dict(self.imports)
        stale = self._affected(news)
        imports.update({path: resolver.edges(facts[path]) for path in sorted(stale)})
        made = Index(facts, resolver, imports)
        made._base = self._base or self
        made._news = self._news | {path: all_names(item) for path, item in news.items()}
        if "folders" in self.__dict__:
            made.__dict__["folders"] = self.folders
        if all(imports[path].keys() == self.imports[path].keys() for path in stale):
            kept = {"importers", "ordered", "places", "_below"} & self.__dict__.keys()
            made.__dict__.update({name: self.__dict__[name] for name in kept})
        return made

    def _moves(self, path: str, facts: FileFacts) -> bool:
        """Whether a file's news change where modules lie, not only what is in them."""
        old = self.facts.get(path)
        return old is None or old.manifest != facts.manifest or old.package != facts.package

    def _takes(self, importer: str, names: frozenset[str], path: str) -> bool:
        """Whether `importer` may take one of `names` from `path`.

        Names that lead back to the importer itself are in no edge, so two files that
        import each other are always taken to.
        """
        taken = self.imports[importer].values()
        return "*" in names or importer in self.imports[path] or any(map(names.intersection, taken))

    def _users_by_word(self, language: str, names: frozenset[str]) -> set[str]:
        """Files that may use `names` without importing them one by one."""
        family = family_of(language)
        if family is None or not family.is_by_word or not names:
            return set()
        kin = (item for item in self.facts.values() if item.language in family.languages)
        return {item.path for item in kin if any(name in item.coded_words for name in names)}

    def _affected(self, news: Mapping[str, FileFacts]) -> set[str]:
        """Files whose edges the news may change: their own, and those of who takes those names."""
        stale = set(news)
        todo = [(path, changed_names(self.facts[path], item)) for path, item in news.items()]
        for path, names in todo:
            stale |= self._users_by_word(self.facts[path].language, names)
        seen: set[tuple[str, frozenset[str]]] = set()
        while todo:
            path, names = todo.pop()
            if not names or (path, names) in seen:
                continue
            seen.add((path, names))
            for importer in self.importers.get(path, ()):
                if self._takes(importer, names, path):
                    stale.add(importer)
                passed = passed_names(self.facts[importer], names)
                if passed:
                    stale.add(importer)
                    todo.append((importer, passed))
        return stale


def overlaid(seen: Index, ground: Index, texts: Mapping[str, FileFacts]) -> Index:
    """`ground` with `texts` in front of its files, made out of `seen`.

    `seen` is an earlier answer, or `ground` itself. As long as the files are the same
    ones, what is done is what differs from `seen`: a file that isn't on disk makes
    everything new when it appears, not whenever something is typed in it.
    """
    if set(seen.facts) != {*ground.facts, *texts}:
        return ground.with_texts(texts)
    back = {path: facts for path, facts in ground.facts.items() if seen.facts[path] is not facts}
    return seen.with_texts(back | {**texts})


def _may_use_others(facts: FileFacts) -> bool:
    family = family_of(facts.language)
    return family is not None and bool(facts.coded_imports or family.is_by_word)


def build(facts: Mapping[str, FileFacts]) -> Index:
    """The index of a repository with these files; none for an empty one."""
    known = {path: facts[path] for path in sorted(facts)}
    resolver = Resolver(known)
    imports = {
        path: resolver.edges(item) if _may_use_others(item) else {}
        for path, item in known.items()
    }
    return Index(known, resolver, imports)
