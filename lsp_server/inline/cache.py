"""Completions kept, so that who types through one, or comes back, doesn't wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.types import Completion
    from lsp_server.inline.asked import Asked


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache has for a request: what is left of completions, the best first.

    Attributes:
        is_whole: generation came to its end; otherwise more may be had.
    """

    completions: tuple[Completion, ...]
    is_whole: bool = True


class Cache:
    """Completions of one workspace, the longest unused forgotten first."""

    def look(self, asked: Asked) -> Found | None:
        """What is left of what is known for this place; None where nothing is."""
        raise NotImplementedError

    def keep(self, asked: Asked, completions: tuple[Completion, ...], *, is_whole: bool) -> None:
        """Remember what a backend answered to a request."""
        raise NotImplementedError
