"""Packages, namespaces, modules: names that files share without importing them.

Languages differ in how a file says where it belongs and what it sees; that a word
leads to the files of a package which define it is the same in all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from context.shared import defines, nests, own_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from context.facts import FileFacts, Import
    from context.shared import Shared

    Found = dict[str, set[str]]
    Addition = tuple[str, str]


class Layout(NamedTuple):
    """Package -> the files that share its names, sorted; folders that hold a project each."""

    files: Mapping[str, list[str]]
    projects: frozenset[str] = frozenset()


class Sight(NamedTuple):
    """How a language's files see each other.

    Attributes:
        share: what a file shares in one of its packages.
        choose: which of several definers of a name a file means, where the name is asked for
            by an import, or else (False) used because it can be seen.
    """

    share: Callable[[FileFacts, str], Shared]
    choose: Callable[[Layout, str, Sequence[str], bool], Sequence[str]]


class Package(NamedTuple):
    """Name -> the files that define it, for each of the ways in which a name is used.

    What is added to types has the type's name beside each file.
    """

    types: Mapping[str, Sequence[str]]
    functions: Mapping[str, Sequence[str]]
    methods: Mapping[str, Sequence[Addition]]
    fields: Mapping[str, Sequence[Addition]]

    def definers(self, name: str, words: frozenset[str]) -> list[str]:
        """The files that define `name`, whatever it is; of additions, those to types in `words`."""
        plain = (*self.types.get(name, ()), *self.functions.get(name, ()))
        added = (*self.methods.get(name, ()), *self.fields.get(name, ()))
        near = [addition for addition in added if addition[1] in words] or added
        return list(dict.fromkeys((*plain, *(path for path, _ in near))))


class Uses(NamedTuple):
    """The words of a file by how it uses them: as they stand, by calling, after a dot."""

    words: frozenset[str]
    calls: frozenset[str]
    methods: frozenset[str]
    fields: frozenset[str]

    def without(self, names: Iterable[str]) -> Uses:
        """The uses of other names than these, which mean something else here."""
        hidden = frozenset(names)
        return self._replace(words=self.words - hidden, calls=self.calls - hidden)


class Tables:
    """A layout and the facts of its files; what packages hold is found out when asked for.

    Attributes:
        notes: room for what a language finds out beyond packages.
    """

    __slots__ = ("_homes", "_members", "_packages", "facts", "layout", "notes", "sight")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout, sight: Sight) -> None:
        self.facts = facts
        self.layout = layout
        self.sight = sight
        self.notes: dict[str, Any] = {}
        self._packages: dict[str, Package] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._homes: dict[str, tuple[str, ...]] = {}

    def package(self, name: str) -> Package:
        """What a package's files share; nothing for one from elsewhere."""
        known = self._packages.get(name)
        if known is None:
            paths = self.layout.files.get(name, ())
            shares = ((path, self.sight.share(self.facts[path], name)) for path in paths)
            known = self._packages[name] = _package(shares)
        return known

    def members(self, path: str) -> frozenset[str]:
        """Every name that a file defines, at any depth; namespaces aside."""
        known = self._members.get(path)
        if known is None:
            definitions = self.facts[path].definitions
            known = frozenset(item.name for item in definitions if item.kind != "module")
            self._members[path] = known
        return known

    def choose(self, importer: str, paths: Sequence[str], *, is_named: bool) -> Sequence[str]:
        """Those of the definers of a name that a file means."""
        return self.sight.choose(self.layout, importer, paths, is_named)

    def fits(self, owner: str, name: str, words: frozenset[str]) -> bool:
        """Whether a file with these words may call what is added to `owner` under a name.

        A value of another library's type comes from anywhere; one of ours from where the
        type is named. A member goes before an addition of the same name.
        """
        homes = self._homes.get(owner)
        if homes is None:
            packages = map(self.package, self.layout.files)
            homes = self._homes[owner] = tuple(
                path for package in packages for path in package.types.get(owner, ())
            )
        if not homes:
            return True
        if owner not in words:
            return False
        return not any(name in own_members(self.facts[path].coded_outline) for path in homes)

    def find(self, dotted: str, words: frozenset[str]) -> tuple[list[str], str]:
        """The files that define what a full name starts with after its package, and that name.

        Of several extensions with one name those count whose types are among `words`.
        """
        cut = len(dotted)
        while cut > 0:
            cut = max(dotted.rfind(".", 0, cut), 0)
            package = dotted[:cut]
            if package in self.layout.files:
                name = dotted[cut:].lstrip(".").partition(".")[0]
                found = self.package(package).definers(name, words)
                if found:
                    return found, name
        return [], ""


def gather(
    facts: Mapping[str, FileFacts],
    languages: frozenset[str],
    homes: Callable[[FileFacts], Iterable[str]],
) -> dict[str, list[str]]:
    """Package -> its files, where `homes` tells the packages that a file's names live in."""
    files: dict[str, list[str]] = {}
    for path in sorted(facts):
        if facts[path].language in languages:
            for home in homes(facts[path]):
                files.setdefault(home, []).append(path)
    return files


def _package(shares: Iterable[tuple[str, Shared]]) -> Package:
    types: dict[str, list[str]] = {}
    functions: dict[str, list[str]] = {}
    methods: dict[str, list[Addition]] = {}
    fields: dict[str, list[Addition]] = {}
    for path, shared in shares:
        for name in shared.types:
            types.setdefault(name, []).append(path)
        for name in shared.functions:
            functions.setdefault(name, []).append(path)
        for name, owner in shared.methods:
            methods.setdefault(name, []).append((path, owner))
        for name, owner in shared.fields:
            fields.setdefault(name, []).append((path, owner))
    return Package(types, functions, methods, fields)


def take(found: Found, importer: str, paths: Sequence[str], name: str, tables: Tables) -> None:
    """Note that a name, asked for in so many words, comes from `paths`."""
    for path in tables.choose(importer, paths, is_named=True):
        found.setdefault(path, set()).add(name)


def take_words(
    found: Found, facts: FileFacts, uses: Uses, package: Package, tables: Tables
) -> None:
    """Note the names of a package that a file, which sees all of it, uses."""
    defining: list[tuple[str, Sequence[str]]] = [
        (name, package.types[name])
        for name in uses.words & package.types.keys()
        if not nests(facts, name)
    ]
    defining += [(name, package.functions[name]) for name in uses.calls & package.functions.keys()]
    for words, added in ((uses.methods, package.methods), (uses.fields, package.fields)):
        for name in words & added.keys():
            # What the file has itself under this name is likelier meant.
            if not defines(facts, name):
                fit = [path for path, owner in added[name] if tables.fits(owner, name, uses.words)]
                defining.append((name, fit))
    for name, paths in defining:
        for path in tables.choose(facts.path, paths, is_named=False):
            found.setdefault(path, set()).add(name)


def passed_on(paths: Iterable[str], facts: Mapping[str, FileFacts]) -> list[Import]:
    """The imports of some files that count for others too."""
    passing = (facts[path] for path in paths if "true" in facts[path].coded_imports)
    return [item for each in passing for item in each.imports if item.exported]
