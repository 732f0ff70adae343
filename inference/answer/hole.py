"""What stands around the cursor, as far as a completion must fit to it."""

from __future__ import annotations

from dataclasses import dataclass

from inference.normalise import normalise

# More than any completion could retype.
_MAX_CHARS = 8_192


@dataclass(frozen=True, slots=True)
class Hole:
    r"""The place that a completion fills.

    Attributes:
        before: the cursor's line up to the cursor.
        rest: the cursor's line after the cursor, without what ends the line.
        following: the lines after it, from the first that isn't blank.
        newline: what ends the document's lines.
        above: some of the document up to the cursor.
        below: some of it from the cursor on.
        fills: the block that the cursor is in has nothing in it yet: all of it is wanted.
    """

    before: str
    rest: str
    following: tuple[str, ...]
    newline: str = "\n"
    above: str = ""
    below: str = ""
    fills: bool = False

    @property
    def indent(self) -> int:
        """How far the cursor's line is indented; see `indent_of`."""
        return indent_of(self.before)

    @property
    def at_line_end(self) -> bool:
        """Whether nothing but blanks follows the cursor on its line."""
        return not self.rest.strip()

    @property
    def on_blank_line(self) -> bool:
        """Whether nothing but blanks stands on the cursor's line."""
        return not self.before.strip() and self.at_line_end


def hole_at(prefix: str, suffix: str, *, fills: bool = False) -> Hole:
    """The hole between these two sides of a document; `fills` as `Hole` has it."""
    newline = "\r\n" if "\r\n" in prefix[-_MAX_CHARS:] + suffix[:_MAX_CHARS] else "\n"
    above, below = normalise(prefix[-_MAX_CHARS:]), normalise(suffix[:_MAX_CHARS])
    rest, *lines = below.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    return Hole(above[above.rfind("\n") + 1 :], rest, tuple(lines), newline, above, below, fills)


def indent_of(line: str) -> int:
    """The width of the line's indentation, a tab reaching to the next multiple of four."""
    stripped = line.lstrip(" \t")
    return len(line[: len(line) - len(stripped)].expandtabs(4))
