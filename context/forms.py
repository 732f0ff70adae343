"""A candidate as text: the forms it may take, from the smallest to the whole file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context import candidates as c
from context.skeleton import chosen, outermost, skeleton
from context.text import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.candidates import Candidate
    from context.facts import Definition, FileFacts
    from context.types import Form

_HEAD_LINES = 40
_USE_RADIUS = 3
_MOST_USES = 3


class Rendered(NamedTuple):
    """A text ready for a prompt."""

    form: Form
    text: str


def smallest(candidate: Candidate, facts: FileFacts, text: str) -> list[Rendered]:
    """The least that is worth showing: what is preferred first, what is shorter after it."""
    rows, definitions = lines(text), facts.definitions
    if candidate.how == c.NEIGHBOUR:
        return _usable("excerpt", "".join(rows[:_HEAD_LINES]))
    if candidate.how == c.IMPORTER:
        return _usable("excerpt", _uses(rows, definitions, candidate.names))
    shown = chosen(definitions, candidate.names)
    if not shown:
        shown = outermost(definitions)
        return _usable("skeleton", skeleton(rows, definitions, shown))
    named = frozenset(index for index in shown if definitions[index].name in candidate.names)
    return [
        *_usable("skeleton", skeleton(rows, definitions, shown)),
        *_usable("skeleton", skeleton(rows, definitions, shown, docs=False)),
        *_usable("skeleton", skeleton(rows, definitions, named, docs=False)),
    ]


def larger(candidate: Candidate, facts: FileFacts, text: str) -> list[Rendered]:
    """What may take the smallest form's place when there is room, the best first."""
    rows, definitions = lines(text), facts.definitions
    if candidate.how in {c.NEIGHBOUR, c.IMPORTER, c.DEEPER}:
        return []
    named = frozenset(
        index for index, item in enumerate(definitions) if item.name in candidate.names
    )
    rest = outermost(definitions)
    members = chosen(definitions, candidate.names)
    return [
        *_usable("full", text),
        *_usable("excerpt", skeleton(rows, definitions, rest, bodies=named)),
        *_usable("excerpt", skeleton(rows, definitions, members, bodies=named)),
        *_usable("skeleton", skeleton(rows, definitions, rest)),
    ]


def _usable(form: Form, text: str) -> list[Rendered]:
    if not text.strip():
        return []
    return [Rendered(form, text if text.endswith("\n") else text + "\n")]


def _uses(rows: Sequence[str], definitions: Sequence[Definition], names: frozenset[str]) -> str:
    """The lines around the first uses of `names`, each below the signature it stands under."""
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    hits = [
        row
        for row, line in enumerate(rows)
        if pattern.search(line) and not line.lstrip().startswith(("import", "from", "#", "//"))
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
