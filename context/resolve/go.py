"""Go's imports: a package is a folder, found through the module paths of `go.mod` files.

An import leads to those files of the package that define a name the importer
reads from it, tests left out: they can't be imported. Files of one package see
each other without imports: there the words that a file uses lead to the files
that define them at the top level.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.resolve.family import Family
from context.resolve.paths import folder_of, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context.facts import FileFacts, Import

_MODULE = re.compile(r'^\s*module\s+"?([^\s"]+)', re.MULTILINE)
_TEST = "_test.go"

# Name -> the files that define it at the top level.
Definers = dict[str, list[str]]


class Layout(NamedTuple):
    """Where packages lie.

    Attributes:
        files: folder -> the files that an import of it reads.
        kin: folder and package name -> all files of that package, tests too.
        modules: module path -> folder, the longest path first.
    """

    files: Mapping[str, list[str]]
    kin: Mapping[tuple[str, str], list[str]]
    modules: Mapping[str, str]

    def folder_of_package(self, module: str) -> str | None:
        """The folder of an imported package; None for one from elsewhere."""
        for name, folder in self.modules.items():
            if module == name or module.startswith(name + "/"):
                return join(folder, module[len(name) + 1 :])
        vendored = join("vendor", module)
        return vendored if vendored in self.files else None


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_definers", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._definers: dict[tuple[str, str | None], Definers] = {}

    def imported(self, folder: str) -> Definers:
        """Who defines what in the package that lies in a folder."""
        return self._table((folder, None), self.layout.files.get(folder, ()))

    def own(self, facts: FileFacts) -> Definers:
        """Who defines what in the package that a file belongs to."""
        key = (folder_of(facts.path), facts.package)
        return self._table(key, self.layout.kin.get(key, ()))

    def _table(self, key: tuple[str, str | None], paths: Iterable[str]) -> Definers:
        table = self._definers.get(key)
        if table is None:
            table = self._definers[key] = {}
            for path in paths:
                for name in self.facts[path].names - {"_", "init", "main"}:
                    table.setdefault(name, []).append(path)
        return table


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where packages lie in a set of files."""
    files: dict[str, list[str]] = {}
    kin: dict[tuple[str, str], list[str]] = {}
    for path in sorted(facts):
        if facts[path].language == "Go":
            kin.setdefault((folder_of(path), facts[path].package), []).append(path)
            if not path.endswith(_TEST):
                files.setdefault(folder_of(path), []).append(path)
    return Layout(files, kin, _modules(facts) if files else {})


def _modules(facts: Mapping[str, FileFacts]) -> dict[str, str]:
    """Module path -> folder, the longest path first, as one module may lie in another."""
    found: dict[str, str] = {}
    for path in sorted(facts):
        if path.rpartition("/")[2] == "go.mod":
            named = _MODULE.search(facts[path].manifest)
            if named:
                found.setdefault(named.group(1), folder_of(path))
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a Go file imports or sees, each with the names it takes from there."""
    found: dict[str, set[str]] = {}
    words = facts.words
    is_test = facts.path.endswith(_TEST)
    own = tables.own(facts)
    for name in own.keys() & words:
        for path in own[name]:
            if is_test or not path.endswith(_TEST):
                found.setdefault(path, set()).add(name)
    for item in facts.imports:
        folder = tables.layout.folder_of_package(item.module)
        if folder is not None and folder in tables.layout.files:
            _take(item, folder, words, tables, found)
    return found


def _take(
    item: Import, folder: str, words: frozenset[str], tables: Tables, found: dict[str, set[str]]
) -> None:
    """Note what an import reads from the package in `folder`."""
    definers = tables.imported(folder)
    taken = definers.keys() & _reads(item, folder, words, tables)
    for name in taken:
        for path in definers[name]:
            found.setdefault(path, set()).add(name)
    if not taken:
        # Imported for what it does when it is loaded, or by what a parser didn't see.
        found.setdefault(_face(folder, tables.layout.files[folder]), set())


def _reads(item: Import, folder: str, words: frozenset[str], tables: Tables) -> Iterable[str]:
    """The names that a file may have from an import; all its words where that can't be told.

    A package is most often called as its folder is, and says so itself where not.
    """
    package = tables.facts[tables.layout.files[folder][0]].package
    named = item.module.rpartition("/")[2]
    if item.names or (not item.used and package not in {named, item.alias} and item.alias != "_"):
        return words
    return item.used


def _face(folder: str, paths: list[str]) -> str:
    """The file of a package to show for the package itself."""
    names = (join(folder, folder.rpartition("/")[2] + ".go"), join(folder, "doc.go"))
    return next((name for name in names if name in paths), paths[0])


def _awaited(
    before: Layout, after: Layout, files: Mapping[str, FileFacts]
) -> frozenset[str] | None:
    """How the packages are imported whose files came or went."""
    if before.modules != after.modules:
        return None
    folders = {folder_of(path) for path, item in files.items() if item.language == "Go"}
    roots = [name for name, folder in after.modules.items() if folder in folders]
    return frozenset(name.rpartition("/")[2] for name in (*folders, *roots)) - {""}


FAMILY = Family(frozenset({"Go"}), layout, Tables, targets, is_by_word=True, awaited=_awaited)
