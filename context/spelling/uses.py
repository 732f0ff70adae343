"""Names that a text uses in ways a resolver can tell from its bare words."""

from __future__ import annotations

import re

# A chain starts where no name and no dot stands before it, so that none is gone through twice.
_IN_FULL = re.compile(
    rb"^[ \t]*(?:import|export|package)\b[^\n]*|(?<![\w.])((?:[a-z_]\w*\.)+[A-Z]\w*)", re.MULTILINE
)
_AFTER_DOT = re.compile(rb"(?<=\.)[A-Za-z_]\w*[({<]?")
_CALLED = re.compile(rb"(?<![\w.])[A-Za-z_]\w*[ \t]?[({<\[.]")
_REFERRED = re.compile(rb"::\s{0,40}([A-Za-z_]\w*)")
_CHAIN = re.compile(
    rb"^[ \t]*(?:import|export|package)\b[^\n]*|(?<![\w.])([a-z]\w*(?:\.\w+){1,4})", re.MULTILINE
)


def in_full(code: bytes) -> set[str]:
    """Types named with their packages, `java.util.List`, outside of imports."""
    return _decoded(_IN_FULL, code)


def chains(code: bytes) -> set[str]:
    """Dotted names of any kind that start in lower case, as a package's does."""
    return _decoded(_CHAIN, code)


def after_dot(code: bytes) -> set[str]:
    """Names of members, each with the dot before it, and with a bracket after it if called."""
    return {"." + name.decode() for name in set(_AFTER_DOT.findall(code))}


def called(code: bytes) -> set[str]:
    """Names that no dot precedes, each with the bracket or the dot that follows it.

    Those that `::` refers to count as called.
    """
    found = {name.decode() for name in set(_CALLED.findall(code))}
    referred = (name.decode() + "(" for name in set(_REFERRED.findall(code)))
    return {name.replace(" ", "").replace("\t", "") for name in found}.union(referred)


def _decoded(pattern: re.Pattern[bytes], code: bytes) -> set[str]:
    return {found.decode() for found in set(pattern.findall(code)) if found}
