"""Swift without comments that open in vain, on which its grammar takes cubic time."""

from __future__ import annotations

import re

_MOST = 64
_MARK = re.compile(rb"/\*|\*/")


def without_openers(data: bytes) -> bytes:
    """The text with blanks for `/*` where many more of them open than close; as long as before."""
    marks = _MARK.findall(data)
    if 2 * marks.count(b"/*") - len(marks) <= _MOST:
        return data
    return data.replace(b"/*", b"  ")
