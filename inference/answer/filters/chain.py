"""All filters, in the order in which they look at a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.answer.filters.closing import cut_closing
from inference.answer.filters.echo import cut_echo
from inference.answer.filters.foreign import cut_foreign

if TYPE_CHECKING:
    from inference.answer.cuts import Cut

# Each with what to tell the user when it leaves nothing.
FILTERS: tuple[tuple[str, Cut], ...] = (
    ("what was generated is no code", cut_foreign),
    ("it only repeats what follows the cursor", cut_closing),
    ("it only repeats what stands above the cursor", cut_echo),
)
