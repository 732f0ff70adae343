"""Ruby's imports: `require` by load path, its relative kin, and constants loaded by their path.

Nothing says where the load path begins: `lib` and `ext` folders, those of tests, and
whatever folder a path of several parts lies in count. A constant that no file requires
is looked for as Rails' and gems' loaders do: `Foo::BarBaz` in `foo/bar_baz.rb` below a
`lib` or an `app/models`, read from the namespace that the importer's own path gives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import all_names
from context.resolve.family import Family
from context.resolve.paths import folder_of, join, normal, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from context.facts import FileFacts, Import

    Found = dict[str, set[str]]

_ENDING = ".rb"
# Folders that `require "x"` starts from, the likeliest first; `app/*` are Rails' own.
_ROOTS = ("lib", "ext", "test", "spec", "features", "")

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
        self.owns: dict[str, list[str]] = {}
        for path in sorted(self.files):
            stem = path.removesuffix(_ENDING)
            self.stems.setdefault(stem.rpartition("/")[2], []).append(path)
            self.folders.setdefault(folder_of(path), []).append(path)
            inner = _inside_root(stem)
            if inner is not None:
                self.constants.setdefault(_plain(inner), []).append(path)
                self.owns.setdefault(_plain(inner.rpartition("/")[2]), []).append(path)

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

    __slots__ = ("_names", "facts", "layout")

    def __init__(self, facts: Mapping[str, FileFacts], layout: Layout) -> None:
        self.facts = facts
        self.layout = layout
        self._names: dict[str, frozenset[str]] = {}

    def names(self, path: str) -> frozenset[str]:
        """What a file defines for others; a namespace that it only stands in aside."""
        known = self._names.get(path)
        if known is None:
            facts = self.facts[path]
            around = {_plain(part) for part in folder_of(path).split("/")}
            kept = (name for name in all_names(facts) if _plain(name) not in around)
            known = self._names[path] = frozenset(kept)
        return known


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
        found[path] |= {name for name in tables.names(path) & words if name[0].isupper()}
        found[path] |= tables.facts[path].names & words & tables.names(path)
    seen = frozenset(_plain(part) for chain in used for part in chain.split("::"))
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

    Where neither does, because a namespace is included or a test stands elsewhere, the only
    file of that name is meant if the importer names the namespaces that it lies in.
    """
    parts = chain.split("::")
    own = (_inside_root(facts.path.removesuffix(_ENDING)) or "").split("/")
    for depth in range(len(own), -1, -1):
        for size in range(len(parts), 0, -1):
            key = "/".join([*map(_plain, own[:depth]), *map(_plain, parts[:size])])
            paths = tables.layout.constants.get(key, ())
            path = _definer(facts.path, paths, parts[size - 1], tables)
            if path is not None:
                yield path, parts[size - 1]
                return
    lone = tables.layout.owns.get(_plain(parts[0]), ())
    if len(lone) == 1 and parts[0] not in _CORE and _names_all(seen, lone[0]):
        path = _definer(facts.path, lone, parts[0], tables)
        if path is not None:
            yield path, parts[0]


def _names_all(seen: frozenset[str], path: str) -> bool:
    """Whether the namespaces that a file lies in are among the constants named."""
    inner = _inside_root(path) or ""
    return all(_plain(part) in seen for part in inner.split("/")[:-1])


def _definer(importer: str, paths: Iterable[str], name: str, tables: Tables) -> str | None:
    """The nearest of `paths` that defines `name`."""
    known = [path for path in paths if name in all_names(tables.facts[path])]
    return min(known, key=lambda path: (-shared(importer, path), path), default=None)


FAMILY = Family(frozenset({"Ruby"}), layout, Tables, targets, is_by_word=True)
