"""The code of a text: comments and plain strings left out, as they use nothing.

Where files see each other without imports, a word is what tells that one uses
another. A class that a comment mentions isn't used. Strings in which names are
read (`"$name"`) stay.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Every alternative that starts a comment or a string ends one too, at the latest where the
# line or the text ends, so that no text is gone through twice.
_COMMENT = rb"//[^\n]*|/\*.*?(?:\*/|\Z)"
_CHARACTER = rb"'(?:\\.[0-9A-Fa-f]{0,4}|[^'\\\n])'"
_LONG = rb'"""(?:.*?)(?:"""|\Z)'
_SHORT = rb'"(?:\\.|[^"\\\n])*"?'


def _pattern(*strings: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join((_COMMENT, _CHARACTER, *strings)), re.DOTALL)


_DOLLARS = _pattern(rb"(" + _LONG + rb")", rb'"(?:\\.|[^"\\\n$])*"', rb"(" + _SHORT + rb")")
# What stays of a string is what may be read in it: `#{name}`, `$name`. Every alternative starts
# with a character of its own, by which text without any of them is passed over fast.
_RUBY = re.compile(
    rb"=(?<=^=)begin\b.*?(?:^=end\b|\Z)|#(?<![\w$?'\"]#)(?!\{)[^\n]*|'(?:\\.|[^'\\\n])*'"
    rb'|"(?:\\.|[^"\\\n#]|#(?!\{))*(#\{(?:\\.|[^"\\\n])*)?"?',
    re.DOTALL | re.MULTILINE,
)
_PHP = re.compile(
    rb"//[^\n]*|#(?!\[)[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\])*'?"
    rb'|"(?:\\.|[^"\\$])*(\$(?:\\.|[^"\\])*)?"?',
    re.DOTALL,
)
_LUA = re.compile(
    rb"""--\[(=*)\[.*?(?:\]\1\]|\Z)|--[^\n]*|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?""",
    re.DOTALL,
)
_SHELL = re.compile(
    rb"#(?:(?<=^#)|(?<=[\s;]#))[^\n]*|\"((?:\\.|[^\"\\])*)\"?|'[^']*'?", re.DOTALL | re.MULTILINE
)
_PATTERNS: Mapping[str, re.Pattern[bytes]] = {
    "C#": _pattern(rb'(\$@?"(?:\\.|[^"\\\n])*"?)', rb'@"(?:[^"]|"")*"?', _LONG, _SHORT),
    "Java": _pattern(_LONG, _SHORT),
    "Kotlin": _DOLLARS,
    "Lua": _LUA,
    "PHP": _PHP,
    "Ruby": _RUBY,
    "Scala": _DOLLARS,
    "Shell": _SHELL,
    "Swift": _pattern(rb"(" + _LONG + rb")", rb'"(?:\\[^(\n]|[^"\\\n])*"', rb"(" + _SHORT + rb")"),
}
# What is read in the strings that a pattern keeps.
_DOLLAR_NAMES = re.compile(rb"\$\{([^}\n]*)|\$(\w+)")
_READ_WITHIN: Mapping[str, re.Pattern[bytes]] = {
    "C#": re.compile(rb"\{([^{}:\n]*)()"),
    "Kotlin": _DOLLAR_NAMES,
    "Scala": _DOLLAR_NAMES,
    "Swift": re.compile(rb"\\\(((?:[^()\n]|\([^()\n]*\))*)()"),
}


@lru_cache(maxsize=1)
def code(data: bytes, language: str) -> bytes:
    """The parts of a text that may use something; all of it where a language isn't known here."""
    pattern = _PATTERNS.get(language)
    if pattern is None:
        return data
    pieces = pattern.split(data)
    within, step = _READ_WITHIN.get(language), pattern.groups + 1
    if within is not None:
        for at, piece in enumerate(pieces):
            if piece and at % step:
                pieces[at] = b" ".join(each for found in within.findall(piece) for each in found)
    return b" ".join(filter(None, pieces))
