"""A file's text with what a parser saw in it, ready to be looked at."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from context.facts import CONTAINERS
from context.text import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from context.facts import Definition, FileFacts

# Loggers and type variables are everywhere and lead nowhere.
_SILENT = re.compile(r"=\s*(?:[\w.]*\bgetLogger|(?:typing\.)?(?:TypeVar|ParamSpec))\(")


class Source:
    """A text, its lines and definitions, and tables of those made when first asked for."""

    def __init__(self, facts: FileFacts, text: str) -> None:
        self.facts = facts
        self.text = text

    @cached_property
    def definitions(self) -> Sequence[Definition]:
        """What the text defines, in its order."""
        return self.facts.definitions

    @cached_property
    def rows(self) -> list[str]:
        """The lines, each with its end."""
        return lines(self.text)

    @cached_property
    def stripped(self) -> str:
        """The text without the blanks at its end."""
        return self.text.rstrip()

    @cached_property
    def sizes(self) -> dict[tuple[int, int], int]:
        """Characters that a definition takes at a level; filled by who has counted them."""
        return {}

    @cached_property
    def _once(self) -> dict[Hashable, Any]:
        return {}

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` makes of this text alone, made when first asked for under a key."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]

    @cached_property
    def children(self) -> Mapping[int, tuple[int, ...]]:
        """Definition -> those that stand in it; -1 for those at the top of the file.

        A method that names its owner (Go) belongs to that type, and so do the members
        of what only adds to a type (a Rust `impl`).
        """
        found: dict[int, list[int]] = {}
        for at, item in enumerate(self.definitions):
            home = item.parent
            owner = item.owner or (self.definitions[home].owner if home >= 0 else "")
            if owner in self.tops:
                home = self.tops[owner][0]
            if home != at:
                found.setdefault(home, []).append(at)
        return {home: tuple(inner) for home, inner in found.items()}

    @cached_property
    def tops(self) -> Mapping[str, tuple[int, ...]]:
        """Name -> the definitions of that name at the top of the file or in its namespaces."""
        found: dict[str, list[int]] = {}
        is_open = {-1: True}
        for at, item in enumerate(self.definitions):
            is_top = is_open.get(item.parent, False)
            is_top = is_top and not self._is_for_tests(at)
            is_open[at] = is_top and item.kind == "module"
            if is_top and not item.owner:
                found.setdefault(item.name, []).append(at)
        return {name: tuple(places) for name, places in found.items()}

    def _is_for_tests(self, at: int) -> bool:
        """Whether a definition is there only while its own file is tested, as in Rust."""
        is_module = self.definitions[at].kind == "module" and self.facts.language == "Rust"
        return is_module and "#[cfg(test)]" in self.head(at)

    @cached_property
    def names(self) -> Mapping[str, tuple[int, ...]]:
        """Name -> the definitions of that name at any depth, no function's own variables."""
        found: dict[str, list[int]] = {}
        for at, item in enumerate(self.definitions):
            home = item.parent
            if home < 0 or self.definitions[home].kind in CONTAINERS:
                found.setdefault(item.name, []).append(at)
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def _members(self) -> dict[int, dict[str, int]]:
        return {}

    def member(self, at: int, name: str) -> int | None:
        """The first member of a type that has this name."""
        known = self._members.get(at)
        if known is None:
            known = self._members[at] = {}
            for child in self.children.get(at, ()):
                known.setdefault(self.definitions[child].name, child)
        return known.get(name)

    @cached_property
    def outermost(self) -> tuple[int, ...]:
        """What is defined at the top of the file and in its namespaces."""
        return tuple(at for places in self.tops.values() for at in places)

    @cached_property
    def roster(self) -> tuple[int, ...]:
        """Of each name at the top one definition, without what says nothing to others.

        The last one: before it may stand overloads, or a substitute.
        """
        last = (places[-1] for name, places in self.tops.items() if not name.startswith("__"))
        return tuple(at for at in last if not _SILENT.search(self.rows[self.definitions[at].line]))

    def head(self, at: int) -> str:
        """The lines of a definition's signature."""
        item = self.definitions[at]
        return "".join(self.rows[item.line : item.head + 1])

    def body(self, at: int) -> str:
        """All lines of a definition."""
        item = self.definitions[at]
        return "".join(self.rows[item.line : item.last + 1])
