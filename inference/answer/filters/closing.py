"""Lines of closing brackets that the document has already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.answer.brackets import excess, imbalance, unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.hole import Hole
    from inference.answer.lines import Line

_CLOSING = re.compile(r"[ \t]*[)\]}]+[;,]?[ \t]*")
# A text that long isn't gone through again at each of its lines.
_MOST = 64


def cut_closing(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before a line that closes nothing of the text itself and nothing left open before.

    Lines with nothing but brackets on them are looked at, as those in comments and long
    strings have other things there.
    """
    start, line = lines[-1]
    if len(lines) == 1 or len(lines) > _MOST or not _CLOSING.fullmatch(line):
        return None
    text = "\n".join(each.text for each in lines)
    if not unmatched(text)[0]:
        return None
    shorter, whole = hole.above + text[: max(0, start - 1)], hole.above + text
    if excess(whole) > excess(shorter):
        return start
    is_there = hole.at_line_end and _bare(hole.following[:1]) == _bare((line,))
    without, with_it = imbalance(shorter, hole.below), imbalance(whole, hole.below)
    return start if without < with_it or (is_there and without == with_it) else None


def _bare(lines: tuple[str, ...]) -> str:
    return "".join(lines).strip().rstrip(";,")
