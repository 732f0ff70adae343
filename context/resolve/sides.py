"""Where a file stands in its project, and which of several definitions it can mean.

Several files may define a name of one package: for different platforms, in tests,
in programs that have nothing to do with each other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from context.resolve.paths import folder_of, shared

if TYPE_CHECKING:
    from collections.abc import Sequence

_TESTS = re.compile(r"(?:.*[._-])?[Tt]ests?|.*[a-z]Tests?|(?:.*[._-])?[Ss]pecs?")
_SET = re.compile(r"(.*?)(?:[Mm]ain|[Tt]est)?")
_COMMON = "common"
_WITHIN = {
    "android": "jvm",
    "apple": "unix",
    "ios": "apple",
    "linux": "unix",
    "macos": "apple",
    "mingw": "native",
    "tvos": "apple",
    "unix": "native",
    "watchos": "apple",
    "windows": "native",
}
_PLATFORM = re.compile("|".join({"js", "jvm", "native", "wasm", *_WITHIN}))


class Side(NamedTuple):
    """A file's place in its project.

    Attributes:
        project: the folder that its `src` lies in; its own folder where there is none.
        source_set: the platform its sources are for: empty, `common`, `jvm` of `jvmTest`.
        is_test: whether it lies in a folder of tests.
    """

    project: str
    source_set: str
    is_test: bool


@lru_cache(maxsize=65_536)
def side_of(folder: str) -> Side:
    """Where the files of a folder stand."""
    parts = folder.split("/")
    is_test = any(_TESTS.fullmatch(part) for part in parts)
    if "src" not in parts:
        return Side(folder, "", is_test)
    at = parts.index("src")
    following = parts[at + 1] if at + 1 < len(parts) else ""
    named = _SET.fullmatch(following)
    return Side("/".join(parts[:at]), named.group(1) if named else "", is_test)


def visible(importer: str, paths: Sequence[str]) -> list[str]:
    """Those of `paths` that a file sees without asking: no tests, no other platform's."""
    own = side_of(folder_of(importer))
    sides = ((path, side_of(folder_of(path))) for path in paths)
    return [
        path
        for path, side in sides
        if (own.is_test or not side.is_test) and _sees(own.source_set, side.source_set)
    ]


def nearest(importer: str, paths: Sequence[str]) -> list[str]:
    """Those definers of one name that a file means: its project's, else those nearest by path."""
    if len(paths) < 2:  # noqa: PLR2004 -- nothing to choose from
        return list(paths)
    own = side_of(folder_of(importer)).project
    near = [path for path in paths if side_of(folder_of(path)).project == own]
    if near:
        return near
    best = max(shared(importer, path) for path in paths)
    return [path for path in paths if shared(importer, path) == best]


@lru_cache(maxsize=4096)
def _sees(own: str, other: str) -> bool:
    """Whether sources of one set can use another's: `jvm` sees `common`, `native` not `jvm`."""
    if other in {"", _COMMON, own}:
        return True
    if own == _COMMON:
        return False
    around = _platforms(own or "jvm")
    if other.startswith("non"):
        return bool(around) and not set(_platforms(other[3:])[:1]) & set(around)
    theirs = _platforms(other)
    return not theirs or theirs[0] in around


def _platforms(source_set: str) -> tuple[str, ...]:
    """The platform that a set of sources is for, then those that it is one of."""
    found = [] if source_set.startswith("non") else _PLATFORM.findall(source_set.lower())[:1]
    while found and found[-1] in _WITHIN:
        found.append(_WITHIN[found[-1]])
    return tuple(found)
