"""Document URIs and file paths."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from lsp_server.paths import real

_UNTITLED = "Untitled"
# Editors leave different characters unquoted: `;` belongs to the path, `?` and `#` end it.
_FILE = re.compile(r"file:(?://(?P<host>[^/?#]*))?(?P<path>[^?#]*)", re.IGNORECASE)
_DRIVE = re.compile(r"/?([A-Za-z]):")
_NAME = re.compile(r"([^/\\:]+)[/\\]*$")


def to_path(uri: str) -> Path | None:
    """The file a URI names; None for an untitled document, another scheme or a malformed one."""
    found = _FILE.match(uri)
    if found is None:
        return None
    # Bytes, as file names on some systems are no text.
    quoted = os.fsdecode(unquote_to_bytes(found["path"]))
    path = local_path(unquote(found["host"] or ""), quoted, is_windows=os.name == "nt")
    try:
        return real(Path(path)) if path else None
    except ValueError:
        # A NUL, which no file system takes.
        return None


def name_in(uri: str) -> str:
    """What a document that is no file is called; ignore rules go by it, too."""
    found = _NAME.search(unquote(re.split(r"[?#]", uri, maxsplit=1)[0]))
    return found[1] if found else _UNTITLED


def local_path(host: str, path: str, *, is_windows: bool) -> str:
    """An absolute path as this system writes it; nothing where there is none.

    One that isn't absolute would be counted from wherever the server happens to run.
    """
    if host and host.lower() != "localhost":
        # A share: only Windows knows where another machine's files are.
        return f"//{host}{path}".replace("/", "\\") if is_windows else ""
    if is_windows:
        # `/c:/x` is a drive's; without one a path is of the drive that we happen to run on.
        return path.lstrip("/").replace("/", "\\") if _DRIVE.match(path) else ""
    return path if path.startswith("/") else ""
