"""An editor's buffer: what a key does in it, closing brackets and indentation included.

What the editor puts behind the cursor by itself is remembered as long as the cursor
stays there, so that typing a closing bracket goes over the one that stands there
already, as VS Code and others do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PAIRS = {"(": ")", "[": "]", "{": "}"}
QUOTES = "\"'`"
# Before these, and blanks, an editor closes what is opened; within other text it doesn't.
_MAY_FOLLOW = " \t\n)]}>;:,.\"'`"
_STRING_START = re.compile(r"(?:^|\W)[fFrRbBuU]{1,2}$")


@dataclass(slots=True)
class Place:
    """Somewhere in the document, kept up as text before it comes and goes.

    Attributes:
        closers: what the editor put behind it by itself, the nearest first.
    """

    at: int
    closers: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Buffer:
    """A document that is edited at one place at a time."""

    text: str
    unit: str
    places: list[Place]
    here: Place

    @property
    def before(self) -> str:
        """The line up to the cursor."""
        return self.text[self.text.rfind("\n", 0, self.here.at) + 1 : self.here.at]

    def put(self, text: str, behind: str = "") -> None:
        """Insert at the cursor, and behind it what the editor adds."""
        at = self.here.at
        self.text = self.text[:at] + text + behind + self.text[at:]
        self._shift(len(text) + len(behind))
        self.here.at = at + len(text)

    def erase(self, n: int) -> None:
        """Delete what precedes the cursor."""
        at = self.here.at
        self.text = self.text[: at - n] + self.text[at:]
        self._shift(-n)
        self.here.at = at - n

    def delete(self, n: int) -> None:
        """Delete what follows the cursor."""
        at = self.here.at
        self.text = self.text[:at] + self.text[at + n :]
        self._shift(-n)

    def restore(self, text: str, at: int, closers: list[str]) -> None:
        """What undoing leads to."""
        self._shift(len(text) - len(self.text))
        self.text, self.here.at, self.here.closers = text, at, list(closers)

    def type_over(self, text: str) -> bool:
        """Whether the cursor went over what the editor had closed, not inserting anything."""
        closers = self.here.closers
        if not closers or closers[0] != text:
            return False
        self.here.at += len(closers.pop(0))
        return True

    def character(self, char: str) -> None:
        """A typed character that isn't the end of a line."""
        if self.type_over(char):
            return
        closing = PAIRS.get(char, char if char in QUOTES else "")
        following = self.text[self.here.at : self.here.at + 1]
        if closing and (not following or following in _MAY_FOLLOW) and self._closes(char):
            self.put(char, closing)
            self.here.closers.insert(0, closing)
        else:
            self.put(char)

    def enter(self) -> None:
        """A new line, indented as editors do it; brackets around the cursor come apart."""
        line = self.before
        if line and not line.strip():
            self.erase(len(line))
        indent = line[: len(line) - len(line.lstrip())]
        opens = line.rstrip()[-1:]
        deeper = self.unit if opens and opens in "([{:" else ""
        closers = self.here.closers
        if closers and closers[0] == PAIRS.get(opens):
            self.put("\n" + indent + deeper, "\n" + indent)
            closers[0] = "\n" + indent + closers[0]
        else:
            self.put("\n" + indent + deeper)

    def _closes(self, char: str) -> bool:
        if char in PAIRS:
            return True
        last = self.before[-1:]
        if last.isalnum() or last == "_":
            return bool(_STRING_START.search(self.before))
        return last not in QUOTES or not last

    def _shift(self, n: int) -> None:
        for place in self.places:
            if place is not self.here and place.at > self.here.at:
                place.at += n
