"""C and C++: which file an `#include` means.

A quoted one lies beside the file that names it, or where any include lies: in a
folder that the compilation database names. A repository without one is guessed at:
the file whose path ends like the include, from the includer's own folders, from a
folder that is called `include`, or the only one there is. An edge goes to the
included file alone, with the names of it that the includer's text has: what that
one includes in turn is a step further away.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from context.resolve.compilation import DATABASE
from context.resolve.family import Family
from context.resolve.paths import ancestors, join, normal, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import FileFacts

LANGUAGES = frozenset({"C", "C++"})
# By a name that more files have, nobody can tell which one is meant.
_MOST_ALIKE = 200
_PUBLIC = frozenset({"include", "inc", "includes"})
_SYSTEM = """
    assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign
    stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string strings
    tgmath threads time uchar wchar wctype aio cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp
    iconv langinfo libgen monetary mqueue ndbm netdb nl_types poll pthread pwd regex sched search
    semaphore spawn stropts syslog tar termios ucontext ulimit unistd utime utmpx wordexp alloca
    endian err execinfo features getopt malloc memory mntent paths printf pty sysexits byteswap elf
    link windows winsock2 ws2tcpip io direct process intrin immintrin emmintrin xmmintrin crtdbg
"""
_SYSTEM_HEADERS = frozenset(name + ".h" for name in _SYSTEM.split())
_SYSTEM_FOLDERS = ("sys/", "net/", "netinet/", "arpa/", "linux/", "asm/", "bits/", "mach/")


class Layout:
    """Where headers lie in a set of files."""

    __slots__ = ("_by_name", "_known", "_paths", "folders")

    def __init__(self, facts: Mapping[str, FileFacts]) -> None:
        self._paths = frozenset(facts)
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(facts):
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        databases = (facts[path].manifest for path in self._by_name.get(DATABASE, ()))
        self.folders = tuple(dict.fromkeys(each for text in databases for each in text.split("\n")))
        self._known: dict[tuple[str, str, str], str | None] = {}

    def locate(self, importer: str, module: str) -> str | None:
        """The file that an include means, never the importer; None for one from elsewhere."""
        folder, _, name = importer.rpartition("/")
        # A header that stands in front of another of its name means that one.
        own = importer if module.endswith(name) else ""
        key = (folder, module, own)
        if key not in self._known:
            self._known[key] = self._find(folder, module, own)
        return self._known[key]

    def _find(self, folder: str, module: str, importer: str) -> str | None:
        is_quoted = module.startswith("./")
        place = module.removeprefix("./")
        if is_quoted:
            beside = normal(join(folder, place))
            if beside in self._paths and beside != importer:
                return beside
        tail = "/".join(part for part in place.split("/") if part not in {"..", ".", ""})
        # Asked first whether there is such a file at all: thousands of folders may be named.
        folders = self.folders if tail.rpartition("/")[2] in self._by_name else ()
        named = (normal(join(start, place)) for start in folders)
        known = [path for path in named if path in self._paths and path != importer]
        if known:
            # Each of a project's targets has its own folders, most often the nearest.
            return min(known, key=lambda path: (-shared(path, join(folder, "x")), path))
        if not is_quoted and (tail in _SYSTEM_HEADERS or tail.startswith(_SYSTEM_FOLDERS)):
            return None
        return self._guess(folder, tail, importer)

    def _guess(self, folder: str, tail: str, importer: str) -> str | None:
        """The likeliest of the files whose path ends like the include."""
        for start in ancestors(join(folder, "x")):
            path = join(start, tail)
            if path in self._paths and path != importer:
                return path
        named = self._by_name.get(tail.rpartition("/")[2], ())
        ends = (path for path in named if path.endswith("/" + tail) and path != importer)
        alike = islice(ends, _MOST_ALIKE)
        return min(alike, key=lambda path: _unlikeliness(path, tail, folder), default=None)


def _unlikeliness(path: str, tail: str, folder: str) -> tuple[bool, int, int, str]:
    start = path[: -len(tail)].rstrip("/")
    is_public = start.rpartition("/")[2] in _PUBLIC
    return (not is_public, -shared(path, join(folder, "x")), path.count("/"), path)


class Tables:
    """A layout and the facts of its files."""

    __slots__ = ("facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout


def targets(facts: FileFacts, tables: Tables) -> dict[str, set[str]]:
    """The files that a file includes, each with the names of it that the file has."""
    found: dict[str, set[str]] = {}
    words = facts.words if facts.coded_imports else frozenset[str]()
    for item in facts.imports:
        path = tables.layout.locate(facts.path, item.module)
        if path is not None and path not in found:
            found[path] = {*(words & tables.facts[path].names)}
    return found


def _awaited(
    before: Layout, after: Layout, files: Mapping[str, FileFacts]
) -> frozenset[str] | None:
    """The files' names, with which every include of them ends."""
    if before.folders != after.folders:
        return None
    return frozenset(path.rpartition("/")[2] for path in files)


FAMILY = Family(LANGUAGES, Layout, Tables, targets, awaited=_awaited)
