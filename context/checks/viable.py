"""How far a completion goes on from what stands above it, whatever follows the cursor.

A parser of this kind notices a mistake at the first token that can't follow what stands
before it, and not earlier: what comes before that token is the beginning of something right.
Where it stands is no part of a tree, as recovery may blame what stands long before it; but the
parser tells what it does, token by token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.trial import read
from context.parsing.blanked import readable
from context.parsing.scripts import LANGUAGES
from context.text import from_bytes, to_bytes

if TYPE_CHECKING:
    from tree_sitter import LogType

    from context.parsing.opened import Opened

# A few for each byte that is read; what isn't new is taken from the document's own tree.
_MOST_TOLD = 40_000
_PLACE = re.compile(r"process version:\d+, version_count:\d+, state:(\d+), row:(\d+), col:(\d+)")
_BLANKS = b" \t\r\n\f\v"
# What only a string goes on with.
_IN_STRING = re.compile(r"string|escape|char")
_LONG_QUOTES = (b"'''", b'"""', b"`")
_WHOLE_STRING = re.compile(r"'(?:\\.|[^'\\])*+'|\"(?:\\.|[^\"\\])*+\"|`(?:\\.|[^`\\])*+`")


def viable(tree: Opened, start: int, end: int, text: str) -> int | None:
    """How many characters of a text can go on from what stands before `start`.

    What follows from `end` on doesn't count. None where what stands before the cursor is wrong
    already, or it takes too long to tell.
    """
    if tree.language in LANGUAGES:
        return None
    begun = tree.data[: tree.byte_at(start)]
    ends_line = not tree.text[end:].split("\n", 1)[0].strip()
    data = begun + to_bytes(text) + (b"\n" if ends_line else b"")
    data = readable(tree.language, tree.path, data)[1]
    heard = _Heard()
    kept = min(len(begun), len(data))
    read(tree, data, (kept, len(tree.data), len(data)), heard.is_done, heard.told)
    if heard.n_told > _MOST_TOLD:
        return None
    if not heard.has_failed:
        return len(text)
    at, state = heard.mistake(data)
    if at < len(begun):
        return None
    if at >= len(data) or _goes_on(tree, data, at, state):
        line = (tree.text[:start] + text).rpartition("\n")[2] if ends_line else ""
        is_torn = at >= len(data) and _is_in_string(line) and _wants_string(tree, state)
        return _before_line(text) if is_torn else len(text)
    return len(from_bytes(data[len(begun) : at]))


class _Heard:
    """What a parser tells: where versions of what it read came to an end, until all did."""

    def __init__(self) -> None:
        self.n_told = 0
        self.has_failed = False
        self._place = ""
        self._ended: list[str] = []

    def told(self, _kind: LogType, message: str) -> None:
        """The parser's next step."""
        self.n_told += 1
        first = message[0]
        if first == "p" and message.startswith("process"):
            self._place = message
        elif first == "d" and message.startswith("detect_error") and not self.has_failed:
            self._ended.append(self._place)
        elif first == "r" and message.startswith("resume"):
            self.has_failed = True

    def is_done(self, _at: int, _has_error: bool, /) -> bool:  # noqa: FBT001 -- the parser's signature
        """Whether the parser need not go on."""
        return self.has_failed or self.n_told > _MOST_TOLD

    def mistake(self, data: bytes) -> tuple[int, int]:
        """Where the token begins that nothing could follow with, and the parser's state there."""
        lines = _line_starts(data)
        found = [(0, 0)]
        for place in map(_PLACE.match, self._ended):
            if place is not None:
                state, row, column = map(int, place.groups())
                found.append((lines[min(row, len(lines) - 1)] + column, state))
        at, state = max(found)
        return at + len(data[at:]) - len(data[at:].lstrip(_BLANKS)), state


def _line_starts(data: bytes) -> list[int]:
    return [0, *(found.end() for found in re.finditer(rb"\n", data))]


def _goes_on(tree: Opened, data: bytes, at: int, state: int) -> bool:
    """Whether all that is left is within a string or comment of several lines, still open."""
    if data.startswith(b"/*", at):
        return b"*/" not in data[at:]
    return data[:at].rstrip().endswith(_LONG_QUOTES) and _wants_string(tree, state)


def _is_in_string(line: str) -> bool:
    """Whether a line ends within quotes that it has opened."""
    left = _WHOLE_STRING.sub("", line)
    return '"' in left or "'" in left


def _wants_string(tree: Opened, state: int) -> bool:
    """Whether nothing but more of a string can follow in a state of the parser."""
    found = tree.grammar.language.lookahead_iterator(state)
    names = set(found.names()) if found is not None else set[str]()
    return any(map(_IN_STRING.search, names)) and "identifier" not in names


def _before_line(text: str) -> int:
    """The length of a text without its last line that has something."""
    return len(text.rstrip().rpartition("\n")[0])
