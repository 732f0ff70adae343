"""What a Python file binds, as values: names, classes with their members, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from context.facts import Import

# What is read from whatever may be an instance, and what may be a name in quotes.
_MENTIONED = re.compile(r"\b(?:self|cls|mcs|klass|this|obj|instance)\s*\.\s*(\w+)|[\"'](\w+)[\"']")
# Members that come from elsewhere are handed on by these.
_HIDDEN = re.compile(
    r"\b__getattr(?:ibute)?__\b|\bself\.__class__\s*=(?!=)|\bexec\s*\("
    r"|__slots__\s*=\s*[^(\[{\"'\s]"
)
# Members by a name that stands somewhere else are made by these.
_GIVEN = re.compile(
    r"__dict__\s*(?:\.\s*(?:update|setdefault|__setitem__)\b|\[(?![\"'])|\|=)"
    r"|__dict__\s*=(?!=|\s*\w+\.__dict__)|\bsetattr\s*\(\s*self\b"
    r"|\bvars\s*\([^()]*\)\s*(?:\.update\b|\[)"
    r"|\b(?:super\(\)|object)\.__setattr__\((?![\"']|self,\s*[\"'])"
)
# The keys of a mapping, or what is handed over by any name, become members; no file need
# have their names.
_FROM_MAPPING = re.compile(
    r"\bfor\s+\(?\s*(\w+)\s*,[^\n:]*\.\s*items\(\)[^\n]*:(?=[\s\S]{0,300}?"
    r"\bsetattr\s*\(\s*self\s*,\s*\1\s*,)"
)
_KEYWORDS = re.compile(r"[(,]\s*\*\*\s*(\w+)\s*(?::[^,)\n]*)?,?\s*\)")
_TAKES_OVER = r"(?:__dict__|vars\s*\(\s*self\s*\))\s*(?:\.\s*update\s*\(\s*(?:\*\*)?|\|=|=)\s*{}\b"
# In what is handed the class itself, a class may be given members, too.
_GIVEN_TO_CLASS = re.compile(r"\bsetattr\s*\(\s*(?:cls|klass|self\.__class__|type\(self\))\b")
_HANDED_CLASS = re.compile(r"\b(?:classmethod|__new__|__init_subclass__)\b")
_HIDING_MODULE = re.compile(r"\bexec\s*\(|^__path__", re.MULTILINE)
_MODULE_GETATTR = re.compile(r"^def __getattr__", re.MULTILINE)
_HANDED_ON = re.compile(r"(?<![_.\w])getattr\s*\(")
_GIVEN_MODULE = re.compile(
    r"\bglobals\s*\(|\bsys\.modules\[__name__"
    r"|\bsetattr\s*\(\s*(?:sys\.|module\b|mod\b)"
    r"|\b(?:vars|locals)\s*\(\s*\)\s*(?:\[|\.\s*update\b)"
)
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_EXPORTED = re.compile(
    r"""^__all__\s*(?::[^=\n]+)?=\s*[\[(]((?:\s|,|"\w+"|'\w+'|\#[^\n]*)*)[\])][ \t]*(?:\#.*)?$""",
    re.MULTILINE,
)
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
    def is_hiding(self) -> bool:
        """Whether it may have members of any name."""
        if _HIDDEN.search(self.text) or _FROM_MAPPING.search(self.text):
            return True
        keywords = set(_KEYWORDS.findall(self.text))
        return any(re.search(_TAKES_OVER.format(each), self.text) for each in keywords)

    @cached_property
    def is_given(self) -> bool:
        """Whether it may have members whose names stand elsewhere."""
        if _GIVEN.search(self.text):
            return True
        is_given = _GIVEN_TO_CLASS.search(self.text) is not None
        return is_given and _HANDED_CLASS.search(self.text) is not None


@dataclass(frozen=True)
class FileShape:
    """What a file binds at its top, and all its classes and functions outside of functions.

    Attributes:
        stars: the modules that everything is taken from.
        text: the document's own without what a completion only reads.
        by_start: the byte at which a class begins -> its place among the classes.
    """

    path: str
    names: Mapping[str, tuple[Binding, ...]]
    classes: tuple[ClassShape, ...]
    functions: tuple[FunctionShape, ...]
    stars: tuple[Import, ...]
    text: str
    by_start: Mapping[int, int]

    @cached_property
    def is_hiding(self) -> bool:
        """Whether the module may have any name."""
        is_asked = _MODULE_GETATTR.search(self.text) is not None
        hands_on = is_asked and _HANDED_ON.search(self.text) is not None
        return hands_on or _HIDING_MODULE.search(self.text) is not None

    @cached_property
    def is_given(self) -> bool:
        """Whether the module may have names that stand elsewhere."""
        is_asked = _MODULE_GETATTR.search(self.text) is not None
        return is_asked or _GIVEN_MODULE.search(self.text) is not None

    @cached_property
    def exported(self) -> frozenset[str] | None:
        """The names for who takes everything from it; None where no text shows them."""
        if "__all__" not in self.text:
            names = self.names.keys() | self.loose
            return frozenset(name for name in names if not name.startswith("_"))
        found = _EXPORTED.search(self.text)
        if found is None or self.text.count("__all__") > 1:
            return None
        return frozenset(re.findall(r"[\"'](\w+)[\"']", found.group(1)))

    @cached_property
    def loose(self) -> frozenset[str]:
        """Names that are bound from inside functions or expressions."""
        found = {name.strip() for line in _GLOBAL.findall(self.text) for name in line.split(",")}
        return frozenset(found | set(_WALRUS.findall(self.text)))
