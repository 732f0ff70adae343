"""Document URIs and file paths."""

from __future__ import annotations

from pathlib import Path

from pygls.uris import to_fs_path

from lsp_server.paths import real


def to_path(uri: str) -> Path | None:
    """The file a URI names; None for an untitled document, another scheme or a malformed one."""
    if not uri.startswith("file:"):
        return None
    try:
        path = to_fs_path(uri)
        return real(Path(path)) if path else None
    except ValueError:
        # Brackets that hold no address, or a NUL that no file system takes.
        return None
