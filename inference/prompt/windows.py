"""How much of a document around the cursor a number of tokens holds.

Offsets are into the document as the editor has it; what is counted is what the
model would read of it. A line is looked at only as far as it could fit, so that a
5 MB line costs no more than a screenful of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Count = Callable[[str], int]

# Code has 2.5 to 4 characters a token, and rarely stretches that have more than these.
CHARS_PER_TOKEN = 6
# Where a window has to move, it leaves an eighth of its room to grow into, and begins at a
# border between blocks of so many characters; of fewer where that would be much of it.
_BLOCK_CHARS, _LEAST_BLOCK_CHARS = 1_024, 64


def reach(room: int) -> int:
    """How many characters next to the cursor could matter to `room` tokens."""
    return room * CHARS_PER_TOKEN


def prefix_start(prefix: str, room: int, count: Count, held: Iterable[int] = ()) -> int:
    """Where the last `room` tokens of `prefix` begin: at the start of a line, if any fits.

    The first of `held`, the starts from before, is kept whose rest fits and is at least
    half of the room: a start that moves with each line typed costs the user a prefill
    of the whole prompt each time. A document that fits is taken from its beginning.
    """
    floor = max(0, len(prefix) - reach(room))
    if floor == 0 and count(prefix) <= room:
        return 0
    for start in held:
        at_line = start == 0 or prefix[start - 1 : start] == "\n"
        if at_line and floor <= start and room // 2 <= count(prefix[start:]) <= room:
            return start
    return _fresh_start(prefix, floor, room, count)


def suffix_end(suffix: str, room: int, count: Count, held: int = 0) -> int:
    """Where the first `room` tokens of `suffix` end: at the end of a line, if any fits.

    `held`, the end from before, is kept under the same condition as the prefix's start:
    in formats that tell the suffix first, the rest of the prompt then stays, too.
    """
    ceiling = min(len(suffix), reach(room))
    if ceiling == len(suffix) and count(suffix) <= room:
        return len(suffix)
    at_line = 0 < held <= ceiling and suffix[held - 1] == "\n"
    if at_line and room // 2 <= count(suffix[:held]) <= room:
        return held
    end = _line_end(suffix, ceiling, room, count)
    # Pieces that a tokenizer would join may take more tokens together.
    while end and count(suffix[:end]) > room:
        end = suffix.rfind("\n", 0, end - 1) + 1
    return end or _shrink(ceiling, room, lambda size: count(suffix[:size]))


def _line_end(suffix: str, ceiling: int, room: int, count: Count) -> int:
    """The last line end up to which all fits: by blocks, then by lines."""
    end, used = 0, 0
    for step in (_BLOCK_CHARS, 1):
        while (border := suffix.find("\n", end + step - 1, ceiling) + 1) > 0:
            n_tokens = count(suffix[end:border])
            if used + n_tokens > room:
                break
            end, used = border, used + n_tokens
    return end


def _fresh_start(prefix: str, floor: int, room: int, count: Count) -> int:
    """At a coarse border, so that places near each other have the same; else at a line."""
    target = room - room // 8
    start, used = _coarse_start(prefix, floor, target, count)
    if used * 2 < room:
        start = _line_start(prefix, floor, target, count)
    while start < len(prefix) and count(prefix[start:]) > room:
        start = (prefix.find("\n", start) + 1) or len(prefix)
    if start < len(prefix):
        return start
    size = _shrink(len(prefix) - floor, target, lambda size: count(prefix[len(prefix) - size :]))
    return _coarse_within(prefix, len(prefix) - size, room, count)


def _coarse_start(prefix: str, floor: int, room: int, count: Count) -> tuple[int, int]:
    """The earliest line start at a coarse border from which on all fits, and its tokens."""
    start, used, size = len(prefix), 0, _block_chars(room)
    block = (len(prefix) - 1) // size * size
    while block > floor:
        border = prefix.find("\n", block - 1, min(block + size, start - 1)) + 1
        if border:
            n_tokens = count(prefix[border:start])
            if used + n_tokens > room:
                break
            start, used = border, used + n_tokens
        block -= size
    return start, used


def _block_chars(room: int) -> int:
    """A tenth of a window or so; a power of two, so that windows have borders in common."""
    chars = 1 << max(0, room // 2).bit_length() >> 1
    return max(_LEAST_BLOCK_CHARS, min(_BLOCK_CHARS, chars))


def _line_start(prefix: str, floor: int, room: int, count: Count) -> int:
    """The earliest line start from which on all fits; the end where the last line doesn't."""
    start, used = len(prefix), 0
    while start > floor:
        border = prefix.rfind("\n", floor, start - 1) + 1
        if border == 0 and floor > 0:
            break
        used += count(prefix[border:start])
        if used > room:
            break
        start = border
    return start


def _coarse_within(prefix: str, start: int, room: int, count: Count) -> int:
    """A coarse border within an endless line, if enough stands behind it."""
    size = _block_chars(room)
    coarse = -(-start // size) * size
    fits = 0 < coarse < len(prefix) and count(prefix[coarse:]) * 2 >= room
    return coarse if fits else start


def _shrink(size: int, room: int, count_of: Callable[[int], int]) -> int:
    """A size whose tokens fit, near the largest: shrunk by the ratio until it does."""
    while size > 0 and (n_tokens := count_of(size)) > room:
        size = min(size - 1, size * room // n_tokens)
    return size


def after_marks(prefix: str, marks: Iterable[str]) -> str:
    """What follows the last of these texts, from the next line on unless that is the cursor's."""
    ends = [prefix.rfind(mark) + len(mark) for mark in marks if mark in prefix]
    if not ends:
        return prefix
    border = prefix.find("\n", max(ends)) + 1
    return prefix[border or max(ends) :]


def before_marks(suffix: str, marks: Iterable[str]) -> str:
    """What precedes the first of these texts, up to the line before unless that is the cursor's."""
    starts = [suffix.find(mark) for mark in marks if mark in suffix]
    if not starts:
        return suffix
    border = suffix.rfind("\n", 0, min(starts)) + 1
    return suffix[: border or min(starts)]
