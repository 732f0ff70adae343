"""C# as it reads under one choice of its `#if` conditions.

A grammar takes `#if A ... #else ... #endif` for code where it stands, and a class that
has two heads for none. The first branch is kept, the others and the directives are
replaced by blanks: every offset stays what it was.
"""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|elif|else|endif)\b[^\n]*", re.MULTILINE)
_NOT_A_BREAK = re.compile(rb"[^\n]+")


def first_branches(data: bytes) -> bytes:
    """The text with blanks for directives and for all but the first branch of each condition."""
    if b"#if" not in data:
        return data
    out: list[bytes] = []
    kept: list[bool] = []
    at = 0
    for found in _DIRECTIVE.finditer(data):
        chunk = data[at : found.start()]
        out += [chunk if all(kept) else _blank(chunk), _blank(found.group())]
        at = found.end()
        word = found.group(1)
        if word == b"if":
            kept.append(True)
        elif word == b"endif":
            kept = kept[:-1]
        elif kept:
            kept[-1] = False
    out.append(data[at:] if all(kept) else _blank(data[at:]))
    return b"".join(out)


def _blank(chunk: bytes) -> bytes:
    return _NOT_A_BREAK.sub(lambda found: b" " * len(found.group()), chunk)
