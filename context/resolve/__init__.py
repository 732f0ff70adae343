"""Which files a file imports: one module a language, one function for all of them.

Pure: what is asked is a mapping of facts, never the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from context.resolve import go, javascript, python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

Edges = dict[str, tuple[str, ...]]


class _Layouts(NamedTuple):
    """What depends on the files' paths and manifests, not on their texts."""

    python: python.Layout
    javascript: javascript.Layout
    go: go.Layout


class Resolver:
    """What the languages know about one set of files; for one set of facts, never changed.

    Laying out takes time in proportion to the repository, a question to the imports
    of one file. `follow` keeps the layout when only texts have changed.
    """

    __slots__ = ("_go", "_javascript", "_layouts", "_python")

    def __init__(self, facts: Mapping[str, FileFacts], layouts: _Layouts | None = None) -> None:
        if layouts is None:
            layouts = _Layouts(python.layout(facts), javascript.layout(facts), go.layout(facts))
        self._layouts = layouts
        self._python = python.Tables(facts, layouts.python)
        self._javascript = javascript.Tables(facts, layouts.javascript)
        self._go = go.Tables(facts, layouts.go)

    def follow(self, facts: Mapping[str, FileFacts]) -> Resolver:
        """The resolver for other texts under the same paths."""
        return Resolver(facts, self._layouts)

    def edges(self, facts: FileFacts) -> Edges:
        """The files that `facts` imports, sorted, each with the names it takes from there."""
        found: dict[str, set[str]] = {}
        if facts.language == "Python":
            found = python.targets(facts, self._python)
        elif facts.language in javascript.LANGUAGES:
            found = javascript.targets(facts, self._javascript)
        elif facts.language == "Go":
            found = go.targets(facts, self._go)
        found.pop(facts.path, None)
        return {path: tuple(sorted(found[path])) for path in sorted(found)}
