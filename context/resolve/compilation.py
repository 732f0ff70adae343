"""What a compilation database says about where headers lie.

CMake, Meson and Bazel write `compile_commands.json`: a list of every file's
compiler call, each with the folder it ran in. Only the folders in which headers are
looked for are of use here.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from context.resolve.paths import normal

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "compile_commands.json"
MAX_BYTES = 32_000_000
"""Of a database that is read. LLVM's has 8 MB."""
_MAX_PATH = 4096
# Of all calls together, in the order in which they come; LLVM's name 900.
_MAX_FOLDERS = 1_000
_MAX_FLAGS = 500_000
_FLAG = re.compile(
    r"(?:-I|-isystem|-iquote|-idirafter|[-/]external:I|/I)[ \n=]*"
    r'("(?:\\.|[^"\\])*"|\'[^\']*\'|(?:\\.|[^\s\\])+)'
)
_ESCAPED = re.compile(r"\\(.)")
_DRIVE = re.compile(r"[A-Za-z]:")


def is_database(path: str) -> bool:
    """Whether a file of this path is a compilation database: read by the index, never sent."""
    return path.rpartition("/")[2] == DATABASE


def include_folders(database: str, root: str) -> tuple[str, ...]:
    """The folders below `root` that a database's calls name, relative to it, as they come.

    `root` is an absolute path. What can't be read as a database names none.
    """
    try:
        calls: Any = json.loads(database)
    except (ValueError, RecursionError):
        return ()
    rows = cast("list[object]", calls) if isinstance(calls, list) else []
    start = _slashes(root).rstrip("/") + "/"
    found: dict[str, None] = {}
    named = islice((pair for row in rows for pair in _flags(row)), _MAX_FLAGS)
    for folder, flag in dict.fromkeys(named):
        if len(folder) + len(flag) > _MAX_PATH:
            continue
        whole = normal(flag if _is_absolute(flag) else f"{folder}/{flag}")
        if whole is not None and f"/{whole}/".startswith("/" + start.lstrip("/")):
            found[whole[len(start.strip("/")) :].strip("/")] = None
            if len(found) == _MAX_FOLDERS:
                break
    return tuple(found)


def _flags(row: object) -> Iterator[tuple[str, str]]:
    """A call's working folder with each of the folders that it names."""
    call = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    folder, command, arguments = (call.get(key) for key in ("directory", "command", "arguments"))
    if isinstance(arguments, list):
        command = "\n".join(str(each) for each in cast("list[object]", arguments))
    if isinstance(command, str):
        start = str(folder or "")
        # A Windows path's backslash escapes nothing.
        is_windows = _DRIVE.match(start) is not None
        for flag in _FLAG.findall(command):
            bare = flag[1:-1] if flag[:1] in {'"', "'"} else flag
            place = bare.replace("\\", "/") if is_windows else _ESCAPED.sub(r"\1", bare)
            yield _slashes(start), place


def _slashes(path: str) -> str:
    return path.replace("\\", "/") if _DRIVE.match(path) else path


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or _DRIVE.match(path) is not None
