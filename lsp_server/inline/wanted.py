"""How much is wanted at a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from context.types import Extent
    from lsp_server.inline.asked import Asked


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is to be generated.

    Attributes:
        n: how many different completions.
        max_new_tokens: the most that each may have.
    """

    extent: Extent
    n: int
    max_new_tokens: int


def wanted(asked: Asked) -> Wanted:
    """How much to ask for; parses the document, so not on the event loop."""
    rest = asked.suffix.split("\n", 1)[0]
    extent: Extent = "line" if rest.strip() else "block"
    return Wanted(extent, 1, asked.workspace.settings.completion.max_tokens)
