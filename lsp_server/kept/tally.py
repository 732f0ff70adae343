"""What was counted, by day, language and backend: numbers alone, no code and no paths."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Key(NamedTuple):
    """What is counted apart; the day is the user's own, as `2026-01-31`."""

    day: str
    language: str
    backend: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How completions fared.

    Attributes:
        shown: suggestions, each once however long somebody types through it.
        accepted: of these, those that were accepted, wholly or in part.
        rejected: those turned down, where the editor says so.
        characters: accepted ones, blanks aside, that were looked for a minute later.
        kept: of those, how many were there.
    """

    shown: int = 0
    accepted: int = 0
    rejected: int = 0
    characters: int = 0
    kept: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES = tuple(each.name for each in fields(Counts))


def _today() -> str:
    return date.today().isoformat()  # noqa: DTZ011 - the user's own day is what they look for


@dataclass(slots=True)
class Tally:
    """What was counted since it was last written down.

    Attributes:
        on_change: called when there is something to write where there was nothing.
    """

    today: Callable[[], str] = _today
    on_change: Callable[[], None] | None = None
    _counts: dict[Key, Counts] = field(default_factory=dict[Key, Counts])

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, language: str, backend: str, **counts: int) -> None:
        """Count something, by the names of `Counts`."""
        was_empty = not self._counts
        self.put_back({Key(self.today(), language, backend): Counts(**counts)})
        if was_empty and self.on_change is not None:
            self.on_change()

    def take(self) -> dict[Key, Counts]:
        """All of it, to be written down; nothing is left here."""
        taken, self._counts = self._counts, {}
        return taken

    def put_back(self, counts: dict[Key, Counts]) -> None:
        """Count what couldn't be written down."""
        for key, more in counts.items():
            self._counts[key] = self._counts.get(key, Counts()) + more
