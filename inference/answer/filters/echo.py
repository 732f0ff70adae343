"""Lines that stand right above the cursor, generated once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.cuts import Line
    from inference.answer.hole import Hole

# So many lines in a row are no coincidence.
_N_LINES = 3
# How much of them there must be besides brackets and blanks.
_N_SIGNS = 24
_NEAR = 60


def cut_echo(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before three lines that stand in the same order near above the cursor.

    Models fall back to what they have just read. Looked at when the third has come.
    """
    tail = lines[-_N_LINES:]
    if len(tail) < _N_LINES:
        return None
    wanted = [line.text.strip() for line in tail]
    if tail[0].start == 0:
        wanted[0] = (hole.before + tail[0].text).strip()
    signs = sum(map(str.isalnum, "".join(wanted)))
    if signs < _N_SIGNS or not all(wanted):
        return None
    above = [line.strip() for line in hole.above.split("\n")[:-1]]
    # Blank lines in between make no difference in either.
    above = [line for line in above if line][-_NEAR:]
    found = any(above[at : at + _N_LINES] == wanted for at in range(len(above) - _N_LINES + 1))
    return tail[0].start if found else None
