"""What classes and modules have, and whether that is all they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from context.checks.python.standard import is_enum, members_of, of_types
from context.checks.python.world import Function, Known, Module, Type, Value, last_word, location_of
from context.resolve.paths import join

if TYPE_CHECKING:
    from context.checks.python.shape import Binding, ClassShape
    from context.checks.python.world import Thing, Things, World

_MOST_KIN = 60
_MOST_HEIRS = 60
_MOST_USERS = 250
PLAIN_DECORATORS = frozenset(
    {"dataclass", "final", "total_ordering", "runtime_checkable", "unique", "override", "verify",
     "define", "frozen", "mutable", "attrs", "attributes", "s", "abstractmethod", "deprecated",
     "skip", "skipIf", "skipUnless", "usefixtures", "parametrize", "skipif", "freeze_time"}
)  # fmt: skip
_PLAIN_METACLASSES = re.compile(r"metaclass\s*=\s*(?:\w+\.)*(?:ABCMeta|EnumMeta|EnumType)\Z")
_HEAD = r"\bclass\s+\w+(?:\[[^\n]*\])?\s*\([^:]*\b{}\b"
_ATTRIBUTE = r"\bself\s*\.\s*{}\s*(?::([^=\n]+))?=(?!=)\s*([^\n]*)"
_VALUE_CALL = re.compile(r"(?:[^\W\d]\w*\.)*_*[A-Z]\w*\(")
_PROPERTIES = frozenset({"property", "cached_property"})


class Kindred(NamedTuple):
    """A class with what it inherits from.

    Attributes:
        is_closed: nothing else gives it members.
        is_given: save what gives it members by names that stand elsewhere.
    """

    types: tuple[Type, ...]
    known: tuple[str, ...]
    is_closed: bool
    is_given: bool


def kindred(world: World, found: Type) -> Kindred:
    """A class, its bases, theirs and so on, each before what it inherits from."""
    types, is_closed, is_given = [found], True, False
    known: list[str] = []
    for each in types:
        shape = world.class_of(each)
        decorated = _decorated(world, each.path, shape) if shape else None
        is_plain = shape is not None and decorated is not None and _is_plain(shape)
        if shape is None or not is_plain or len(types) > _MOST_KIN:
            is_closed = False
        is_closed = is_closed and not (shape and _is_filled(world, each.path, shape.name))
        is_given = is_given or bool(decorated) or (shape is not None and shape.is_given)
        for base in shape.bases if shape else ():
            things = _base(world, each.path, base)
            for thing in things or ():
                if isinstance(thing.of, Known):
                    known.append(thing.of.name)
                elif thing.of not in types:
                    types.append(thing.of)
            is_closed = is_closed and things is not None
    is_closed = is_closed and all(members_of(name) is not None for name in known)
    return Kindred(tuple(types), tuple(dict.fromkeys(known)), is_closed, is_given)


def _is_plain(shape: ClassShape) -> bool:
    return all(map(_PLAIN_METACLASSES.match, shape.keywords)) and not shape.is_hiding


def _is_filled(world: World, path: str, name: str) -> bool:
    """Whether a class's own file gives it members by names that are made up as it runs."""
    text = world.text(path) or ""
    filled = rf"\bsetattr\s*\(\s*{re.escape(name)}\s*,\s*(?![\"'])"
    return "setattr" in text and re.search(filled, text) is not None


def _decorated(world: World, path: str, shape: ClassShape) -> bool | None:
    """Whether a decorator of the repository's may give a class members; None for one from outside.

    Some from outside are known to leave the class as it is.
    """
    is_given = False
    for decorator in shape.decorators:
        if last_word(decorator) in PLAIN_DECORATORS:
            continue
        found = world.dotted(path, decorator.partition("(")[0].strip())
        for thing in found or (Value(Known(""), is_exact=True, is_class=True),):
            if isinstance(thing, Value) and isinstance(thing.of, Known):
                return None
        is_given = True
    return is_given


def _base(world: World, path: str, text: str) -> tuple[Value, ...] | None:
    found = world.dotted(path, text.partition("[")[0].strip()) if "(" not in text else None
    values = tuple(each for each in found or () if isinstance(each, Value) and each.is_class)
    return values if found and len(values) == len(found) == 1 else None


def heirs(world: World, found: Type) -> tuple[Type, ...] | None:
    """The classes of the repository that inherit from one; None where that can't be told."""
    seen = [found]
    for each in seen:
        shape = world.class_of(each)
        inner = _children(world, each, shape.name) if shape else None
        if inner is None or len(seen) > _MOST_HEIRS:
            return None
        seen += [one for one in inner if one not in seen]
    return tuple(seen)


def _children(world: World, found: Type, name: str) -> list[Type] | None:
    users = files_with(world, name)
    if len(users) > _MOST_USERS:
        return None
    head = re.compile(_HEAD.format(re.escape(name)))
    made: list[Type] = []
    for path in users:
        text = world.text(path)
        shape = world.shape(path) if text and head.search(text) else None
        for at, item in enumerate(shape.classes if shape else ()):
            named = [base for base in item.bases if re.search(rf"\b{re.escape(name)}\b", base)]
            if any(_leads_to(world, path, base, found) for base in named):
                made.append(Type(path, at))
    return made


def _leads_to(world: World, path: str, base: str, found: Type) -> bool:
    """Whether a base is the class, or may be."""
    values = _base(world, path, base)
    return values is None or any(each.of == found for each in values)


def files_with(world: World, name: str) -> tuple[str, ...]:
    """The Python files that have a word, the document among them."""
    index = world.index
    inner, first, last = f"\n{name}\n", f"{name}\n", f"\n{name}"

    def look() -> dict[str, tuple[str, ...]]:
        return {}

    known: dict[str, tuple[str, ...]] = world.memo.table("files with", index, look)
    if name not in known:
        known[name] = tuple(
            path
            for path, facts in index.facts.items()
            if facts.language == "Python"
            and (
                inner in facts.coded_words
                or facts.coded_words.startswith(first)
                or facts.coded_words.endswith(last)
            )
        )
    return tuple(dict.fromkeys((world.path, *known[name])))


def family(world: World, value: Value) -> tuple[Kindred, ...] | None:
    """The classes that a value may be of, each with what it inherits from."""
    if not isinstance(value.of, Type):
        return None
    own = kindred(world, value.of)
    if value.is_exact or not own.is_closed:
        return (own,)
    found = heirs(world, value.of)
    return None if found is None else tuple(kindred(world, each) for each in found)


def has(world: World, thing: Thing, name: str) -> bool | None:
    """Whether something has a member; None where that can't be told."""
    if name.startswith("__") and name.endswith("__"):
        return None
    if isinstance(thing, Module):
        found = _module_has(world, thing.path, name, set())
        return False if found is None and _is_only_given(world, thing.path, name) else found
    if not isinstance(thing, Value):
        return None
    if isinstance(thing.of, Known):
        return _known_has(thing, name)
    own = kindred(world, thing.of)
    if _kin_have(world, own, thing, name):
        return True
    if not own.is_closed:
        return None
    kin = family(world, thing)
    if kin is None or not all(each.is_closed for each in kin):
        return None
    if any(_kin_have(world, each, thing, name) for each in kin):
        return True
    if len(kin) == 1 and not thing.is_exact and _is_begun(world, thing.of):
        return None
    return None if any(each.is_given for each in kin) and _stands(world, name) else False


def _is_begun(world: World, found: Type) -> bool:
    """Whether a class without heirs is being written: its members may come with what follows.

    A mixin has those of the class that it will be mixed into.
    """
    shape = world.class_of(found)
    if shape is None or shape.name.lower().endswith("mixin"):
        return True
    if shape.bases or shape.decorators or not shape.members.keys().isdisjoint(_MAKERS):
        return False
    text = world.text(world.path) or ""
    used = re.compile(rf"(?<!\w){re.escape(shape.name)}(?!\w)")
    is_alone = files_with(world, shape.name) == (world.path,)
    return found.path == world.path and is_alone and len(used.findall(text)) == 1


_MAKERS = frozenset({"__init__", "__new__"})


def _stands(world: World, name: str) -> bool:
    """Whether a name stands anywhere but in the completion."""
    text = world.text(world.path) or ""
    is_here = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
    return is_here or any(path != world.path for path in files_with(world, name))


def _known_has(value: Value, name: str) -> bool | None:
    if not isinstance(value.of, Known) or value.is_class or not value.is_exact:
        return None
    members = members_of(value.of.name)
    return None if members is None or "." in value.of.name else name in members


def _kin_have(world: World, kin: Kindred, value: Value, name: str) -> bool:
    if any(name in (members_of(each) or ()) for each in kin.known):
        return True
    if name in _OBJECT or (value.is_class and name in of_types()):
        return True
    shapes = (world.class_of(each) for each in kin.types)
    return any(shape and (name in shape.members or name in shape.mentioned) for shape in shapes)


_OBJECT = frozenset(dir(object))


def _module_has(world: World, path: str, name: str, seen: set[str]) -> bool | None:
    shape = world.shape(path)
    if shape is None or path.endswith("i"):
        return None
    if path in seen:
        return False
    seen.add(path)
    if name in shape.names or name in shape.loose:
        return True
    layout, location = world.layout, location_of(path)
    inner = join(location, name)
    is_package = path.endswith("/__init__.py")
    if is_package and (layout.file_at(inner) or inner in layout.folders):
        return True
    is_quoted = re.search(rf"[\"']{re.escape(name)}[\"']", shape.text) is not None
    unknown = shape.is_hiding or shape.is_given or is_quoted
    for item in shape.stars:
        file = world.file_of(path, item)
        found = _module_has(world, file, name, seen) if file else None
        if found:
            return True
        unknown = unknown or found is None
    return None if unknown else False


def _is_only_given(world: World, path: str, name: str) -> bool:
    """Whether a module could have the name only if it stood elsewhere, and it doesn't."""
    todo = [path]
    for each in todo:
        shape = world.shape(each)
        if shape is None or shape.is_hiding or len(todo) > _MOST_KIN:
            return False
        files = [world.file_of(each, item) for item in shape.stars]
        todo += [file for file in files if file and file not in todo]
        if None in files:
            return False
    return not _stands(world, name)


def attribute(world: World, thing: Thing, name: str) -> Things:
    """What a member stands for."""
    if not isinstance(thing, Value) or isinstance(thing.of, Known):
        return world.inside((thing,), name)
    kin = kindred(world, thing.of)
    for each in kin.types:
        shape = world.class_of(each)
        bindings = shape.members.get(name, ()) if shape else ()
        if bindings:
            return _member(world, thing, each, kin, bindings)
    return None if thing.is_class else _assigned(world, kin, name)


def _member(
    world: World, thing: Value, owner: Type, kin: Kindred, bindings: tuple[Binding, ...]
) -> Things:
    first = bindings[0]
    if len(bindings) > 1 and first.kind != "function":
        return None
    if first.kind == "function":
        shape = world.function_of(Function(owner.path, first.at))
        if shape and any(last_word(each) in _PROPERTIES for each in shape.decorators):
            made = (Function(owner.path, first.at),)
            return None if thing.is_class or len(bindings) > 1 else world.called(made)
    if first.kind == "value" and any(map(is_enum, kin.known)) and not first.annotation:
        return (Value(thing.of, is_exact=True, is_class=False),)
    things = world.bound(owner.path, bindings)
    # What has a say when it is read as a member may hand out anything.
    return None if any(_hands_out(world, each) for each in things or ()) else things


def _hands_out(world: World, thing: Thing) -> bool:
    """Whether it is an instance of what may be a descriptor."""
    if not isinstance(thing, Value) or thing.is_class:
        return False
    shapes = (world.class_of(each) for kin in family(world, thing) or () for each in kin.types)
    return any(shape is not None and "__get__" in shape.members for shape in shapes)


def _assigned(world: World, kin: Kindred, name: str) -> Things:
    """What the classes' methods assign to an attribute, where all of that is plain."""
    found: list[Thing] = []
    pattern = re.compile(_ATTRIBUTE.format(re.escape(name)))
    for each in kin.types:
        shape = world.class_of(each)
        for annotation, text in pattern.findall(shape.text) if shape else ():
            if annotation:
                things = world.annotated(each.path, annotation)
            elif text.strip() == "None":
                things = ()
            else:
                is_plain = _VALUE_CALL.match(text) is not None
                things = world.expression(each.path, text) if is_plain else None
            if things is None:
                return None
            found += things
    return tuple(dict.fromkeys(found)) or None
