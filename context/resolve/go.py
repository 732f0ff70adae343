"""Go's imports: a package is a folder, found through the module paths of `go.mod` files.

An import leads to those files of the package that define a name the importer
reads from it, tests left out: they can't be imported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.resolve.family import Family
from context.resolve.paths import folder_of, join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

_MODULE = re.compile(r'^\s*module\s+"?([^\s"]+)', re.MULTILINE)


class Layout(NamedTuple):
    """Folder -> its package's files, and module path -> folder."""

    files: Mapping[str, list[str]]
    modules: Mapping[str, str]

    def folder_of_package(self, module: str) -> str | None:
        """The folder of an imported package; None for one from elsewhere."""
        for name, folder in self.modules.items():
            if module == name or module.startswith(name + "/"):
                return join(folder, module[len(name) + 1 :])
        vendored = join("vendor", module)
        return vendored if vendored in self.files else None


class Tables(NamedTuple):
    """A layout and the facts of its files."""

    facts: Mapping[str, FileFacts]
    layout: Layout


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where packages lie in a set of files."""
    files: dict[str, list[str]] = {}
    for path in sorted(facts):
        if facts[path].language == "Go" and not path.endswith("_test.go"):
            files.setdefault(folder_of(path), []).append(path)
    return Layout(files, _modules(facts) if files else {})


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
    """The files that a Go file imports, each with the names it takes from there."""
    found: dict[str, set[str]] = {}
    for item in facts.imports:
        folder = tables.layout.folder_of_package(item.module)
        if folder is None:
            continue
        names = facts.words if item.names else frozenset(item.used)
        for path in tables.layout.files.get(folder, ()):
            taken = names & tables.facts[path].names
            if taken:
                found.setdefault(path, set()).update(taken)
    return found


FAMILY = Family(frozenset({"Go"}), layout, Tables, targets, is_by_word=True)
