"""How alike two short texts are."""

from __future__ import annotations

# The time it takes grows with the product of both lengths.
_LONGEST = 400


def edit_similarity(left: str, right: str) -> float:
    """One less the share of characters to change, add or take away; 1.0 for the same text.

    Levenshtein's distance over the longer length, of the first 400 characters of each.
    """
    left, right = left[:_LONGEST], right[:_LONGEST]
    if not left and not right:
        return 1.0
    return 1.0 - _distance(left, right) / max(len(left), len(right))


def _distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for done, here in enumerate(left, start=1):
        above, row[0] = row[0], done
        for at, there in enumerate(right, start=1):
            above, row[at] = (
                row[at],
                min(row[at] + 1, row[at - 1] + 1, above + (here != there)),
            )
    return row[-1]
