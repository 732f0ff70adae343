"""Arithmetic on `/`-separated paths, the same on every platform."""

from __future__ import annotations


def folder_of(path: str) -> str:
    """The folder a path lies in; empty at the root."""
    return path.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    """`name` inside `folder`, either of which may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name


def normal(path: str) -> str | None:
    """`path` without `.` and `..`; None for one that climbs above the root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def ancestors(path: str) -> list[str]:
    """The folders a path lies in, nearest first, the root (empty) last."""
    found: list[str] = []
    folder = folder_of(path)
    while folder:
        found.append(folder)
        folder = folder_of(folder)
    return [*found, ""]


def shared(left: str, right: str) -> int:
    """How many leading folders two paths have in common."""
    count = 0
    for one, other in zip(left.split("/"), right.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
