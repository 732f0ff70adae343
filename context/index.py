"""What is known about a repository at one moment: a value, and the questions to it.

Facts and edges are there from the start; the order and the name table are made
when first asked for and kept. A changed text makes a new index that shares
everything the change doesn't touch.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from context.circles import Circles, circles
from context.facts import FileFacts, all_names
from context.graph import Ordered, order
from context.resolve import Edges, Resolver, c, family_of
from context.resolve.change import asking, changed_names, names_through, passed_names
from context.resolve.paths import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from context.resolve import Following


# Every question for a name looks through the changed files; after a switch of branches a
# new table is the better answer.
_MOST_NEWS = 256
# When more files lose one that they import, following its names takes longer than a new start.
_MOST_BEREFT = 32
# What is as it was while no file imports others than before, and all are there.
_OF_EDGES = frozenset({"importers", "ordered", "places", "_circles"})


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

    def layout(self, language: str) -> Any:
        """Where the modules of a language's family lie, as `context.resolve` has it."""
        return self._resolver.layout(language)

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

    def with_texts(self, changed: Mapping[str, FileFacts], gone: Iterable[str] = ()) -> Index:
        """The index in which the given files say something else than before, are new or gone.

        Costs one file's work where neither its imports nor its definitions have changed,
        and a language's where another manifest or package says where its modules lie. Files
        that come and go cost their own work and that of those who may mean them.
        """
        news = {path: facts for path, facts in changed.items() if self.facts.get(path) != facts}
        out = {path for path in gone if path in self.facts and path not in changed}
        if not news and not out:
            return self
        facts = _with_and_without(self.facts, news, out)
        if sum(len(self.importers.get(path, ())) for path in out) > _MOST_BEREFT:
            return build(facts)
        following = self._resolver.follow(facts, (*news, *out))
        stale = self._affected(news | {path: _blank(self.facts[path]) for path in out}, following)
        stale.update(path for path, item in facts.items() if item.language in following.moved)
        imports = {path: edges for path, edges in self.imports.items() if path not in out}
        anew = (path for path in sorted(stale - out))
        imports.update({path: _edges(following.resolver, facts[path]) for path in anew})
        made = Index(facts, following.resolver, imports)
        if len(self._news) + len(news) + len(out) < _MOST_NEWS:
            made._base = self._root
            made._news = self._news | {path: all_names(item) for path, item in news.items()}
            made._news |= {path: set() for path in out}
        self._hand_on(made, [path for path in stale if _is_moved(path, self.imports, imports)])
        return made

    def other_than(self, ground: Index) -> list[str]:
        """The files that say something else here than in `ground`, or are in one alone."""
        may_be: Collection[str] = self.facts.keys() | ground.facts.keys()
        if self._root is ground._root:
            # A keystroke doesn't look at ten thousand files.
            may_be = self._news.keys() | ground._news.keys()
        return [path for path in may_be if self.facts.get(path) is not ground.facts.get(path)]

    @property
    def _root(self) -> Index:
        return self._base or self

    def _hand_on(self, made: Index, moved: Sequence[str]) -> None:
        """Give a new index what was found out about this one, as the edges of `moved` leave it."""
        known = self.__dict__
        others = self.facts.keys() ^ made.facts.keys()
        kept: set[str] = set() if others else {"folders"}
        if not moved:
            kept |= {"importers", "ordered", "_circles"} if others else _OF_EDGES
        made.__dict__.update({name: known[name] for name in kept & known.keys()})
        if others and "folders" in known:
            made.__dict__["folders"] = self._folders_after(made.facts, others)
        if moved and "importers" in known:
            made.__dict__["importers"] = self._importers_after(made.imports, moved)
        if moved and "_circles" in known:
            made.__dict__["_circles"] = self._circles.changed(made.imports, moved)

    def _folders_after(
        self, facts: Mapping[str, FileFacts], others: Iterable[str]
    ) -> Mapping[str, tuple[str, ...]]:
        made = {**self.folders}
        for path in others:
            folder = folder_of(path)
            made[folder] = tuple(sorted({*made.get(folder, ()), path} & facts.keys()))
            if not made[folder]:
                del made[folder]
        return made

    def _importers_after(
        self, imports: Mapping[str, Edges], moved: Iterable[str]
    ) -> Mapping[str, tuple[str, ...]]:
        made = {**self.importers}
        for path in moved:
            for to in self.imports.get(path, {}).keys() ^ imports.get(path, {}).keys():
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
        if self.facts[importer].language in c.LANGUAGES:
            # Whatever is included is there without being named.
            return any(name in self.facts[importer].coded_words for name in names)
        leads_back = importer in self.imports.get(path, ())
        return "*" in names or leads_back or any(map(names.intersection, taken))

    def _users_by_word(self, language: str, names: frozenset[str]) -> set[str]:
        """Files that may use `names` without importing them one by one."""
        family = family_of(language)
        if family is None or not family.is_by_word or not names:
            return set()
        kin = (item for item in self.facts.values() if item.language in family.languages)
        return {item.path for item in kin if any(name in item.coded_words for name in names)}

    def _affected(self, news: Mapping[str, FileFacts], following: Following) -> set[str]:
        """Files whose edges the news may change: their own, and those of who takes those names."""
        stale = set(news)
        todo: list[tuple[str, frozenset[str]]] = []
        for path, item in news.items():
            names = changed_names(self.facts.get(path) or _blank(item), item)
            stale |= self._users_by_word(item.language, names)
            todo.append((path, names))
            if path not in self.facts or not item.digest:
                stale.update(self.importers.get(path, ()))
        for item, words in self._askers(following.awaited):
            stale.add(item.path)
            todo.append((item.path, names_through(item, words)))
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

    def _askers(
        self, awaited: Mapping[frozenset[str], frozenset[str]]
    ) -> Iterable[tuple[FileFacts, frozenset[str]]]:
        """Files with an import that has one of the awaited words, and those words."""
        for languages, words in awaited.items():
            asks = asking(words)
            for item in self.facts.values():
                if item.language in languages and asks(item.coded_imports):
                    yield item, words


def overlaid(seen: Index, ground: Index, texts: Mapping[str, FileFacts]) -> Index:
    """`ground` with `texts` in front of its files, made out of `seen`.

    `seen` is an earlier answer, or `ground` itself: what is done is what differs from it.
    """
    shown = {path: _as_saved(facts, ground.facts.get(path)) for path, facts in texts.items()}
    others = seen.other_than(ground)
    back = {path: ground.facts[path] for path in others if path in ground.facts}
    return seen.with_texts(back | shown, [path for path in others if path not in back])


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
    return before.get(path, {}).keys() != after.get(path, {}).keys()


def _blank(facts: FileFacts) -> FileFacts:
    """A file of which there is nothing yet, or nothing any more."""
    return FileFacts(facts.path, facts.language, "")


def _with_and_without(
    facts: Mapping[str, FileFacts], news: Mapping[str, FileFacts], gone: Collection[str]
) -> Mapping[str, FileFacts]:
    made = {**facts, **news}
    for path in gone:
        del made[path]
    return (
        made if len(made) == len(facts) - len(gone) else {path: made[path] for path in sorted(made)}
    )


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
