"""Whether what is called takes a keyword argument."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.python.members import PLAIN_DECORATORS as PLAIN
from context.checks.python.members import family
from context.checks.python.world import Function, Type, Value, last_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from context.checks.python.members import Kindred
    from context.checks.python.shape import Binding, ClassShape
    from context.checks.python.world import Thing, World

# What decorates a function and leaves its parameters as they are.
_SAME_PARAMETERS = frozenset(
    {
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "override",
        "overload",
        "final",
        "contextmanager",
        "asynccontextmanager",
        "cache",
        "lru_cache",
    }
)
_MAKES_FIELDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "attributes", "s"})
_TAKES_NOTHING = frozenset(
    {"object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol"}
)
_NAMED_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
_ALIASED = re.compile(r"\balias(?:es)?\s*=|\binit\s*=\s*False|__init__\s*=|__new__\s*=")


def takes(world: World, thing: Thing, name: str) -> bool | None:
    """Whether a call takes an argument by this name; None where that can't be told."""
    if isinstance(thing, Function):
        return _function_takes(world, thing, name)
    if isinstance(thing, Value) and thing.is_class and isinstance(thing.of, Type):
        return _any(_made_with(world, kin, name) for kin in family(world, thing) or ())
    return None


def method_takes(world: World, value: Value, method: str, name: str) -> bool | None:
    """The same of a method, in all classes that the value may be of."""
    kin = family(world, value)
    if kin is None or not all(each.is_closed for each in kin):
        return None
    found: list[Thing] = []
    for each in {one for every in kin for one in every.types}:
        shape = world.class_of(each)
        for binding in shape.members.get(method, ()) if shape else ():
            if binding.kind not in {"function", "class"}:
                return None
            found += world.bound(each.path, (binding,)) or ()
    return _any(takes(world, thing, name) for thing in found)


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Yes where one says yes, no where all say no."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found or not found else False


def _function_takes(world: World, thing: Function, name: str) -> bool | None:
    shape = world.function_of(thing)
    if shape is None:
        return None
    if any(each.stars == 2 for each in shape.parameters):  # noqa: PLR2004 -- two stars
        return True
    if any(each.name == name and not each.by_position for each in shape.parameters):
        return True
    is_plain = all(last_word(each) in _SAME_PARAMETERS for each in shape.decorators)
    return False if is_plain else None


def _made_with(world: World, kin: Kindred, name: str) -> bool | None:
    """Whether a class is made with an argument by this name."""
    if not kin.is_closed:
        return None
    shapes = [(each, shape) for each in kin.types if (shape := world.class_of(each)) is not None]
    if any(shape.keywords or _ALIASED.search(shape.text) for _, shape in shapes):
        return None
    if any(last_word(each) not in PLAIN for _, shape in shapes for each in shape.decorators):
        # A decorator may make instances in a way of its own.
        return None
    if any("__call__" in shape.members and "type" in kin.known for _, shape in shapes):
        return None
    makers = [_first(shapes, maker) for maker in ("__init__", "__new__")]
    found = [(path, binding) for path, inner in makers for binding in inner]
    answers = [_takes_binding(world, path, binding, name) for path, binding in found]
    if not makers[0][1] and _has_fields(world, kin):
        answers.append(any(name in _fields(shape.members) for _, shape in shapes))
    elif not answers:
        answers.append(False if set(kin.known) <= _TAKES_NOTHING else None)
    return _any(answers)


def _first(shapes: list[tuple[Type, ClassShape]], maker: str) -> tuple[str, tuple[Binding, ...]]:
    for each, shape in shapes:
        inner = shape.members.get(maker, ())
        if inner:
            return each.path, inner
    return "", ()


def _takes_binding(world: World, path: str, binding: Binding, name: str) -> bool | None:
    if binding.kind != "function":
        return None
    return _function_takes(world, Function(path, binding.at), name)


def _has_fields(world: World, kin: Kindred) -> bool:
    decorated = (world.class_of(each) for each in kin.types)
    is_made = any(
        last_word(each) in _MAKES_FIELDS
        for shape in decorated
        if shape
        for each in shape.decorators
    )
    return is_made or not _NAMED_TUPLES.isdisjoint(kin.known)


def _fields(members: Mapping[str, tuple[Binding, ...]]) -> set[str]:
    """The names that fields are given by; a leading underscore may be left out."""
    bound = {name for name, found in members.items() if any(one.kind == "value" for one in found)}
    return bound | {name.lstrip("_") for name in bound}
