r"""A document's text in blocks of lines, so that an edit costs what it changes.

Lines end at `\n`, `\r\n` or `\r` and nowhere else: `str.splitlines` would also cut at
form feeds and U+2028 and put every later edit into the wrong place.

Every block but the last ends where a line does, and none in the middle of a `\r\n`.
What is asked of one line looks at one block; an edit makes new ones of those that it
touches and shares the rest.
"""

from __future__ import annotations

from bisect import bisect_right
from io import StringIO
from itertools import accumulate, chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Long enough that a large document has few blocks, short enough that one is cut in no time.
BLOCK = 16_384


class Lines:
    """A text and where its lines start; the last line may be empty. A value."""

    __slots__ = ("_blocks", "_ends", "_firsts", "_offsets", "_text")

    def __init__(self, text: str) -> None:
        """Cut the text into blocks."""
        self._fill(tuple(_blocks_of(text)), None)
        self._text: str | None = text

    @classmethod
    def joined(cls, parts: Iterable[tuple[Lines, str]]) -> Lines:
        """Texts one after the other, each with a line end or more behind it."""
        every = ((*part.blocks[:-1], part.blocks[-1] + end) for part, end in parts)
        made = cls("")
        blocks = tuple(chain.from_iterable(every))
        if blocks:
            made._fill(blocks, None)
            made._text = None
        return made

    def _fill(self, blocks: tuple[str, ...], ends: tuple[int, ...] | None) -> None:
        self._blocks = blocks
        self._ends = tuple(map(_n_ends, blocks)) if ends is None else ends
        self._firsts = (0, *accumulate(self._ends[:-1]))
        self._offsets = (0, *accumulate(map(len, blocks[:-1])))

    def __eq__(self, other: object) -> bool:
        """Whether the texts are the same."""
        return isinstance(other, Lines) and self.text == other.text

    def __hash__(self) -> int:
        """By the text."""
        return hash(self.text)

    def __repr__(self) -> str:
        """How it could have been made."""
        return f"Lines({self.text!r})"

    def __len__(self) -> int:
        return self._firsts[-1] + self._ends[-1] + 1

    @property
    def blocks(self) -> tuple[str, ...]:
        """The text in pieces, each up to the end of a line."""
        return self._blocks

    @property
    def text(self) -> str:
        """The whole text, put together when first asked for."""
        if self._text is None:
            self._text = "".join(self._blocks)
        return self._text

    @property
    def n_chars(self) -> int:
        """How long the text is."""
        return self._offsets[-1] + len(self._blocks[-1])

    @property
    def starts(self) -> tuple[int, ...]:
        """The offset of every line; costs what the document holds."""
        return _starts_of(cut(self.text))

    def start(self, line: int) -> int:
        """The offset of a line."""
        block, start, _ = self._found(line)
        return self._offsets[block] + start

    def content(self, line: int) -> str:
        """The line without its terminator."""
        return self._found(line)[2].rstrip("\r\n")

    def line_of(self, offset: int) -> int:
        """The line that an offset within the text lies in."""
        block = bisect_right(self._offsets, offset) - 1
        starts = _starts_of(cut(self._blocks[block]))
        return self._firsts[block] + bisect_right(starts, offset - self._offsets[block]) - 1

    def between(self, start: int, end: int) -> str:
        """A piece of the text that lies within few lines."""
        first = bisect_right(self._offsets, start) - 1
        last = bisect_right(self._offsets, end) - 1
        piece = "".join(self._blocks[first : last + 1])
        return piece[start - self._offsets[first] : end - self._offsets[first]]

    def replaced(self, start: int, end: int, text: str) -> Lines:
        r"""The lines with a stretch of the text replaced, whose ends cut no `\r\n` in two.

        Costs what the blocks hold that are touched: "replace all" sends thousands of these.
        """
        first = bisect_right(self._offsets, start) - 1
        last = max(first, bisect_right(self._offsets, end) - 1)
        head = self._blocks[first][: start - self._offsets[first]]
        tail = self._blocks[last][end - self._offsets[last] :]
        if first and not head and self._blocks[first - 1].endswith("\r"):
            # A `\n` that comes to stand behind a lone `\r` makes one line end of the two.
            first -= 1
            head = self._blocks[first]
        whole = head + text + tail
        return self._with(first, last + 1, tuple(_blocks_of(whole)) if whole else ())

    def _with(self, first: int, last: int, blocks: tuple[str, ...]) -> Lines:
        """The lines with other blocks in the place of some."""
        made = Lines("")
        kept = self._ends[:first], self._ends[last:]
        every = self._blocks[:first] + blocks + self._blocks[last:]
        if every:
            made._fill(every, kept[0] + tuple(map(_n_ends, blocks)) + kept[1])
            made._text = None
        return made

    def _found(self, line: int) -> tuple[int, int, str]:
        """The block of a line, where in that it starts, and the line with its terminator."""
        block = bisect_right(self._firsts, line) - 1
        text, line = self._blocks[block], line - self._firsts[block]
        if not self._ends[block] or (self._ends[block] == 1 and not line and _is_ended(text)):
            # A line of megabytes isn't copied.
            return block, 0, text
        lines = cut(text)
        return block, sum(map(len, lines[:line])), lines[line]


def cut(text: str) -> list[str]:
    """The lines with their terminators; the last one has none and may be empty."""
    # With `newline=""` a text stream ends lines where the protocol does, three times as
    # fast as an expression.
    lines = list(StringIO(text, newline=""))
    return lines if lines and not _is_ended(lines[-1]) else [*lines, ""]


def _starts_of(lines: Sequence[str]) -> tuple[int, ...]:
    return (0, *accumulate(map(len, lines[:-1])))


def _is_ended(text: str) -> bool:
    return text.endswith(("\r", "\n"))


def _n_ends(block: str) -> int:
    n = block.count("\n")
    return n + block.count("\r") - block.count("\r\n") if "\r" in block else n


def _blocks_of(text: str) -> Iterator[str]:
    """The text in blocks, each up to the first line end behind its length."""
    if len(text) <= 2 * BLOCK:
        yield text
        return
    start, next_ends = 0, [-1, -1]
    while len(text) - start > BLOCK:
        end = _line_end(text, start + BLOCK - 1, next_ends)
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _line_end(text: str, start: int, next_ends: list[int]) -> int:
    """Where the line ends that holds `start`; what was found of either kind is kept."""
    for kind, mark in enumerate("\n\r"):
        if next_ends[kind] < start:
            found = text.find(mark, start)
            next_ends[kind] = found if found >= 0 else len(text)
    end = min(next_ends)
    return min(len(text), end + (2 if text.startswith("\r\n", end) else 1))
