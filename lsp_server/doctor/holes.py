"""Made-up code with holes whose text a model that fills holes knows, and formats gone wrong.

What belongs into each hole stands elsewhere in the code, mostly behind the hole, so that
to know it takes no knowledge but reading both sides; who reads the prompt in another way
than it is meant gets most of them wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from inference.models.formats import Control

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.models import ModelSpec
    from inference.models.formats import FimFormat

Fault = Literal["ascii", "full-width", "swapped", "suffix first"]

_FULL_WIDTH, _BLOCK = "\N{FULLWIDTH VERTICAL LINE}", "\N{LOWER ONE EIGHTH BLOCK}"


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in made-up code, and what belongs there."""

    prefix: str
    suffix: str
    middle: str


HOLES = (
    Hole(
        "def start(engine):\n    engine.open_valve()\n    ",
        "\n    engine.close_valve()\n\n\n"
        "# start() calls engine.open_valve(), engine.ignite_burner() and engine.close_valve().\n",
        "engine.ignite_burner()",
    ),
    Hole(
        'WEEK = ["monday", "tuesday", ',
        ', "thursday", "friday"]\n'
        'assert WEEK == ["monday", "tuesday", "wednesday", "thursday", "friday"]\n',
        '"wednesday"',
    ),
    Hole(
        "def area(width, height):\n    return ",
        "\n\n\ndef print_area(width, height):\n    print(width * height)\n\n\n"
        "assert area(2, 3) == 2 * 3\nassert area(4, 5) == 4 * 5\n",
        "width * height",
    ),
)
# For models that only go on: the same, all of it in front.
ENDINGS = (
    Hole('A = ["red", "green", "blue"]\nB = ["red", "green", ', "", '"blue"'),
    Hole("# 1 2 3 4 5 6 7 8\nCOUNTED = [1, 2, 3, 4, 5, 6, ", "", "7, 8"),
    Hole(
        "def double(x):\n    return 2 * x\n\n\ndef triple(x):\n    return 3 * x\n\n\n"
        "def quadruple(x):\n    return ",
        "",
        "4 * x",
    ),
)
COUNTING = "1 2 3 4 5 6 7 8 9 10 11 12"
"""A text that whatever goes on from it goes on with the next number, unless it is chatted with."""

_KEY = "kestrel-4821"
_LINE = "FIELD_{number:05d} = make_field('column {number}', width={number})\n"


def long_hole(n_lines: int, mark: str = "") -> Hole:
    """A file of so many lines that asks at its end for what stands at its beginning.

    Args:
        n_lines: of filler.
        mark: stands at its head; with another one at each look nobody has read it before.
    """
    fact = f'RELEASE_NAME = "{_KEY}"  # {mark}\n\n'
    filler = "".join(_LINE.format(number=number) for number in range(n_lines))
    question = '\n\n# As it is called in the first line of this file.\nassert RELEASE_NAME == "'
    return Hole(fact + filler + question, '"\n', _KEY)


def fits(hole: Hole, text: str) -> bool:
    """Whether this is what belongs into the hole, blanks and what follows aside."""
    squeezed = re.sub(r"\s+", "", text)
    return squeezed.startswith(re.sub(r"\s+", "", hole.middle))


def with_fault(spec: ModelSpec, fault: Fault) -> ModelSpec | None:
    """The model with its format gone wrong in this way; None where that is the same."""
    made = _FAULTS[fault](spec.format)
    return None if made == spec.format else replace(spec, format=made)


def _ascii(form: FimFormat) -> FimFormat:
    """The commonest of all mistakes: sentinels that look alike."""
    return _respelled(form, lambda text: text.replace(_FULL_WIDTH, "|").replace(_BLOCK, "_"))


def _full_width(form: FimFormat) -> FimFormat:
    return _respelled(form, lambda text: text.replace("|", _FULL_WIDTH).replace("_", _BLOCK))


def _respelled(form: FimFormat, spell: Callable[[str], str]) -> FimFormat:
    layout = tuple(
        Control(spell(item.text)) if isinstance(item, Control) else item for item in form.layout
    )
    return replace(form, layout=layout)


def _swapped(form: FimFormat) -> FimFormat:
    """The sentinels in front of the suffix and behind it exchanged."""
    layout = list(form.layout)
    if "suffix" not in layout:
        return form
    place = layout.index("suffix")
    around = [i for i in (place - 1, place + 1) if 0 <= i < len(layout)]
    if len(around) == 2 and all(isinstance(layout[i], Control) for i in around):  # noqa: PLR2004 - both sides
        before, behind = around
        layout[before], layout[behind] = layout[behind], layout[before]
    return replace(form, layout=tuple(layout))


def _suffix_first(form: FimFormat) -> FimFormat:
    """What follows the hole in front of what precedes it, each behind its sentinel."""
    layout = list(form.layout)
    if not {"prefix", "suffix"} <= set(layout):
        return form
    place, other = layout.index("prefix"), layout.index("suffix")
    layout[place], layout[other] = layout[other], layout[place]
    return replace(form, layout=tuple(layout))


_FAULTS: dict[Fault, Callable[[FimFormat], FimFormat]] = {
    "ascii": _ascii,
    "full-width": _full_width,
    "swapped": _swapped,
    "suffix first": _suffix_first,
}
FAULTS: tuple[Fault, ...] = tuple(_FAULTS)
