"""The order in which snippets are read: dependencies first, the most relevant last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.index import Index
    from context.types import Snippet


def arrange(snippets: Sequence[Snippet], index: Index) -> tuple[Snippet, ...]:
    """The snippets in topological order, ranks counted anew.

    Where the imports leave it open who comes first, the most relevant comes last,
    next to the document it is relevant to. Files that import each other stay in the
    order that the whole graph gives them.
    """
    by_rank = sorted(snippets, key=lambda item: (item.rank, item.path))
    ranked = {item.path: replace(item, rank=rank) for rank, item in enumerate(by_rank)}
    needed_by = index.following(list(ranked))
    waiting = {path: len(users) for path, users in needed_by.items()}
    needs: dict[str, list[str]] = {path: [] for path in ranked}
    for path, users in needed_by.items():
        for user in users:
            needs[user].append(path)
    backwards: list[Snippet] = []
    todo = dict(ranked)
    while todo:
        # From the end: of what nobody left needs to come before him, the most relevant.
        path = next(path for path in todo if not waiting[path])
        backwards.append(todo.pop(path))
        for need in needs[path]:
            waiting[need] -= 1
    return tuple(reversed(backwards))
