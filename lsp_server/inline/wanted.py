"""How much is wanted at a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.extent import aim_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.types import Extent
    from lsp_server.inline.asked import Asked

# So many different completions are shown to who asks for them.
N_INVOKED = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is to be generated.

    Attributes:
        n: how many different completions.
        max_new_tokens: the most that each may have.
        fills: the block that the cursor is in has nothing in it yet: all of it is wanted.
    """

    extent: Extent
    n: int
    max_new_tokens: int
    fills: bool = False


def wanted(asked: Asked) -> Wanted:
    """How much to ask for; parses the document, so not on the event loop."""
    aim = aim_at(asked.snapshot, is_invoked=asked.is_invoked)
    most = asked.workspace.settings.completion.max_tokens
    n = N_INVOKED if asked.is_invoked else 1
    return Wanted(aim.extent, n, most, aim.fills)
