"""Whether a name stands anywhere in a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from context.index import Index
    from context.selection.memo import Memo
    from context.types import Snapshot


def stands(index: Index, memo: Memo, snapshot: Snapshot, name: str) -> bool:
    """Whether a file of the repository, or the document without the completion, has a word."""
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", snapshot.text):
        return True
    known: dict[str, bool] = memo.table("standing", index, _empty)
    if name not in known:
        known[name] = _stands(index, name, snapshot.path)
    return known[name]


def _empty() -> dict[str, bool]:
    return {}


def _stands(index: Index, name: str, path: str) -> bool:
    return any(
        name in facts.coded_words and name in facts.words
        for facts in index.facts.values()
        if facts.path != path
    )
