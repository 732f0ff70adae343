"""How much of a document around the cursor a number of tokens holds.

Offsets are into the document as the editor has it; what is counted is what the
model would read of it. A line is looked at only as far as it could fit, so that a
5 MB line costs no more than a screenful of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Count = Callable[[str], int]

# Code has 2.5 to 4 characters a token, and rarely stretches that have more than these.
CHARS_PER_TOKEN = 6
# Where a window has to move, it moves by a quarter of its size and to one of these borders.
_BLOCK_CHARS = 1_024


def reach(room: int) -> int:
    """How many characters next to the cursor could matter to `room` tokens."""
    return room * CHARS_PER_TOKEN


def prefix_start(prefix: str, room: int, count: Count, held: int | None = None) -> int:
    """Where the last `room` tokens of `prefix` begin: at the start of a line, if any fits.

    Keeps `held`, the start from before, as long as what follows it fits and is at
    least half of the room: a start that moves with each line typed costs the user
    a prefill of the whole prompt each time.
    """
    floor = max(0, len(prefix) - reach(room))
    if floor == 0 and count(prefix) <= room:
        return 0
    at_line = held is not None and floor <= held and prefix[held - 1 : held] == "\n"
    if held is not None and at_line and room // 2 <= count(prefix[held:]) <= room:
        return held
    return _fresh_start(prefix, floor, room, count)


def suffix_end(suffix: str, room: int, count: Count) -> int:
    """Where the first `room` tokens of `suffix` end: at the end of a line, if any fits."""
    ceiling = min(len(suffix), reach(room))
    if ceiling == len(suffix) and count(suffix) <= room:
        return len(suffix)
    end, used = 0, 0
    while (border := suffix.find("\n", end, ceiling) + 1) > 0:
        used += count(suffix[end:border])
        if used > room:
            break
        end = border
    # Pieces that a tokenizer would join may take more tokens together.
    while end and count(suffix[:end]) > room:
        end = suffix.rfind("\n", 0, end - 1) + 1
    return end or _shrink(ceiling, room, lambda size: count(suffix[:size]))


def _fresh_start(prefix: str, floor: int, room: int, count: Count) -> int:
    target = room - room // 4
    start = _line_start(prefix, floor, target, count)
    within_line = start == len(prefix)
    if within_line:
        start -= _shrink(start - floor, target, lambda size: count(prefix[len(prefix) - size :]))
    coarse = -(-start // _BLOCK_CHARS) * _BLOCK_CHARS
    if coarse and not within_line:
        coarse = prefix.find("\n", coarse - 1) + 1
    fits = 0 < coarse < len(prefix) and count(prefix[coarse:]) * 2 >= room
    return coarse if fits else start


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
    while start < len(prefix) and count(prefix[start:]) > room:
        start = (prefix.find("\n", start) + 1) or len(prefix)
    return start


def _shrink(size: int, room: int, count_of: Callable[[int], int]) -> int:
    """A size whose tokens fit, near the largest: shrunk by the ratio until it does."""
    while size > 0 and (n_tokens := count_of(size)) > room:
        size = min(size - 1, size * room // n_tokens)
    return size
