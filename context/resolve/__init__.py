"""Which files a file imports: one module a family of languages, one function for all of them.

Pure: what is asked is a mapping of facts, never the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.resolve import go, javascript, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts
    from context.resolve.family import Family

Edges = dict[str, tuple[str, ...]]

_FAMILIES: tuple[Family, ...] = (
    go.FAMILY,
    javascript.FAMILY,
    python.FAMILY,
)
_BY_LANGUAGE = {language: family for family in _FAMILIES for language in family.languages}


def family_of(language: str) -> Family | None:
    """The family that a language's imports stay in; None where nobody resolves them."""
    return _BY_LANGUAGE.get(language)


class Resolver:
    """What the languages know about one set of files; for one set of facts, never changed.

    Laying out takes time in proportion to the repository, a question to the imports
    of one file. `follow` keeps the layouts when only texts have changed. A language is
    laid out when its first file is asked about.
    """

    __slots__ = ("_facts", "_layouts", "_tables")

    def __init__(
        self, facts: Mapping[str, FileFacts], layouts: dict[Family, Any] | None = None
    ) -> None:
        self._facts = facts
        self._layouts = {} if layouts is None else layouts
        self._tables: dict[Family, Any] = {}

    def follow(
        self, facts: Mapping[str, FileFacts], movers: Sequence[str] = ()
    ) -> tuple[Resolver, frozenset[str]]:
        """The resolver for other texts under the same paths.

        And the languages whose modules lie elsewhere for it: of the files in `movers` the
        manifest or the package is another. What a manifest says on other matters moves nothing:
        only a layout that isn't equal to the one before counts as another.
        """
        if not movers:
            return Resolver(facts, self._layouts), frozenset()
        layouts = dict(self._layouts)
        moved: frozenset[str] = frozenset()
        languages = {facts[path].language for path in movers}
        for family in {family_of(item.language) for item in facts.values()}:
            if family and (family.reads_manifests or languages & family.languages):
                before = self._layout_of(family)
                layouts[family] = family.layout(facts)
                if layouts[family] == before:
                    layouts[family] = before
                else:
                    moved |= family.languages
        return Resolver(facts, layouts), moved

    def edges(self, facts: FileFacts) -> Edges:
        """The files that `facts` imports, sorted, each with the names it takes from there."""
        family = family_of(facts.language)
        if family is None:
            return {}
        found = family.targets(facts, self._tables_of(family))
        found.pop(facts.path, None)
        return {path: tuple(sorted(found[path])) for path in sorted(found)}

    def _tables_of(self, family: Family) -> Any:
        tables = self._tables.get(family)
        if tables is None:
            layout = self._layout_of(family)
            tables = self._tables[family] = family.tables(self._facts, layout)
        return tables

    def _layout_of(self, family: Family) -> Any:
        layout = self._layouts.get(family)
        if layout is None:
            layout = self._layouts[family] = family.layout(self._facts)
        return layout
