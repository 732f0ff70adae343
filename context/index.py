"""What is known about a repository at one moment: a value, and the questions to it.

Facts and edges are there from the start; the order and the name table are made
when first asked for and kept. A changed text makes a new index that shares
everything the change doesn't touch.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from context.circles import Circles, circles
from context.facts import all_names
from context.graph import Ordered, order
from context.resolve import Edges, Resolver, family_of
from context.resolve.change import changed_names, passed_names
from context.resolve.paths import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from context.facts import FileFacts


# Every question for a name looks through the changed files; after a switch of branches a
# new table is the better answer.
_MOST_NEWS = 256


def _go_on() -> None:
    """Nobody needs a pause."""


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
        known = self._root.names.get(name, ())
        if self._base is None:
            return known
        kept = [path for path in known if path not in self._news]
        return tuple(sorted(kept + [path for path, names in self._news.items() if name in names]))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Name -> definers, before the changes that `definers` knows of."""
        return self._base.names if self._base is not None else self._named(_go_on)

    def _named(self, pause: Callable[[], None]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.facts):
            pause()
            for name in all_names(self.facts[path]):
                found.setdefault(name, []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def prepare(self, pause: Callable[[], None] = _go_on) -> None:
        """Make the tables that would otherwise be made at the first question.

        `pause` is called between two files: it may let others go first.
        """
        if "names" not in self._root.__dict__:
            self._root.__dict__["names"] = self._root._named(pause)  # noqa: SLF001 -- its own kind
        _ = self._root.names, self.importers, self.folders, self._circles

    @cached_property
    def _circles(self) -> Circles:
        return circles(self.imports)

    def depends(self, user: str, on: str) -> bool:
        """Whether `user` imports `on`, directly or through others that don't import it back."""
        return self._circles.depends(user, on)

    def following(self, paths: Sequence[str]) -> Mapping[str, set[str]]:
        """For each path those of `paths` that must be read after it; see `Circles`."""
        return self._circles.following(paths)

    @property
    def n_edges(self) -> int:
        """How many pairs of importer and imported file there are."""
        return sum(len(edges) for edges in self.imports.values())

    def with_texts(self, changed: Mapping[str, FileFacts]) -> Index:
        """The index in which the given files say something else than before.

        Costs one file's work where neither its imports nor its definitions have changed,
        and a language's where another manifest or package says where its modules lie. A
        file that wasn't there makes everything new.
        """
        news = {path: facts for path, facts in changed.items() if self.facts.get(path) != facts}
        if not news:
            return self
        facts = {**self.facts, **news}
        if len(facts) > len(self.facts):
            return build(facts)
        resolver, moved = self._resolver.follow(facts, news)
        stale = self._affected(news)
        if moved:
            stale.update(path for path, item in facts.items() if item.language in moved)
        imports = dict(self.imports)
        imports.update({path: _edges(resolver, facts[path]) for path in sorted(stale)})
        made = Index(facts, resolver, imports)
        if len(self._news) + len(news) < _MOST_NEWS:
            made._base = self._root
            made._news = self._news | {path: all_names(item) for path, item in news.items()}
        if "folders" in self.__dict__:
            made.__dict__["folders"] = self.folders
        self._hand_on(made, [path for path in stale if _is_moved(path, self.imports, imports)])
        return made

    def has_files_of(self, ground: Index, more: Iterable[str]) -> bool:
        """Whether its files are those of `ground` and `more`, whatever is in them."""
        if self._root is ground._root:
            return all(path in self.facts for path in more)
        return set(self.facts) == {*ground.facts, *more}

    def other_than(self, ground: Index) -> list[str]:
        """The files of `ground` that say something else here."""
        may_be: Collection[str] = ground.facts.keys()
        if self._root is ground._root:
            # A keystroke doesn't look at ten thousand files.
            may_be = self._news.keys() | ground._news.keys()
        return [path for path in may_be if self.facts[path] is not ground.facts[path]]

    @property
    def _root(self) -> Index:
        return self._base or self

    def _hand_on(self, made: Index, moved: Sequence[str]) -> None:
        """Give a new index what was found out about this one, as the edges of `moved` leave it."""
        known = self.__dict__
        if not moved:
            kept = {"importers", "ordered", "places", "_circles"} & known.keys()
            made.__dict__.update({name: known[name] for name in kept})
            return
        if "importers" in known:
            made.__dict__["importers"] = self._importers_after(made.imports, moved)
        if "_circles" in known:
            made.__dict__["_circles"] = self._circles.changed(made.imports, moved)

    def _importers_after(
        self, imports: Mapping[str, Edges], moved: Iterable[str]
    ) -> Mapping[str, tuple[str, ...]]:
        made = {**self.importers}
        for path in moved:
            for to in self.imports[path].keys() ^ imports[path].keys():
                by = {*made.get(to, ())} ^ {path}
                made[to] = tuple(sorted(by))
                if not by:
                    del made[to]
        return made

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
        # What is still to be passed on, and what has been: names that lead through hundreds of
        # files in circles are looked at once in each.
        waiting = {path: set(names) for path, names in todo if names}
        told: dict[str, set[str]] = {}
        while waiting:
            path = next(iter(waiting))
            found = frozenset(waiting.pop(path) - told.setdefault(path, set()))
            told[path] |= found
            for importer in self.importers.get(path, ()) if found else ():
                if self._takes(importer, found, path):
                    stale.add(importer)
                passed = passed_names(self.facts[importer], found)
                if passed:
                    stale.add(importer)
                    waiting.setdefault(importer, set()).update(passed)
        return stale


def overlaid(seen: Index, ground: Index, texts: Mapping[str, FileFacts]) -> Index:
    """`ground` with `texts` in front of its files, made out of `seen`.

    `seen` is an earlier answer, or `ground` itself. As long as the files are the same
    ones, what is done is what differs from `seen`: a file that isn't on disk makes
    everything new when it appears, not whenever something is typed in it.
    """
    shown = {path: _as_saved(facts, ground.facts.get(path)) for path, facts in texts.items()}
    if not seen.has_files_of(ground, shown):
        return ground.with_texts(shown)
    back = {path: ground.facts[path] for path in seen.other_than(ground)}
    return seen.with_texts(back | shown)


def _as_saved(facts: FileFacts, saved: FileFacts | None) -> FileFacts:
    """An open document's facts, a manifest's as it is on disk: whoever builds reads it there.

    While it is typed in, it most often makes no sense, and every file would lose its way.
    """
    if saved is None or saved.manifest == facts.manifest:
        return facts
    return replace(facts, manifest=saved.manifest)


def _edges(resolver: Resolver, facts: FileFacts) -> Edges:
    family = family_of(facts.language)
    may_use_others = family is not None and bool(facts.coded_imports or family.is_by_word)
    return resolver.edges(facts) if may_use_others else {}


def _is_moved(path: str, before: Mapping[str, Edges], after: Mapping[str, Edges]) -> bool:
    """Whether a file imports other files than before, whatever it takes from them."""
    return before[path].keys() != after[path].keys()


def build(facts: Mapping[str, FileFacts], pause: Callable[[], None] = _go_on) -> Index:
    """The index of a repository with these files; none for an empty one.

    `pause` is called between two files: it may let others go first.
    """
    known = {path: facts[path] for path in sorted(facts)}
    resolver = Resolver(known)
    imports: dict[str, Edges] = {}
    for path, item in known.items():
        pause()
        imports[path] = _edges(resolver, item)
    return Index(known, resolver, imports)
