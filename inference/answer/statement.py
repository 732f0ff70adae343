"""Where a statement that is being generated comes to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.answer.brackets import missing, open_string, unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.hole import Hole
    from inference.answer.lines import Line

# A statement that is longer isn't waited for: then its first line is all.
_MOST_LINES = 24
# What a line ends in that goes on: an operator, an escaped end. Not `++`, not `->`.
_GOES_ON = re.compile(r"(?:(?<![+])\+|(?<![=!<>])=|&&|\|\||\\)$")
# A brace that begins a block and no value stands behind a closed bracket, an arrow, or a word
# and a blank: `if (x) {`, `x => {`, `else {`, but `x = {`, `f({`, `T{`.
_BLOCK = re.compile(r"(?:[)\]>]|[\w\"'`]\s)\s*\{(?:\s*\|[^|]*\|)?$")
_VALUE = re.compile(r"\b(?:return|yield|await)\s+\{$")


def cut_statement(lines: Sequence[Line], hole: Hole) -> int | None:
    """End with the line; at the end of a line, with the one that ends the statement.

    That is the first that isn't blank and leaves no bracket open but that of a block: a
    header is shown at once, and its block is the next completion.
    """
    last = lines[-1]
    end = last.start + len(last.text)
    if not hole.at_line_end:
        return end
    code = last.text.rstrip()
    if not code:
        return None
    if len(lines) > _MOST_LINES:
        first = next(line for line in lines if line.text.strip())
        return first.start + len(first.text)
    whole = hole.before + code if len(lines) == 1 else code
    is_block = _BLOCK.search(whole) and not _VALUE.search(whole)
    return end if is_block or not (_GOES_ON.search(code) or _is_open(lines, hole)) else None


def _is_open(lines: Sequence[Line], hole: Hole) -> bool:
    """Whether a bracket of the statement is open that nothing in the document closes."""
    text = "\n".join(line.text for line in lines)
    closing, opening = unmatched(text)
    return bool(opening) or len(closing) < _owed(hole)


def _owed(hole: Hole) -> int:
    """How many brackets that the cursor's line opened are still to be closed."""
    if open_string(hole.before):
        return 0
    opened = len(unmatched(hole.before)[1])
    return min(opened, missing(hole.above, hole.below)) if opened else 0
