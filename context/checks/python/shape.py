"""What a Python file binds, as values: names, classes with their members, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import Import

# What is read from whatever may be an instance, and what may be a name in quotes.
_MENTIONED = re.compile(r"\b(?:self|cls|mcs|klass|this|obj|instance)\s*\.\s*(\w+)|[\"'](\w+)[\"']")
# Members that no text shows are made by these.
_DYNAMIC = re.compile(
    r"__getattr(?:ibute)?__|__dict__|__class__\s*=|\bsetattr\s*\(|\bvars\s*\(|\blocals\s*\("
    r"|\bglobals\s*\(|\bexec\s*\(|__slots__\s*="
)
_OPEN_MODULE = re.compile(
    r"^def __getattr__|\bglobals\s*\(|\bsys\.modules\b|\bvars\s*\(|\bexec\s*\(|\blocals\s*\("
    r"|\bsetattr\s*\(|^__path__",
    re.MULTILINE,
)
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_WALRUS = re.compile(r"(\w+)\s*:=")


class Binding(NamedTuple):
    """One way in which a name comes by what it stands for.

    Attributes:
        at: of a class or a function, its place in the file's list.
        text: of a value, the expression.
        annotation: of a value, its type as written.
        item: of an import, the module.
        taken: of an import, the name that is taken from the module; empty for itself.
    """

    kind: Literal["class", "function", "import", "value", "other"]
    at: int = -1
    text: str = ""
    annotation: str = ""
    item: Import | None = None
    taken: str = ""


OTHER = Binding("other")


class Parameter(NamedTuple):
    """A parameter by its name; `stars` are those before it."""

    name: str
    annotation: str
    stars: int
    by_position: bool = False


@dataclass(frozen=True, slots=True)
class FunctionShape:
    """A function's signature; `parameters` end with `/` and `*` taken into account."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str
    decorators: tuple[str, ...]
    is_async: bool
    is_generator: bool


@dataclass(frozen=True)
class ClassShape:
    """A class: what it inherits from, and what its body binds.

    Attributes:
        start: byte at which its definition begins, without decorators.
        outer: the class it stands in, as a place in the file's list; -1 at the top.
    """

    name: str
    start: int
    bases: tuple[str, ...]
    keywords: tuple[str, ...]
    decorators: tuple[str, ...]
    members: Mapping[str, tuple[Binding, ...]]
    text: str
    outer: int = -1

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Names that its text reads from an instance, or has in quotes."""
        found = _MENTIONED.findall(self.text)
        return frozenset(name for pair in found for name in pair if name)

    @cached_property
    def is_dynamic(self) -> bool:
        """Whether it may have members that its text doesn't show."""
        return _DYNAMIC.search(self.text) is not None


@dataclass(frozen=True)
class FileShape:
    """What a file binds at its top, and all its classes and functions outside of functions.

    Attributes:
        stars: the modules that everything is taken from.
        is_broken: part of it doesn't parse, and what stands there may bind any name.
    """

    path: str
    names: Mapping[str, tuple[Binding, ...]]
    classes: tuple[ClassShape, ...]
    functions: tuple[FunctionShape, ...]
    stars: tuple[Import, ...]
    text: str
    by_start: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def is_open(self) -> bool:
        """Whether the module may have names that its text doesn't show."""
        return _OPEN_MODULE.search(self.text) is not None

    @cached_property
    def loose(self) -> frozenset[str]:
        """Names that are bound from inside functions or expressions."""
        found = {name.strip() for line in _GLOBAL.findall(self.text) for name in line.split(",")}
        return frozenset(found | set(_WALRUS.findall(self.text)))
