"""What could be shown: one piece of one file, and how much it would be worth."""

from __future__ import annotations

from typing import NamedTuple

# Of a whole file: its definitions a line each with their members' names, its signatures,
# some uses of names, its first lines, all of it; or a line of names to go with the rest.
ROSTER, OUTLINE, USES, HEAD, FULL, NOTE = range(10, 16)


class Offer(NamedTuple):
    """A piece of a file that bears on the place.

    Attributes:
        at: place of the definition in the file's outline; -1 for the file as such.
        level: how far it is to be shown, of `context.selection.forms` or of this module.
        score: higher is more relevant.
        note: the line itself, of a NOTE.
        names: whose uses are shown, of USES.
        share: how much of the room it may take; what is wanted anyway is offered again.
        is_close: whether the user should be told when it finds no room.
    """

    path: str
    at: int
    level: int
    score: float
    reason: str
    note: str = ""
    names: frozenset[str] = frozenset()
    share: float = 1.0
    is_close: bool = False
