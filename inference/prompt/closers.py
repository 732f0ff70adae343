"""What an editor puts behind the cursor by itself: brackets, quotes, tags that close others."""

from __future__ import annotations

import re

_MAX_CHARS = 64
_CLOSED = re.compile(r"</[\w.:-]*>|[)\]}>\"'`]|\s")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def gaps(suffix: str, typed: str) -> list[int]:
    """How many characters of `suffix` may be what an editor closed of `typed`, shortest first.

    Begins with 0. A bracket counts where one more of its kind was opened than closed,
    a quote where there is one to close. Strings and comments aren't told apart: what is
    taken for closing and isn't merely stands in no prompt.
    """
    found, place = [0], 0
    open_now: dict[str, int] = {}
    while match := _CLOSED.match(suffix, place, _MAX_CHARS):
        if not _closes(match[0], typed, open_now):
            break
        place = match.end()
        found.append(place)
    return found


def closing(suffix: str, typed: str) -> int:
    """How many characters close what was typed in this line, where nothing else is left of it.

    Who wrote them isn't known, and whoever did, they are most likely typed over next: a
    prompt that showed them would have to be made anew then.
    """
    line = suffix[: _MAX_CHARS + 1].partition("\n")[0]
    n_rest = len(line.rstrip())
    return n_rest if n_rest in gaps(suffix, typed) else 0


def _closes(mark: str, typed: str, open_now: dict[str, int]) -> bool:
    if mark.isspace():
        return True
    opener = _PAIRS.get(mark, "<" + mark[2:-1] if mark.startswith("</") else mark)
    if mark not in open_now:
        closed = typed.count(mark) if mark in _PAIRS else 0
        open_now[mark] = typed.count(opener) - closed
    open_now[mark] -= 1
    return open_now[mark] >= 0
