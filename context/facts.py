"""What one file says about itself: imports, definitions, words. Values only.

A repository has thousands of files and a select looks at a few dozen, so facts
stay coded (JSON and lines of words, which run nothing when they are read back
from a cache) and are decoded when asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

CONTAINERS = frozenset({"class", "interface", "enum", "module"})
SCOPES = CONTAINERS | {"function", "method"}
_VALUES = frozenset({"field", "attribute"})


class Name(NamedTuple):
    """A name taken from a module, what it is called here, and what is read from it.

    A taken name may be a module itself: `used` holds `CharField` for `models.CharField`.
    """

    name: str
    bound: str
    used: tuple[str, ...] = ()


class Import(NamedTuple):
    """One module that a file imports.

    Attributes:
        module: as written, without a relative import's dots; Go and JavaScript paths unquoted.
        level: the dots of a relative Python import.
        names: what is taken from it, `*` for everything; empty for the module itself.
        alias: what the module is called here; empty where it has no name of its own.
        used: what the file reads from the module under that alias.
        exported: whether the names can be imported from this file in turn.
        line: where the module is named, from 0.
    """

    module: str
    level: int = 0
    names: tuple[Name, ...] = ()
    alias: str = ""
    used: tuple[str, ...] = ()
    exported: bool = False
    line: int = 0


class Definition(NamedTuple):
    """A definition; lines count from 0, offsets are code points.

    Attributes:
        kind: class, interface, enum, module, function, method, constant, field, attribute, type.
        parent: index of the definition it stands in, -1 at the top.
        owner: name of the type it belongs to where that isn't its parent (a Go receiver).
        start: offset of its first character, decorators included.
        head: last line of the signature.
        doc: first line of its documentation; -1 without.
    """

    name: str
    kind: str
    parent: int
    owner: str
    start: int
    end: int
    line: int
    head: int
    last: int
    doc: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of the repository and what a parser saw in it.

    Attributes:
        digest: changes whenever the text does.
        coded_words: its identifier-like words, one a line.
        manifest: the whole text, of a file that says how imports resolve (`go.mod`).
        package: the packages or namespaces the file says it belongs to, separated by blanks.
    """

    path: str
    language: str
    digest: str
    coded_imports: str = ""
    coded_outline: str = ""
    coded_words: str = ""
    manifest: str = ""
    package: str = ""

    def fields(self) -> tuple[str, ...]:
        """Everything but the path, in the order in which a `FileFacts` takes it."""
        coded = (self.coded_imports, self.coded_outline, self.coded_words)
        return (self.language, self.digest, *coded, self.manifest, self.package)

    @property
    def imports(self) -> tuple[Import, ...]:
        """What the file imports, in the order of its text."""
        return decode_imports(self.coded_imports)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """What the file defines, in the order of its text, containers before what they hold."""
        return decode_outline(self.coded_outline)

    @property
    def words(self) -> frozenset[str]:
        """Every identifier-like word of the file."""
        return frozenset(self.coded_words.split("\n")) if self.coded_words else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """What can be imported from the file: its definitions at the top level."""
        return top_names(self.coded_outline)


def encode_imports(imports: tuple[Import, ...]) -> str:
    """The coded form of `imports`."""
    return json.dumps(imports, separators=(",", ":")) if imports else ""


def encode_outline(definitions: tuple[Definition, ...]) -> str:
    """The coded form of `definitions`."""
    return json.dumps(definitions, separators=(",", ":")) if definitions else ""


@lru_cache(maxsize=256)
def decode_imports(coded: str) -> tuple[Import, ...]:
    """The imports that `encode_imports` wrote."""
    rows: list[Any] = json.loads(coded) if coded else []
    return tuple(
        Import(
            module,
            level,
            tuple(Name(name, bound, tuple(uses)) for name, bound, uses in names),
            alias,
            tuple(used),
            *rest,
        )
        for module, level, names, alias, used, *rest in rows
    )


@lru_cache(maxsize=256)
def decode_outline(coded: str) -> tuple[Definition, ...]:
    """The definitions that `encode_outline` wrote."""
    rows: list[Any] = json.loads(coded) if coded else []
    return tuple(Definition(*row) for row in rows)


@lru_cache(maxsize=4096)
def top_names(coded: str) -> frozenset[str]:
    """Names that can be used from outside without naming a type first.

    Those at the top level and in its modules (namespaces), and a C enumeration's constants.
    """
    rows: list[tuple[str, str, int, str]] = json.loads(coded) if coded else []
    found: set[str] = set()
    is_open: list[bool] = []
    for name, kind, parent, owner, *_ in rows:
        is_unscoped = kind == "constant" or (parent >= 0 and rows[parent][1] != "enum")
        is_top = parent < 0 or (is_open[parent] and is_unscoped)
        is_open.append(is_top and kind in {"module", "enum"})
        if is_top and not owner:
            found.add(name)
    return frozenset(found)


def all_names(facts: FileFacts) -> set[str]:
    """Every name the file defines at any depth; fields aside, which come with their class.

    What only adds to a type (a Rust `impl`, an extension) doesn't define it.
    """
    rows: list[Any] = json.loads(facts.coded_outline) if facts.coded_outline else []
    return {
        row[0] for row in rows if row[1] not in _VALUES and not (row[3] and row[1] in CONTAINERS)
    }


def defined_names(facts: FileFacts) -> list[Any]:
    """What a file defines, without where it stands: name, kind, what it is in and belongs to."""
    rows: list[Any] = json.loads(facts.coded_outline) if facts.coded_outline else []
    return [row[:4] for row in rows]


def is_extension(row: list[Any]) -> bool:
    """Whether a row of an outline only adds to a type that stands elsewhere."""
    return row[1] in CONTAINERS and bool(row[3])
