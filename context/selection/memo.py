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

_MOST_FORMS = 20_000
_MOST_SOURCES = 768


class Memo:
    """A cache for `select`, bounded, safe to share between the states of one session."""

    # Several threads may ask at once, and any of them may put an empty dictionary in a
    # full one's place: whoever has begun with one goes on with that one.
    __slots__ = ("_about", "_counted", "_sources", "_tables")

    def __init__(self) -> None:
        self._counted: tuple[TokenCounter, dict[tuple[str, str], int]] | None = None
        self._about: dict[Hashable, Any] = {}
        self._sources: dict[tuple[str, str], Source] = {}
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
        if len(known) > _MOST_FORMS:
            known = self._about = {}
        if key not in known:
            known[key] = make()
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
        if len(sources) > _MOST_SOURCES:
            # The half that came last is likelier to be asked for again.
            kept = list(sources.items())[_MOST_SOURCES // 2 :]
            sources = self._sources = dict(kept)
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
    return Source(facts, text)
