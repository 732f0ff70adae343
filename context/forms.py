"""A candidate as text: the forms it may take, from a few signatures to the whole file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from context.skeleton import chosen, members, outermost, skeleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.candidates import Candidate
    from context.facts import Definition
    from context.types import Form

_HEAD_LINES = 40
_USE_RADIUS = 3
_MOST_USES = 3
_NOT_A_USE = ("import", "from", "#", "//", "*")

# What is wanted: with its members documented, undocumented, as a list of names, or
# without them; with its bodies, alone or among the file's signatures; those alone;
# where it is used; the file's first lines; all of it.
Level = Literal[
    "documented", "undocumented", "members", "bare", "bodies", "bodies and outline", "outline",
    "uses", "head", "full",
]  # fmt: skip
_FORM: dict[Level, Form] = {
    "full": "full",
    "bodies": "excerpt",
    "bodies and outline": "excerpt",
    "uses": "excerpt",
    "head": "excerpt",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its lines, its definitions and what starts a comment in it."""

    text: str
    rows: Sequence[str]
    definitions: Sequence[Definition]
    comment: str


class Rendered(NamedTuple):
    """A text ready for a prompt; empty where the level shows nothing of this file."""

    form: Form
    text: str


def render(level: Level, candidate: Candidate, source: Source) -> Rendered:
    """The candidate at one level."""
    text = source.text if level == "full" else _cut(level, candidate.names, source)
    if not text.strip():
        text = ""
    elif not text.endswith("\n"):
        text += "\n"
    return Rendered(_FORM.get(level, "skeleton"), text)


def _cut(level: Level, names: frozenset[str], source: Source) -> str:
    rows, definitions = source.rows, source.definitions
    if level == "head":
        return "".join(rows[:_HEAD_LINES])
    if level == "uses":
        return _uses(rows, definitions, names)
    named = frozenset(index for index, item in enumerate(definitions) if item.name in names)
    if level == "outline" or not named:
        return skeleton(rows, definitions, outermost(definitions))
    if level == "bodies and outline":
        return skeleton(rows, definitions, outermost(definitions), bodies=named)
    if level == "members":
        return members(rows, definitions, named, source.comment)
    shown = named if level == "bare" else chosen(definitions, names)
    bodies = named if level == "bodies" else frozenset[int]()
    return skeleton(rows, definitions, shown, bodies=bodies, docs=level == "documented")


def _uses(rows: Sequence[str], definitions: Sequence[Definition], names: frozenset[str]) -> str:
    """The lines around the first uses of `names`, each below the signature it stands under."""
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    hits = [
        row
        for row, line in enumerate(rows)
        if pattern.search(line) and not line.lstrip().startswith(_NOT_A_USE)
    ]
    keep: set[int] = set()
    for row in hits[:_MOST_USES]:
        keep.update(range(max(0, row - _USE_RADIUS), min(len(rows), row + _USE_RADIUS + 1)))
        around = [item for item in definitions if item.line <= row <= item.last]
        keep.update(line for item in around for line in range(item.line, item.head + 1))
    out: list[str] = []
    for row in sorted(keep):
        if row and row - 1 not in keep and out:
            out.append("...\n")
        out.append(rows[row])
    return "".join(out)
