"""Ruby's imports: `require` by load path, its relative kin, and constants loaded by their path.

Nothing says where the load path begins: `lib` and `ext` folders, those of tests, and
whatever folder a path of several parts lies in count. A constant that no file requires
is looked for as Rails' and gems' loaders do: `Foo::BarBaz` in `foo/bar_baz.rb` below a
`lib` or an `app/models`, read from the namespace that the importer's own path gives it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import all_names
from context.resolve.family import Family
from context.resolve.paths import folder_of, join, normal, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from context.facts import FileFacts, Import

    Found = dict[str, set[str]]

_ENDING = ".rb"
# Folders that `require "x"` starts from, the likeliest first; `app/*` are Rails' own.
_ROOTS = ("lib", "ext", "test", "spec", "features", "")

_PARTS = re.compile("::|/")
# Ruby's own constants, which a file of such a name in some namespace doesn't replace.
_CORE = frozenset(
    {
        *("Array", "Class", "Comparable", "Data", "Date", "Dir", "Encoding", "Enumerable"),
        *("Enumerator", "Exception", "File", "Hash", "IO", "Integer", "Kernel", "Logger"),
        *("Method", "Module", "Object", "Proc", "Process", "Random", "Range", "Regexp", "Set"),
        *("String", "Struct", "Symbol", "Thread", "Time", "URI"),
    }
)


class Layout:
    """Where Ruby files lie: by the last part of their paths, and by the constants of those."""

    __slots__ = ("constants", "files", "folders", "owns", "stems")

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        self.stems: dict[str, list[str]] = {}
        self.constants: dict[str, list[str]] = {}
        self.folders: dict[str, list[str]] = {}
        self.owns: dict[str, list[tuple[str, str]]] = {}
        for path in sorted(self.files):
            stem = path.removesuffix(_ENDING)
            self.stems.setdefault(stem.rpartition("/")[2], []).append(path)
            self.folders.setdefault(folder_of(path), []).append(path)
            inner = _inside_root(stem)
            if inner is not None:
                self.constants.setdefault(_plain(inner), []).append(path)
                place = (path, _plain(inner))
                self.owns.setdefault(_plain(inner.rpartition("/")[2]), []).append(place)

    def required(self, importer: str, module: str) -> str | None:
        """The file that a path on the load path means; None for another gem's."""
        module = module.removesuffix(_ENDING).removeprefix("./")
        ends = self.stems.get(module.rpartition("/")[2], ())
        tail = "/" + module
        known = [path for path in ends if ("/" + path.removesuffix(_ENDING)).endswith(tail)]
        ranked = sorted((self._rank(importer, path, module), path) for path in known)
        if not ranked or (ranked[0][0][0] == len(_ROOTS) and "/" not in module):
            return None
        return ranked[0][1]

    def _rank(self, importer: str, path: str, module: str) -> tuple[int, int, int]:
        root = path.removesuffix(_ENDING)[: -len(module)].strip("/")
        name = root.rpartition("/")[2]
        place = _ROOTS.index(name) if name in _ROOTS else len(_ROOTS)
        return place, -shared(importer, path), len(path)

    def beside(self, importer: str, module: str, level: int) -> str | None:
        """The file that a path from the importer means; level 2 starts at the file itself."""
        start = importer if level > 1 else folder_of(importer)
        location = normal(join(start, module))
        if location is None:
            return None
        guesses = (location + _ENDING, location)
        return next((guess for guess in guesses if guess in self.files), None)


class Tables:
    """A layout and the facts of its files, with what was found out about them so far."""

    __slots__ = ("_around", "_defined", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._defined: dict[str, frozenset[str]] = {}
        self._around: dict[tuple[str, str], frozenset[str]] = {}

    def defined(self, path: str) -> frozenset[str]:
        """What a file defines at any depth."""
        known = self._defined.get(path)
        if known is None:
            known = self._defined[path] = frozenset(all_names(self.facts[path]))
        return known

    def around(self, path: str, name: str) -> frozenset[str]:
        """The namespaces that a definition stands in, plain."""
        known = self._around.get((path, name))
        if known is None:
            definitions = self.facts[path].definitions
            at = next((at for at, item in enumerate(definitions) if item.name == name), -1)
            found: set[str] = set()
            while at >= 0 and (at := definitions[at].parent) >= 0:
                found.add(_plain(definitions[at].name))
            known = self._around[path, name] = frozenset(found)
        return known

    def offered(self, path: str, words: frozenset[str]) -> set[str]:
        """Those of `words` that a file has for others; a namespace it only stands in aside."""
        around = {_plain(part) for part in folder_of(path).split("/")}
        names = {name for name in self.defined(path) & words if name[0].isupper()}
        names |= self.facts[path].names & words
        return {name for name in names if _plain(name) not in around}


def layout(facts: Mapping[str, FileFacts]) -> Layout:
    """Where Ruby files lie."""
    return Layout(path for path, item in facts.items() if item.language == "Ruby")


def _plain(constant: str) -> str:
    """`foo/barbaz` for `Foo::BarBaz` and for `foo/bar_baz`: acronyms are spelt in many ways."""
    return constant.replace("::", "/").replace("_", "").lower()


def _inside_root(stem: str) -> str | None:
    """What a loader would take for a file's constant; None outside of what it looks at."""
    parts = stem.split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in {"lib", "concerns"}:
            return "/".join(parts[at + 1 :])
        if at and parts[at - 1] == "app":
            return "/".join(parts[at + 1 :])
    return None


def targets(facts: FileFacts, tables: Tables) -> Found:
    """The files that a Ruby file requires or whose constants it names, each with those names."""
    found: Found = {}
    used: tuple[str, ...] = ()
    for item in facts.imports:
        if item.module:
            for path in _required(facts.path, item, tables.layout):
                found.setdefault(path, set()).update(taken.name for taken in item.names)
        else:
            used = item.used
    words = facts.words
    for path in found:
        found[path] |= tables.offered(path, words)
    own = _inside_root(facts.path) or ""
    seen = frozenset(_plain(part) for chain in (*used, own) for part in _PARTS.split(chain))
    for chain in used:
        for path, name in _constants(facts, chain, seen, tables):
            found.setdefault(path, set()).add(name)
    return found


def _required(importer: str, item: Import, layout: Layout) -> list[str]:
    if item.module.endswith("/*"):
        return _below(importer, item.module.removesuffix("/*"), layout)
    if item.level:
        path = layout.beside(importer, item.module, item.level)
    else:
        path = layout.required(importer, item.module) or layout.beside("", item.module, 1)
    return [path] if path else []


def _below(importer: str, folder: str, layout: Layout) -> list[str]:
    """The files of a folder, which lies where the importer does or on the load path."""
    places = (join(folder_of(importer), folder), join("lib", folder), folder)
    known = [place for place in places if place in layout.folders]
    return layout.folders[known[0]] if known else []


def _constants(
    facts: FileFacts, chain: str, seen: frozenset[str], tables: Tables
) -> Iterator[tuple[str, str]]:
    """The file that defines a constant as seen from the importer, and which part of it that is.

    Where neither does, because a namespace is included or a folder is no namespace, the only
    file of that name is meant.
    """
    parts = chain.split("::")
    own = (_inside_root(facts.path.removesuffix(_ENDING)) or "").split("/")
    for depth in range(len(own), -1, -1):
        for size in range(len(parts), 0, -1):
            key = "/".join([*map(_plain, own[:depth]), *map(_plain, parts[:size])])
            paths = tables.layout.constants.get(key, ())
            path = _definer(facts.path, paths, parts[size - 1 : size + 1], tables)
            if path is not None:
                yield path, parts[size - 1]
                return
    yield from _lone(facts.path, parts, seen, tables)


def _lone(
    importer: str, parts: list[str], seen: frozenset[str], tables: Tables
) -> Iterator[tuple[str, str]]:
    """The only file of a constant's name, if the namespaces that it stands in are named here."""
    for size in range(len(parts), 0, -1):
        way = "/".join(map(_plain, parts[:size]))
        named = tables.layout.owns.get(_plain(parts[size - 1]), ())
        known = [(path, inner) for path, inner in named if ("/" + inner).endswith("/" + way)]
        if len(known) == 1 and parts[0] not in _CORE:
            path, name = known[0][0], parts[size - 1]
            is_defined = _definer(importer, [path], parts[size - 1 : size + 1], tables)
            if is_defined and tables.around(path, name) <= seen:
                yield path, name
                return


def _definer(
    importer: str, paths: Iterable[str], names: Sequence[str], tables: Tables
) -> str | None:
    """The nearest of `paths` that defines `names`, of which the second stands in the first."""
    known = [path for path in paths if tables.defined(path).issuperset(names)]
    return min(known, key=lambda path: (-shared(importer, path), path), default=None)


FAMILY = Family(frozenset({"Ruby"}), layout, Tables, targets, is_by_word=True)
