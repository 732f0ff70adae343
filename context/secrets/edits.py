"""Secrets in a text that is being typed: what was looked at stays looked at."""

from __future__ import annotations

from dataclasses import dataclass

from context.secrets.scan import REACH_LINES, Finding, find_secret


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text, and the first secret in it."""

    text: str
    finding: Finding | None


def rescan(before: Scanned | None, text: str) -> Scanned:
    """The answer of `find_secret` for `text`, which differs little from the text before.

    Where that one was clean, only lines that changed can make a secret, and those within
    reach of them. A keystroke then costs a comparison and a look at some lines.
    """
    if before is None or before.finding is not None:
        return before if before and before.text == text else Scanned(text, find_secret(text))
    if before.text == text:
        return before
    start, end = _changed_lines(before.text, text)
    found = find_secret(text[start:end])
    # Its number counts from the part's start, and its excuse may lie outside of the part.
    return Scanned(text, find_secret(text) if found else None)


def _changed_lines(old: str, new: str) -> tuple[int, int]:
    """Where in `new` the lines lie that a change may have given another meaning."""
    head = _same(old, new)
    room = min(len(old), len(new)) - head
    tail = _same_end(old[len(old) - room :], new[len(new) - room :]) if room else 0
    start, end = head, len(new) - tail
    for _ in range(REACH_LINES + 1):
        start = max(0, new.rfind("\n", 0, start))
        end = new.find("\n", end) + 1 or len(new)
    return start, end


def _same(old: str, new: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_end(old: str, new: str) -> int:
    """How many characters two texts of one length end with in common."""
    size = len(old)
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if old[size - middle : size - low] == new[size - middle : size - low]:
            low = middle
        else:
            high = middle - 1
    return low
