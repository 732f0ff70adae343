"""How others use what a name stands for: the members they read from it."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING

from context.resolve.paths import ancestors
from context.selection import offers as o
from context.selection.infer import occurrences
from context.selection.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from context.selection.sight import Sight

_MOST_FILES = 6
_MOST_MEMBERS = 30
_SHORTEST = 2
# So many files are looked at for the word before giving up.
_MOST_LOOKED = 800
_MEMBER = re.compile(r"(?:\(\))?(?:\?\.|\.|->|::)([^\W\d]\w*)")
_SELVES = frozenset({"self", "this", "cls", "super"})


def used_elsewhere(sight: Sight, name: str, score: float) -> Iterator[Offer]:
    """Members that files near by read from something of the same name, nearest files first."""
    if name in _SELVES or len(name) < _SHORTEST:
        return
    seen = set(members_of(sight.document.text, name))
    for step, path in enumerate(_near_users(sight, name)):
        source = sight.source(path)
        if source is None:
            continue
        text = source.text
        key = ("uses of", path, source.facts.digest, name)
        members: tuple[str, ...] = sight.memo.about(key, partial(members_of, text, name))
        new = [member for member in members if member not in seen][:_MOST_MEMBERS]
        seen.update(new)
        if new:
            note = f"uses {name}: {', '.join(new)}"
            yield Offer(path, -1, o.NOTE, score - step, f"uses `{name}`", note)


def members_of(text: str, name: str) -> tuple[str, ...]:
    """The members that a text reads from something of this name, in its order."""
    found: dict[str, None] = {}
    for _, end in occurrences(text, name):
        member = _MEMBER.match(text, end)
        if member:
            found[member.group(1)] = None
    return tuple(found)


def _near_users(sight: Sight, name: str) -> list[str]:
    """Files with this word, those of the same folder first, then of the folders above."""
    facts = sight.index.facts
    # The folders stay the same object while a text changes, the facts don't.
    paths: list[str] = sight.memo.table("paths", sight.index.folders, lambda: sorted(facts))
    found: list[str] = []
    looked = range(0)
    left = _MOST_LOOKED
    for folder in ancestors(sight.path):
        start = bisect_left(paths, folder + "/") if folder else 0
        end = bisect_left(paths, folder + "0") if folder else len(paths)
        for at in range(start, end):
            if at in looked:
                continue
            left -= 1
            if _uses(sight, paths[at], name):
                found.append(paths[at])
            if len(found) >= _MOST_FILES or not left:
                return found
        looked = range(start, end)
    return found


def _uses(sight: Sight, path: str, name: str) -> bool:
    return name in sight.index.facts[path].coded_words and path != sight.path and sight.is_kin(path)
