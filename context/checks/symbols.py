"""Whether the members and keyword arguments that a completion uses are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.index import Index
    from context.selection.memo import Memo
    from context.types import Invented, Snapshot, SymbolCheck


class _Check:
    def invented(self, text: str, n_replaced: int, /) -> tuple[Invented, ...]:
        del text, n_replaced
        return ()


def symbol_check(
    index: Index,
    snapshot: Snapshot,
    *,
    read: Callable[[str], str | None],
    memo: Memo | None = None,
) -> SymbolCheck:
    """What tells invented names in a completion for that cursor; cheap until it is asked."""
    del index, snapshot, read, memo
    return _Check()
