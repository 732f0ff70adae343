"""Lines that stand right above the cursor, generated once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.hole import Hole
    from inference.answer.lines import Line

# So many lines in a row are no coincidence.
_N_LINES = 3
# How much of them there must be besides brackets and blanks.
_N_SIGNS = 24


def cut_echo(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before the three lines that stand right above the cursor, in their order.

    Models fall back to what they have just read. Lines that stand further up come again
    in any test, so they don't count. Looked at when the third has come.
    """
    if len(lines) != _N_LINES:
        return None
    wanted = [(hole.before + lines[0].text).strip(), *(line.text.strip() for line in lines[1:])]
    if not all(wanted) or sum(map(str.isalnum, "".join(wanted))) < _N_SIGNS:
        return None
    above = [line.strip() for line in hole.above.split("\n")[:-1] if line.strip()]
    return 0 if above[-_N_LINES:] == wanted else None
