"""What names lead to, from file to file: the repository as seen from one document."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from context.facts import CONTAINERS, decode_imports
from context.resolve import family_of
from context.resolve.paths import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from context.facts import FileFacts
    from context.index import Index
    from context.resolve import Edges
    from context.selection.memo import Memo
    from context.selection.outlined import Source

_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_DOTTED = re.compile(r"[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*")
_PARTS = re.compile(r"\.|::")
# So many files are looked at for one selection, and so many names followed.
_MOST_SOURCES = 64
_MOST_LOOKUPS = 2_000
_MOST_KIN = 16
_MOST_STEPS = 2
_DOORS = ("__init__", "index", "mod", "lib", "init")


class Found(NamedTuple):
    """A definition: a file, and its place among the file's definitions; -1 is the file itself."""

    path: str
    at: int


class Sight:
    """The repository from one document, which stands in front of its file.

    How much is looked at is bounded by what has been asked, not by what is cached, so
    that a warm cache gives the same answers as a cold one.
    """

    def __init__(
        self,
        index: Index,
        document: Source,
        edges: Edges,
        read: Callable[[str], str | None],
        memo: Memo,
    ) -> None:
        self.index = index
        self.document = document
        self.memo = memo
        self.path = document.facts.path
        self._edges = edges
        self._read = read
        self._sources: dict[str, Source | None] = {self.path: document}
        self._looked: dict[tuple[str, str], tuple[Found, ...]] = {}
        self._bases: dict[Found, tuple[Found, ...]] = {}
        self._reached: dict[str, int] = {}
        # What `context.selection.infer` has found out.
        self.values: dict[Hashable, tuple[Found, ...]] = {}

    def source(self, path: str) -> Source | None:
        """A file's text and definitions; None where it can't be had, or enough was looked at."""
        if path not in self._sources:
            if len(self._sources) >= _MOST_SOURCES or path not in self.index.facts:
                return None
            self._sources[path] = self.memo.source(path, self.index, self._read)
        return self._sources[path]

    def edges(self, path: str) -> Edges:
        """What a file imports, with the names it takes."""
        return self._edges if path == self.path else self.index.imports.get(path, {})

    def facts(self, path: str) -> FileFacts:
        """What a file says about itself."""
        return self.document.facts if path == self.path else self.index.facts[path]

    def depth(self, path: str) -> int | None:
        """How many import steps away a file is; None for more than two."""
        if not self._reached:
            reached = {self.path}
            for step in range(1, _MOST_STEPS + 1):
                reached = {to for each in reached for to in self.edges(each)}
                for each in reached:
                    self._reached.setdefault(each, step)
        return self._reached.get(path)

    def kind(self, found: Found) -> str:
        """The kind of a definition; `file` for a file."""
        source = self.source(found.path)
        if found.at < 0 or source is None:
            return "file"
        return source.definitions[found.at].kind

    def is_kin(self, path: str) -> bool:
        """Whether a file's definitions may be meant here: by its language, and not a test's."""
        if is_aside(path) and not is_aside(self.path):
            return False
        return kin(self.index.facts[path].language, self.document.facts.language)

    def type_names(self) -> dict[str, list[str]]:
        """Last word of a type's name -> the names of such types in the repository."""
        names = self.index.names
        found: dict[str, list[str]] = self.memo.table("types", names, lambda: type_names(names))
        return found

    def name(self, found: Found) -> str:
        """The name of a definition; empty for a file."""
        source = self.source(found.path)
        return source.definitions[found.at].name if source and found.at >= 0 else ""

    def lookup(self, path: str, name: str) -> tuple[Found, ...]:
        """What a name means at the top of a file: its own definition, or what it imports."""
        key = (path, name)
        if key not in self._looked:
            if len(self._looked) > _MOST_LOOKUPS:
                return ()
            self._looked[key] = ()
            self._looked[key] = tuple(dict.fromkeys(self._find(path, name)))
        return self._looked[key]

    def _find(self, path: str, name: str) -> Iterator[Found]:
        if name in self.facts(path).names:
            yield from self.own(path, name)
            return
        edges = self.edges(path)
        if not edges:
            return
        for module, original in _bindings(self.facts(path).coded_imports).get(name, ()):
            if original:
                yield from self._taken(edges, original, module)
            else:
                stem = re.split(r"[./:\\]", module)[-1]
                yield from (Found(to, -1) for to in edges if stem_of(to) == stem)
        for to, names in edges.items():
            if name in names and name in self.index.facts[to].names:
                yield from self.own(to, name)

    def _taken(self, edges: Edges, name: str, module: str) -> Iterator[Found]:
        """A name that an import takes: a definition, else the file that is called so."""
        definers = [to for to, names in edges.items() if name in names]
        inner = [to for to in definers if name in self.index.facts[to].names]
        for to in inner:
            yield from self.own(to, name)
        passed = [found for to in definers if not inner for found in self.lookup(to, name)]
        yield from passed
        if not inner and not passed:
            way = module.replace(".", "/").strip("/")
            files = [to for to in edges if stem_of(to) == name]
            close = [to for to in files if way and way in to]
            yield from (Found(to, -1) for to in (close or files)[:2])

    def own(self, path: str, name: str) -> Iterator[Found]:
        """The definitions of a name at the top of a file, two at most."""
        source = self.source(path)
        if source is not None:
            yield from (Found(path, at) for at in source.tops.get(name, ())[:2])

    def words_in(self, path: str, text: str) -> Iterator[Found]:
        """What the names in an annotation or a signature lead to, dotted ones through modules."""
        for first, *rest in _dotted(text):
            found: Iterable[Found] = self.lookup(path, first)
            for name in rest:
                found = [inner for outer in found for inner in self.inside(outer, name)]
            yield from found

    def inside(self, outer: Found, name: str) -> tuple[Found, ...]:
        """A member of a class, its bases' included, or what a module has under a name."""
        if outer.at < 0:
            return self.lookup(outer.path, name)
        for kin in self.kindred(outer):
            source = self.source(kin.path)
            at = source.member(kin.at, name) if source else None
            if at is not None:
                return (Found(kin.path, at),)
        return ()

    def bases(self, found: Found) -> tuple[Found, ...]:
        """The types that a type's signature names: what it inherits from or implements."""
        if found not in self._bases:
            self._bases[found] = ()
            source = self.source(found.path)
            if source is None or found.at < 0:
                return ()
            item = source.definitions[found.at]
            head = source.head(found.at).partition("class ")[2] or source.head(found.at)
            named = self.words_in(found.path, head.replace(item.name, " ", 1))
            self._bases[found] = tuple(
                base
                for base in dict.fromkeys(named)
                if base != found and self.kind(base) in CONTAINERS
            )
        return self._bases[found]

    def inits(self, found: Found) -> tuple[Found, ...]:
        """The constructors that a type itself defines."""
        source = self.source(found.path)
        if source is None or found.at < 0:
            return ()
        names = {"__init__", "__new__", "constructor", "init", source.definitions[found.at].name}
        return tuple(
            Found(found.path, at)
            for at in source.children.get(found.at, ())
            if source.definitions[at].name in names
        )

    def passes_on(self, found: Found) -> bool:
        """Whether a function takes keyword arguments that it doesn't name."""
        source = self.source(found.path)
        return source is not None and "**" in source.head(found.at)

    def names_of(self, path: str) -> list[str]:
        """The names that a file has for those who import it: its own, or what it passes on."""
        source = self.source(path)
        if source is None:
            return []
        found = list(source.tops)
        if path.rpartition("/")[2].partition(".")[0] in _DOORS:
            for item in self.facts(path).imports:
                found += [taken.bound for taken in item.names if taken.bound != "*"]
            if any(taken.name == "*" for item in self.facts(path).imports for taken in item.names):
                found += [name for names in self.edges(path).values() for name in names]
        return found

    def kindred(self, found: Found) -> tuple[Found, ...]:
        """A type, its bases, theirs and so on, the nearest first."""
        seen = [found]
        for kin in seen:
            if len(seen) >= _MOST_KIN:
                break
            seen += [base for base in self.bases(kin) if base not in seen]
        return tuple(seen[:_MOST_KIN])


def kin(left: str, right: str) -> bool:
    """Whether files of the two languages use each other's definitions."""
    family = family_of(left)
    return left == right or (family is not None and right in family.languages)


def is_aside(path: str) -> bool:
    """Whether a file is no place from which other code takes its names."""
    return "test" in path or "vendor" in path or "third_party" in path


def type_names(names: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Last word of a type's name -> the types' names, of all the names of a repository."""
    found: dict[str, list[str]] = {}
    for name in names:
        stem = name.lstrip("_")
        if stem[:1].isupper() and not stem.isupper():
            words = humps(stem)
            if words:
                found.setdefault(words[-1], []).append(name)
    return found


def humps(name: str) -> list[str]:
    """The words of a name, in lower case: `http`, `request` of `HTTPRequest`."""
    return list(_humps(name))


@lru_cache(maxsize=16_384)
def _humps(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _HUMP.findall(name))


@lru_cache(maxsize=4_096)
def _dotted(text: str) -> tuple[tuple[str, ...], ...]:
    """The names in a text, each once, in their parts."""
    return tuple(tuple(_PARTS.split(name)) for name in dict.fromkeys(_DOTTED.findall(text)))


@lru_cache(maxsize=2_048)
def _bindings(coded_imports: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Name -> the modules it comes from, each with its name there; empty for the module."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in decode_imports(coded_imports):
        for taken in item.names:
            found.setdefault(taken.bound, []).append((item.module, taken.name))
        for alias in {item.alias, item.alias.partition(".")[0]} - {""}:
            found.setdefault(alias, []).append((item.module, ""))
    return found


def stem_of(path: str) -> str:
    """What a file is called as a module: its folder's name where it stands for the folder."""
    stem = path.rpartition("/")[2].partition(".")[0]
    return folder_of(path).rpartition("/")[2] if stem in _DOORS else stem
