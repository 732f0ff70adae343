"""A server's own words, quoted where they repeat neither a key nor code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_QUOTED = 200
_MIN_SECRET = 16


def quote(body: bytes, secrets: tuple[str, ...]) -> str:
    """The server's own words, to be put into a message; empty where they can't be told."""
    return quoted(said_in(body), secrets)


def said_in(body: bytes) -> str:
    """What an error's body says, in any of the shapes that servers give it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return said(found)


def said(found: Any) -> str:
    """The text of an error in any of the shapes that servers give it."""
    for key in ("error", "message", "detail"):
        while isinstance(found, dict) and key in found:
            found = found[key]  # pyright: ignore[reportUnknownVariableType] - JSON
    return found if isinstance(found, str) else ""


def quoted(message: str, secrets: tuple[str, ...]) -> str:
    """The message in quotes behind a colon; nothing where it is empty or repeats a secret."""
    words = " ".join(message.split())[:_MAX_QUOTED]
    if not words or _leaks(words, secrets):
        return ""
    return f": {words!r}"


def _leaks(words: str, secrets: tuple[str, ...]) -> bool:
    """Whether the words repeat a stretch of a secret; white space aside, as it was folded."""
    for secret in secrets:
        folded = " ".join(secret.split())
        size = min(_MIN_SECRET, len(folded))
        if size and any(piece in folded for piece in _stretches(words, size)):
            return True
    return False


def _stretches(words: str, size: int) -> Iterator[str]:
    return (words[start : start + size] for start in range(max(1, len(words) - size + 1)))
