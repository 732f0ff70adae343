"""What selecting has worked out before: texts cut down, and what they cost.

Forgetting any of it changes no answer, only how long the answer takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.forms import Source, render
from context.languages import line_comment
from context.parse import parse_open
from context.text import digest, lines, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.candidates import Candidate
    from context.forms import Level, Rendered
    from context.index import Index
    from context.types import TokenCounter

_MOST_FORMS = 4_000
_MOST_SOURCES = 64

Key = tuple[str, str, str, frozenset[str]]


class Memo:
    """A cache for `fit`, bounded, safe to share between the states of one session."""

    __slots__ = ("_cost", "_costs", "_forms", "_sources")

    def __init__(self) -> None:
        self._cost: TokenCounter | None = None
        self._costs: dict[tuple[str, str], int] = {}
        self._forms: dict[Key, Rendered] = {}
        self._sources: dict[tuple[str, str], Source | None] = {}

    def count(self, cost: TokenCounter, path: str, text: str) -> int:
        """What `text` costs as a snippet; counted anew for another counter."""
        if cost is not self._cost or len(self._costs) > _MOST_FORMS:
            self._cost, self._costs = cost, {}
        key = (path, text)
        found = self._costs.get(key)
        if found is None:
            found = self._costs[key] = cost.snippet(path, text)
        return found

    def form(
        self, level: Level, candidate: Candidate, index: Index, read: Callable[[str], str | None]
    ) -> Rendered | None:
        """The candidate at a level; None where its text can't be had or has nothing to show."""
        name = index.facts[candidate.path].digest
        key = (level, candidate.path, name, candidate.names)
        if key not in self._forms:
            source = self._source(candidate.path, index, read)
            if source is None:
                return None
            if len(self._forms) > _MOST_FORMS:
                self._forms = {}
            self._forms[key] = render(level, candidate, source)
        return self._forms[key] if self._forms[key].text else None

    def _source(self, path: str, index: Index, read: Callable[[str], str | None]) -> Source | None:
        facts = index.facts[path]
        key = (path, facts.digest)
        if key not in self._sources:
            if len(self._sources) > _MOST_SOURCES:
                self._sources = {}
            text = read(path)
            if text is not None and digest(to_bytes(text)) != facts.digest:
                # The file has changed since it was indexed, and so have its lines.
                facts = parse_open(path, facts.language, text)
            comment = line_comment(facts.language) or "//"
            source = Source(text, lines(text), facts.definitions, comment) if text else None
            self._sources[key] = source
        return self._sources[key]
