"""Whether the members and keyword arguments that a completion uses are there.

Only what is sure counts: a false alarm hides a right completion, and a name that passes
is no worse than without a check. So wherever something may give a thing members that no
text shows, it is taken to have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.checks import nowhere
from context.checks.python import check as python
from context.selection.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.index import Index
    from context.types import Invented, Snapshot, SymbolCheck

LANGUAGES = {"Python": python.invented} | dict.fromkeys(nowhere.LANGUAGES, nowhere.invented)
_MEMO = Memo()


@dataclass(frozen=True, slots=True)
class _Check:
    index: Index
    snapshot: Snapshot
    read: Callable[[str], str | None]
    memo: Memo

    def invented(self, text: str, n_replaced: int, /) -> tuple[Invented, ...]:
        """What of the completion's names isn't there, in its order."""
        check = LANGUAGES.get(self.snapshot.language)
        if check is None:
            return ()
        return check(self.index, self.snapshot, self.read, self.memo, text, n_replaced)


def symbol_check(
    index: Index,
    snapshot: Snapshot,
    *,
    read: Callable[[str], str | None],
    memo: Memo | None = None,
) -> SymbolCheck:
    """What tells invented names in a completion for that cursor; cheap until it is asked.

    Asked, it takes milliseconds and reads the files that the completion's names lead to,
    so not on the event loop.
    """
    return _Check(index, snapshot, read, _MEMO if memo is None else memo)
