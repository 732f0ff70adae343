"""What names lead to, from file to file, where that is sure; `None` wherever it isn't."""

from __future__ import annotations

import builtins
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from context.checks.python.outline import shape_of
from context.parsing.opened import parsed
from context.resolve.paths import join
from context.text import digest, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.checks.python.shape import Binding, ClassShape, FileShape, FunctionShape
    from context.facts import Import
    from context.index import Index
    from context.resolve.python import Layout
    from context.selection.memo import Memo

_DEEPEST = 8
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_CALL = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\(")
_OPTIONAL = re.compile(r"(?:typing\.)?Optional\[(.*)\]\Z", re.DOTALL)
_NOTHING = frozenset({"", "None", "..."})
# So many files are read for one completion.
_MOST_FILES = 400


class Type(NamedTuple):
    """A class of the repository: its file, and its place among the file's classes."""

    path: str
    at: int


class Known(NamedTuple):
    """Something from outside of the repository, by its full name."""

    name: str


class Module(NamedTuple):
    """A module of the repository."""

    path: str


class Function(NamedTuple):
    """A function: its file, its place there, and the class whose member it is."""

    path: str
    at: int


class Value(NamedTuple):
    """A class, or an instance of it.

    Attributes:
        is_exact: it is of this very class; otherwise it may be of one that inherits from it.
        is_class: it is the class itself.
    """

    of: Type | Known
    is_exact: bool
    is_class: bool


Thing = Module | Function | Value
Things = tuple[Thing, ...] | None


class World:
    """The repository's Python files from one document, which stands in front of its file."""

    def __init__(
        self,
        index: Index,
        path: str,
        shape: FileShape,
        read: Callable[[str], str | None],
        memo: Memo,
    ) -> None:
        self.index = index
        self.path = path
        self.memo = memo
        self._read = read
        self._shapes: dict[str, FileShape | None] = {path: shape}
        self._busy: set[tuple[str, str]] = set()

    @property
    def layout(self) -> Layout:
        """Where modules lie."""
        found: Layout = self.index.layout("Python")
        return found

    def text(self, path: str) -> str | None:
        """A file's text, the document's without what only reads in the completion."""
        if path == self.path:
            shape = self._shapes[path]
            return shape.text if shape else None
        return self._read(path)

    def shape(self, path: str) -> FileShape | None:
        """What a file binds; None where that can't be had."""
        if path not in self._shapes:
            facts = self.index.facts.get(path)
            if facts is None or len(self._shapes) > _MOST_FILES:
                return None
            key = ("shape", path, facts.digest)
            made = self.memo.about(key, lambda: _shape(path, facts.digest, self._read(path)))
            self._shapes[path] = made
        return self._shapes[path]

    def class_of(self, found: Type) -> ClassShape | None:
        """A class, as its file has it."""
        shape = self.shape(found.path)
        return shape.classes[found.at] if shape else None

    def function_of(self, found: Function) -> FunctionShape | None:
        """A function, as its file has it."""
        shape = self.shape(found.path)
        return shape.functions[found.at] if shape else None

    def name(self, path: str, name: str, depth: int = 0) -> Things:
        """What a name at the top of a file stands for."""
        shape = self.shape(path)
        if shape is None or depth > _DEEPEST or name in shape.loose or (path, name) in self._busy:
            return None
        self._busy.add((path, name))
        try:
            bindings = shape.names.get(name)
            if bindings:
                return self.bound(path, bindings, depth)
            return self._from_elsewhere(shape, name, depth)
        finally:
            self._busy.discard((path, name))

    def _from_elsewhere(self, shape: FileShape, name: str, depth: int) -> Things:
        """What everything that is taken from other modules makes of a name, else a built-in."""
        found: list[Thing] = []
        # Of several that have it the last wins, if all of them are run: any may.
        for item in shape.stars:
            file = self.file_of(shape.path, item)
            has_it = None if file is None else self.passes_on(file, name, set())
            things = self.name(file, name, depth + 1) if has_it and file is not None else ()
            if has_it is None or things is None:
                return None
            found += things
        if found:
            return tuple(dict.fromkeys(found))
        if name in shape.names or not hasattr(builtins, name):
            return None
        return (Value(Known(name), is_exact=True, is_class=True),)

    def passes_on(self, path: str, name: str, seen: set[str]) -> bool | None:
        """Whether a module has a name for who takes everything from it; None for who knows."""
        shape = self.shape(path)
        if shape is None or path in seen:
            return None if shape is None else False
        seen.add(path)
        if shape.exported is None:
            return None
        if "__all__" in shape.text or name in shape.exported or name.startswith("_"):
            return name in shape.exported
        answers = [False]
        for item in shape.stars:
            file = self.file_of(path, item)
            answer = None if file is None else self.passes_on(file, name, seen)
            if answer is None:
                return None
            answers.append(answer)
        return any(answers)

    def bound(self, path: str, bindings: tuple[Binding, ...], depth: int = 0) -> Things:
        """What all of a name's bindings together may stand for."""
        found: list[Thing] = []
        for binding in bindings:
            things = self._binding(path, binding, depth)
            if things is None:
                return None
            found += things
        return tuple(dict.fromkeys(found)) or None

    def _binding(self, path: str, binding: Binding, depth: int) -> Things:
        if binding.kind == "class":
            return (Value(Type(path, binding.at), is_exact=True, is_class=True),)
        if binding.kind == "function":
            return (Function(path, binding.at),)
        if binding.kind == "import" and binding.item is not None:
            return self.imported(path, binding.item, binding.taken, depth)
        if binding.kind == "value" and binding.annotation:
            return self.annotated(path, binding.annotation, depth)
        return self.expression(path, binding.text, depth) if binding.kind == "value" else None

    def location(self, path: str, item: Import) -> str | None:
        """Where an imported module lies, without an ending; None for one from outside.

        What has a name of the standard library's is taken for that.
        """
        if not item.level and item.module.partition(".")[0] in sys.stdlib_module_names:
            return None
        return self.layout.locate(path, item)

    def file_of(self, path: str, item: Import) -> str | None:
        """The file of an imported module."""
        location = self.location(path, item)
        return self.layout.file_at(location) if location is not None else None

    def imported(self, path: str, item: Import, taken: str, depth: int = 0) -> Things:
        """What an import binds a name to."""
        location = self.location(path, item)
        if location is None:
            if item.level:
                return None
            whole = f"{item.module}.{taken}" if taken else item.module
            return (Value(Known(whole), is_exact=True, is_class=True),)
        file = self.layout.file_at(location)
        if not taken:
            return (Module(file),) if file else None
        return self.taken(location, file, taken, depth)

    def taken(self, location: str, file: str | None, name: str, depth: int = 0) -> Things:
        """What a module has under a name, a module below it included."""
        shape = self.shape(file) if file else None
        if shape is not None and file is not None and (shape.names.get(name) or shape.stars):
            found = self.name(file, name, depth + 1)
            if found is not None or shape.names.get(name):
                return found
        inner = self.layout.file_at(join(location, name))
        is_folder = file is None or file.startswith(location + "/")
        return (Module(inner),) if inner and is_folder else None

    def dotted(self, path: str, text: str, depth: int = 0) -> Things:
        """What a dotted name at the top of a file stands for."""
        first, *rest = text.split(".")
        found = self.name(path, first, depth)
        for part in rest:
            found = self.inside(found, part, depth + 1)
        return found

    def inside(self, things: Things, name: str, depth: int = 0) -> Things:
        """What modules and outside classes have under a name; of classes' members nothing."""
        found: list[Thing] = []
        for thing in things or ():
            inner = self._inside(thing, name, depth)
            if inner is None:
                return None
            found += inner
        return tuple(found) or None

    def _inside(self, thing: Thing, name: str, depth: int) -> Things:
        if isinstance(thing, Module):
            return self.taken(location_of(thing.path), thing.path, name, depth)
        if isinstance(thing, Value) and isinstance(thing.of, Known) and thing.is_class:
            return (thing._replace(of=Known(f"{thing.of.name}.{name}")),)
        if isinstance(thing, Value) and isinstance(thing.of, Type) and thing.is_class:
            shape = self.class_of(thing.of)
            inner = shape.members.get(name, ()) if shape else ()
            if inner and all(binding.kind == "class" for binding in inner):
                return self.bound(thing.of.path, inner, depth)
        return None

    def annotated(self, path: str, text: str, depth: int = 0) -> Things:
        """The instances that an annotation allows."""
        text = text.strip().strip("\"'").strip()
        optional = _OPTIONAL.match(text)
        found: list[Thing] = []
        for part in (optional.group(1) if optional else text).split("|"):
            name = part.strip()
            if name in _NOTHING:
                continue
            things = self.dotted(path, name, depth + 1) if _DOTTED.match(name) else None
            if things is None:
                return None
            for thing in things:
                if not isinstance(thing, Value) or not thing.is_class:
                    return None
                found.append(Value(thing.of, is_exact=False, is_class=False))
        return tuple(found) or None

    def expression(self, path: str, text: str, depth: int = 0) -> Things:
        """What an expression at the top of a file has as its value: names and plain calls."""
        text = text.strip()
        if text in _NOTHING:
            return ()
        if _DOTTED.match(text):
            return self.dotted(path, text, depth + 1)
        call = _CALL.match(text)
        if call is None or not text.endswith(")") or "(" in text[call.end() :]:
            return None
        made = self.dotted(path, call.group(1), depth + 1)
        return self.called(made, depth + 1)

    def called(self, things: Things, depth: int = 0, *, awaited: bool = False) -> Things:
        """What comes of calling classes and functions."""
        found: list[Thing] = []
        for thing in things or ():
            if isinstance(thing, Value) and thing.is_class:
                found.append(thing._replace(is_class=False))
                continue
            inner = self._returned(thing, depth, awaited) if isinstance(thing, Function) else None
            if inner is None:
                return None
            found += inner
        return tuple(found) or None

    def _returned(self, thing: Function, depth: int, awaited: bool) -> Things:  # noqa: FBT001
        shape = self.function_of(thing)
        if shape is None or depth > _DEEPEST or shape.is_generator or not shape.returns:
            return None
        if shape.is_async != awaited or not all(map(_keeps_result, shape.decorators)):
            return None
        return self.annotated(thing.path, shape.returns, depth + 1)


_KEEP_RESULT = frozenset(
    {
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "override",
        "final",
        "cache",
        "lru_cache",
        "property",
        "cached_property",
    }
)


def _keeps_result(decorator: str) -> bool:
    return last_word(decorator) in _KEEP_RESULT


def last_word(decorator: str) -> str:
    """The last name of what decorates: `lru_cache` of `functools.lru_cache(maxsize=1)`."""
    return decorator.partition("(")[0].rpartition(".")[2].strip()


def location_of(path: str) -> str:
    """A module's path without its ending; a package's folder."""
    stem = path.rpartition(".")[0]
    return stem.removesuffix("/__init__") if stem != "__init__" else ""


def _shape(path: str, name: str, text: str | None) -> FileShape | None:
    if text is None or digest(to_bytes(text)) != name:
        # What is on disk now isn't what the index knows.
        return None
    made = parsed(path, "Python", text)
    return None if made is None else shape_of(path, made.root, made.data)
