"""How much of a piece of text is still there after its document was edited.

The two texts are aligned as wholes, so that it doesn't matter how the one became the
other: typed in, moved by what was added above, undone, or rewritten by a formatter.
Blanks don't count, as formatters change them for no fault of the piece.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r"\w+|[^\w\s]")
_STRIDE = 4096
# What is more than this is compared line by line alone.
_MOST_LINES, _MOST_TOKENS = 100_000, 4_000


class Stretch(NamedTuple):
    """From one offset up to another."""

    start: int
    end: int

    def within(self, other: Stretch) -> Stretch:
        """What the two have in common; an empty stretch where that is nothing."""
        start = max(self.start, other.start)
        return Stretch(start, max(start, min(self.end, other.end)))


def counted(text: str) -> int:
    """How many characters count: all but blanks."""
    return len("".join(text.split()))


def staying(before: str, start: int, end: int, after: str) -> int:
    """How many characters of `before[start:end]` are still there in `after`, blanks aside."""
    piece = Stretch(start, end)
    found = sum(
        counted(before[same.start : same.end])
        for same in (piece.within(stretch) for stretch in _unchanged(before, after))
    )
    # Among lines that are all alike nothing can be aligned.
    return found or (counted(before[start:end]) if _with_neighbours(before, piece) in after else 0)


def _with_neighbours(text: str, piece: Stretch) -> str:
    """The lines that a piece stands in, and one more on either side."""
    first = text.rfind("\n", 0, max(0, text.rfind("\n", 0, piece.start))) + 1
    last = text.find("\n", text.find("\n", piece.end) + 1)
    return text[first : last if last > piece.end else len(text)]


def _unchanged(before: str, after: str) -> Iterator[Stretch]:
    """The stretches of the old text that the new one has, too, in order."""
    head = _common(before, after)
    tail = _common_end(before, after, min(len(before), len(after)) - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if old and ("\n" in old or "\n" in new):
        # The line that begins as the next one does isn't there because that one is.
        head = before.rfind("\n", 0, head) + 1
        back = before.find("\n", len(before) - tail)
        tail = 0 if back < 0 else len(before) - back - 1
        old, new = before[head : len(before) - tail], after[head : len(after) - tail]
        between = _by_lines(old, new)
    else:
        between = _by_words(old, new)
    yield Stretch(0, head)
    yield from _shifted(between, head)
    yield Stretch(len(before) - tail, len(before))


def _by_lines(old: str, new: str) -> Iterator[Stretch]:
    """What lines have stayed, whatever their indentation, and what of those that changed."""
    were, are = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(were), len(are)) > _MOST_LINES:
        return
    starts = (0, *accumulate(map(len, were)))
    for kind, i, j, k, m in _compared([x.strip() for x in were], [x.strip() for x in are]):
        if kind == "equal":
            yield Stretch(starts[i], starts[j])
        elif kind == "replace":
            yield from _shifted(_by_words("".join(were[i:j]), "".join(are[k:m])), starts[i])


def _by_words(old: str, new: str) -> Iterator[Stretch]:
    """What of a changed stretch has stayed: words with what stands between them.

    Brackets and commas that code has anywhere don't count without a word beside them.
    """
    theirs, mine = list(_TOKEN.finditer(new)), list(_TOKEN.finditer(old))
    if max(len(mine), len(theirs)) > _MOST_TOKENS:
        return
    for kind, i, j, k, m in _compared([x[0] for x in mine], [x[0] for x in theirs]):
        if kind == "equal" and any(_is_word(token) for token in mine[i:j]):
            yield Stretch(mine[i].start(), mine[j - 1].end())
        elif kind == "replace":
            for was, now in zip(mine[i:j], theirs[k:m], strict=False):
                yield from _shifted(_of_word(was[0], now[0]), was.start())


def _is_word(token: re.Match[str]) -> bool:
    return token[0][0].isalnum() or token[0][0] == "_"


def _of_word(was: str, now: str) -> Iterator[Stretch]:
    """What a word has kept that was changed, if it is most of it."""
    head = _common(was, now)
    tail = _common_end(was, now, min(len(was), len(now)) - head)
    if 2 * (head + tail) >= len(was):
        yield Stretch(0, head)
        yield Stretch(len(was) - tail, len(was))


def _compared(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new).get_opcodes()


def _shifted(stretches: Iterator[Stretch], by: int) -> Iterator[Stretch]:
    return (Stretch(start + by, end + by) for start, end in stretches)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    n, most = 0, min(len(one), len(other))
    while n < most and one[n : n + _STRIDE] == other[n : n + _STRIDE]:
        n += _STRIDE
    if n >= most:
        return most
    pairs = zip(one[n:most], other[n:most], strict=True)
    return n + next((at for at, (a, b) in enumerate(pairs) if a != b), most - n)


def _common_end(one: str, other: str, most: int) -> int:
    """How many characters two texts end with alike, so many at most."""
    if most <= 0:
        return 0
    return _common(one[: -most - 1 : -1], other[: -most - 1 : -1])
