"""Which files a file imports: one module a family of languages, one function for all of them.

Pure: what is asked is a mapping of facts, never the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.resolve import (
    c,
    csharp,
    go,
    javascript,
    jvm,
    lua,
    php,
    python,
    ruby,
    rust,
    shell,
    swift,
)
from context.resolve.change import is_moved, sounds_other

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from context.facts import FileFacts
    from context.resolve.family import Family

Edges = dict[str, tuple[str, ...]]

_FAMILIES: tuple[Family, ...] = (
    rust.FAMILY,
    c.FAMILY,
    go.FAMILY,
    csharp.FAMILY,
    javascript.FAMILY,
    jvm.FAMILY,
    python.FAMILY,
    swift.FAMILY,
    ruby.FAMILY,
    php.FAMILY,
    lua.FAMILY,
    shell.FAMILY,
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
        self, facts: Mapping[str, FileFacts], changed: Collection[str]
    ) -> tuple[Resolver, frozenset[str]]:
        """The resolver for other texts of the `changed` files, under the same paths.

        And the languages whose modules lie elsewhere for it. What a manifest says on other
        matters moves nothing: only a layout that isn't equal to the one before counts as
        another. While all that changes is what files do inside, tables stay too: a keystroke
        in a body looks up its file's imports in warm ones.
        """
        made = Resolver(facts, dict(self._layouts))
        moved: frozenset[str] = frozenset()
        pairs = [(self._facts[path], facts[path]) for path in changed]
        movers = {new.language for old, new in pairs if is_moved(old, new)}
        for family in {family_of(item.language) for item in facts.values()} if movers else ():
            if family and (family.reads_manifests or movers & family.languages):
                before, after = self._layout_of(family), made._laid_anew(family)
                if after == before:
                    made._layouts[family] = before
                else:
                    moved |= family.languages
        if not moved and not any(sounds_other(old, new) for old, new in pairs):
            made._tables = self._tables
        return made, moved

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

    def _laid_anew(self, family: Family) -> Any:
        self._layouts.pop(family, None)
        return self._layout_of(family)

    def _layout_of(self, family: Family) -> Any:
        layout = self._layouts.get(family)
        if layout is None:
            layout = self._layouts[family] = family.layout(self._facts)
        return layout
