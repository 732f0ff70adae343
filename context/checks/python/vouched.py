"""Whether the repository speaks for a member that no class shows: it assigns it somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.python.members import files_with

if TYPE_CHECKING:
    from context.checks.python.world import World

_MOST_FILES = 120
_WRITTEN = (
    r"(\w+)(?:\([^()\n]*\)|\[[^\[\]\n]*\])?\s*\.\s*{}\s*"
    r"(?::[^=\n]+)?(?:[-+*/|&@%^]|//|\*\*|<<|>>)?=(?!=)"
)
_LISTED = (
    r"\.\s*{0}\s*,[^=\n]*=(?!=)|,\s*\w[\w.]*\.\s*{0}\s*=(?!=)"
    r"|\bas\s+[\w.]+\.{0}\b|\bfor\s+[\w.]+\.{0}\b"
)
_BY_NAME = (
    r"(?:setattr|patch(?:\.object)?|delattr|add_to_class|create_autospec)"
    r"\s*\([^()]*[\"'](?:[\w.]*\.)?{}[\"']"
)
_SELVES = frozenset({"self", "cls"})


def is_vouched(world: World, name: str, receiver: str) -> bool:
    """Whether a member of this name is given to a thing from outside, or read from its like.

    `receiver` is the last name of what it is read from: `request` of `self.request.user`.
    """
    paths = files_with(world, name)
    if len(paths) > _MOST_FILES:
        return True
    word = re.escape(name)
    written = re.compile(_WRITTEN.format(word))
    others = re.compile("|".join((_LISTED.format(word), _BY_NAME.format(word))))
    is_own = receiver in _SELVES or not receiver
    read = None if is_own else re.compile(rf"\b{re.escape(receiver)}\s*\.\s*{word}\b")
    for path in paths:
        text = world.text(path)
        if text is None or others.search(text) or (read is not None and read.search(text)):
            return True
        if any(match.group(1) not in _SELVES for match in written.finditer(text)):
            return True
    return False
