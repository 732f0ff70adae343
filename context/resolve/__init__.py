"""Which files a file imports: one module a family of languages, one function for all of them.

Pure: what is asked is a mapping of facts, never the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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


class Following(NamedTuple):
    """A resolver for other files, and whose imports must be resolved again with it.

    Attributes:
        moved: the languages whose modules lie elsewhere now.
        awaited: languages, with words: where an import has one of these, it may lead elsewhere.
    """

    resolver: Resolver
    moved: frozenset[str]
    awaited: Mapping[frozenset[str], frozenset[str]]


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

    def follow(self, facts: Mapping[str, FileFacts], changed: Collection[str]) -> Following:
        """The resolver for facts in which the `changed` files have other texts, come or go.

        What a manifest says on other matters moves nothing: only a layout that isn't equal
        to the one before counts as another. While all that changes is what files do inside,
        tables stay too: a keystroke in a body looks up its file's imports in warm ones.
        """
        made = Resolver(facts, dict(self._layouts))
        pairs = [(self._facts.get(path), facts.get(path)) for path in changed]
        movers = {new.language for old, new in pairs if old and new and is_moved(old, new)}
        others = {path: self._facts.get(path) or facts[path] for path in changed}
        others = {
            path: item for path, item in others.items() if self._lacks(path) or made._lacks(path)
        }
        moved: frozenset[str] = frozenset()
        awaited: dict[frozenset[str], frozenset[str]] = {}
        for family in _present(facts) if movers or others else ():
            is_told = bool(movers) and (family.reads_manifests or movers & family.languages)
            if is_told or any(_may_concern(family, item) for item in others.values()):
                words = made._words_after(self, family, {} if is_told else others)
                if words is None:
                    moved |= family.languages
                elif words:
                    awaited[family.languages] = words
        if not (moved or others) and not any(
            old and new and sounds_other(old, new) for old, new in pairs
        ):
            made._tables = self._tables
        return Following(made, moved, awaited)

    def _words_after(
        self, before: Resolver, family: Family, others: Mapping[str, FileFacts]
    ) -> frozenset[str] | None:
        """Lay a family out anew: the words whose imports that may concern, None for all."""
        old, new = before._layout_of(family), self._laid_anew(family)
        if family.awaited is not None and others:
            return family.awaited(old, new, others)
        if old != new:
            return None
        self._layouts[family] = old
        return frozenset()

    def edges(self, facts: FileFacts) -> Edges:
        """The files that `facts` imports, sorted, each with the names it takes from there."""
        family = family_of(facts.language)
        if family is None:
            return {}
        found = family.targets(facts, self._tables_of(family))
        found.pop(facts.path, None)
        return {path: tuple(sorted(found[path])) for path in sorted(found)}

    def layout(self, language: str) -> Any:
        """Where the modules of a language's family lie; None for a language without imports."""
        family = family_of(language)
        return None if family is None else self._layout_of(family)

    def _tables_of(self, family: Family) -> Any:
        tables = self._tables.get(family)
        if tables is None:
            layout = self._layout_of(family)
            tables = self._tables[family] = family.tables(self._facts, layout)
        return tables

    def _lacks(self, path: str) -> bool:
        return path not in self._facts

    def _laid_anew(self, family: Family) -> Any:
        self._layouts.pop(family, None)
        return self._layout_of(family)

    def _layout_of(self, family: Family) -> Any:
        layout = self._layouts.get(family)
        if layout is None:
            layout = self._layouts[family] = family.layout(self._facts)
        return layout


def _present(facts: Mapping[str, FileFacts]) -> set[Family]:
    """The families that a repository has files of."""
    found = map(family_of, {item.language for item in facts.values()})
    return {family for family in found if family is not None}


def _may_concern(family: Family, facts: FileFacts) -> bool:
    """Whether a file that comes or goes may be one that the family's imports lead to.

    Its own, and what is of no family: manifests, projects, texts that are included.
    """
    return facts.language in family.languages or facts.language not in _BY_LANGUAGE
