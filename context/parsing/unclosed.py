"""Texts without heaps of what opens in vain, on which a grammar takes quadratic time or worse."""

from __future__ import annotations

import re

_MOST = 64
_MOST_PIPES = 300
# Of 1,200 files looked at none has more than 13 such `<`, or 10 such arrows, in its comments.
_MOST_ANGLES = 300
_MOST_ARROWS = 64
_MARK = re.compile(rb"/\*|\*/")


def without_openers(data: bytes) -> bytes:
    """The text with blanks for `/*` where many more of them open than close; as long as before."""
    marks = _MARK.findall(data)
    if 2 * marks.count(b"/*") - len(marks) <= _MOST:
        return data
    return data.replace(b"/*", b"  ")


def without_angles(data: bytes) -> bytes:
    """Java or C# with blanks for `<` where many more open than close.

    Each may be a comparison or a type's argument, and at the text's end every way to read
    them all is gone through.
    """
    surplus = data.count(b"<") - data.count(b">")
    return data.replace(b"<", b" ") if surplus > _MOST_ANGLES else data


def without_arrows(data: bytes) -> bytes:
    """Java, C or C++ with blanks for a heap of `=>`, which none of them has."""
    return data.replace(b"=>", b"  ") if data.count(b"=>") > _MOST_ARROWS else data


def without_pipes(data: bytes) -> bytes:
    """Shell with blanks for `|` where it is one heap of them."""
    n_pipes = data.count(b"|")
    is_heap = n_pipes > _MOST_PIPES and 8 * n_pipes > len(data)
    return data.replace(b"|", b" ") if is_heap else data
