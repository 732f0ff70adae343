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
    from context.facts import FileFacts
    from context.forms import Level, Rendered
    from context.index import Index
    from context.types import TokenCounter

_MOST_FORMS = 4_000
_MOST_SOURCES = 64

Key = tuple[str, str, str, frozenset[str]]


class Memo:
    """A cache for `fit`, bounded, safe to share between the states of one session."""

    # Several threads may ask at once, and any of them may put an empty dictionary in a
    # full one's place: whoever has begun with one goes on with that one.
    __slots__ = ("_counted", "_forms", "_sources")

    def __init__(self) -> None:
        self._counted: tuple[TokenCounter, dict[tuple[str, str], int]] | None = None
        self._forms: dict[Key, Rendered] = {}
        self._sources: dict[tuple[str, str], Source] = {}

    def count(self, cost: TokenCounter, path: str, text: str) -> int:
        """What `text` costs as a snippet; counted anew for a counter that isn't equal."""
        counted = self._counted
        if counted is None or counted[0] != cost or len(counted[1]) > _MOST_FORMS:
            counted = self._counted = (cost, {})
        _, costs = counted
        key = (path, text)
        if key not in costs:
            costs[key] = cost.snippet(path, text)
        return costs[key]

    def form(
        self, level: Level, candidate: Candidate, index: Index, read: Callable[[str], str | None]
    ) -> Rendered | None:
        """The candidate at a level; None where its text can't be had or has nothing to show."""
        name = index.facts[candidate.path].digest
        key = (level, candidate.path, name, candidate.names)
        forms = self._forms
        if len(forms) > _MOST_FORMS:
            forms = self._forms = {}
        if key not in forms:
            source = self._source(candidate.path, index, read)
            if source is None:
                return None
            forms[key] = render(level, candidate, source)
        return forms[key] if forms[key].text else None

    def _source(self, path: str, index: Index, read: Callable[[str], str | None]) -> Source | None:
        facts = index.facts[path]
        key = (path, facts.digest)
        sources = self._sources
        if len(sources) > _MOST_SOURCES:
            sources = self._sources = {}
        if key not in sources:
            text = read(path)
            if not text:
                # Not kept: what can't be had now may be there again at the next request.
                return None
            sources[key] = _made(facts, text)
        return sources[key]


def _made(facts: FileFacts, text: str) -> Source:
    if digest(to_bytes(text)) != facts.digest:
        # The file has changed since it was indexed, and so have its lines.
        facts = parse_open(facts.path, facts.language, text)
    comment = line_comment(facts.language) or "//"
    return Source(text, lines(text), facts.definitions, comment)
