"""The first thing that a comment says, as a comment of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SILENT = frozenset({"", "<summary>", "<remarks>", "<inheritdoc/>", "<inheritdoc />"})


def first_line(rows: Sequence[str], start: int, end: int) -> str:
    """What the comment in the rows from `start` up to `end` says first; its first row as it is.

    `/**` alone says nothing and would open a comment that nobody closes.
    """
    row = rows[start]
    indent = row[: len(row) - len(row.lstrip())]
    if row.lstrip().startswith("/*"):
        said = next((text for each in rows[start:end] if (text := each.strip().strip("*/! "))), "")
        return f"{indent}/** {said} */\n" if said else ""
    if row.lstrip().startswith("///"):
        spoken = (each for each in rows[start:end] if each.strip().strip("/ ") not in _SILENT)
        return next(spoken, "")
    return row
