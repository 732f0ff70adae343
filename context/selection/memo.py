"""What selecting has worked out before: files looked at, texts cut down, and what they cost.

Forgetting any of it changes no answer, only how long the answer takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.parsing.parse import parse_open
from context.selection.outlined import Source
from context.text import digest, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from context.facts import FileFacts
    from context.index import Index
    from context.types import TokenCounter

# Of each generation; what is asked for of the one before moves into the present one.
_MOST_FORMS = 16_000
_MOST_CHARS = 16_000_000


class Memo:
    """A cache for `select`, bounded, safe to share between the states of one session."""

    # Several threads may ask at once, and any of them may put an empty dictionary in a
    # full one's place: whoever has begun with one goes on with that one.
    __slots__ = (
        "_about",
        "_about_before",
        "_chars",
        "_counted",
        "_sources",
        "_sources_before",
        "_tables",
    )

    def __init__(self) -> None:
        self._counted: tuple[TokenCounter, dict[tuple[str, str], int]] | None = None
        self._about: dict[Hashable, Any] = {}
        self._about_before: dict[Hashable, Any] = {}
        self._sources: dict[tuple[str, str], Source] = {}
        self._sources_before: dict[tuple[str, str], Source] = {}
        self._chars = 0
        self._tables: dict[str, tuple[object, Any]] = {}

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

    def about(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for each key; keys name the digest they are true of."""
        known = self._about
        if key not in known:
            if len(known) > _MOST_FORMS:
                self._about_before = known
                known = self._about = {}
            before = self._about_before
            known[key] = before[key] if key in before else make()
        return known[key]

    def table(self, name: str, of: object, make: Callable[[], Any]) -> Any:
        """What `make` makes of something big; kept for the last `of` of each name."""
        known = self._tables.get(name)
        if known is None or known[0] is not of:
            known = (of, make())
            self._tables[name] = known
        return known[1]

    def source(self, path: str, index: Index, read: Callable[[str], str | None]) -> Source | None:
        """A file of the index, ready to be looked at; None where its text can't be had."""
        facts = index.facts[path]
        key = (path, facts.digest)
        sources = self._sources
        if key in sources:
            return sources[key]
        found = self._sources_before.get(key)
        if found is None:
            text = read(path)
            if not text:
                # Not kept: what can't be had now may be there again at the next request.
                return None
            found = _made(facts, text)
        if self._chars > _MOST_CHARS:
            self._sources_before = sources
            sources = self._sources = {}
            self._chars = 0
        sources[key] = found
        self._chars += len(found.text)
        return found


def _made(facts: FileFacts, text: str) -> Source:
    if digest(to_bytes(text)) != facts.digest:
        # The file has changed since it was indexed, and so have its lines.
        facts = parse_open(facts.path, facts.language, text)
    return Source(facts, text)
