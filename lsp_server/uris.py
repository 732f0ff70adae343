"""Document URIs and file paths."""

from __future__ import annotations

from pathlib import Path

from pygls.uris import to_fs_path


def to_path(uri: str) -> Path | None:
    """The file a URI names; None for an untitled document or another scheme."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return Path(path).resolve() if path else None
