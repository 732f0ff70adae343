"""What the expressions of a document stand for: names as the functions around bind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.python.members import attribute
from context.checks.python.outline import Reader
from context.checks.python.shape import OTHER, Binding
from context.checks.python.world import Known, Module, Type, Value, last_word
from context.text import from_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.checks.python.shape import FileShape
    from context.checks.python.world import Thing, Things, World

_DEEPEST = 6
_LOOPS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_SCOPES = _LOOPS | {"function_definition", "lambda", "class_definition"}
_PARAMETERS = frozenset(
    {"parameters", "default_parameter", "typed_default_parameter", "typed_parameter"}
)
_BINDS = frozenset(
    {
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "as_pattern_target",
        "global_statement",
        "nonlocal_statement",
        "delete_statement",
        "named_expression",
        "augmented_assignment",
        "ERROR",
        "case_pattern",
        "keyword_pattern",
        "splat_pattern",
        "class_pattern",
        "union_pattern",
    }
)
_LITERALS = {
    "string": "str",
    "concatenated_string": "str",
    "list": "list",
    "list_comprehension": "list",
    "dictionary": "dict",
    "dictionary_comprehension": "dict",
    "set": "set",
    "set_comprehension": "set",
    "tuple": "tuple",
}
# What is asked about a name before it is used may say what it is.
_NARROWED = (
    r"\b(?:isinstance|issubclass|hasattr|setattr|getattr|type|callable|vars|cast|is_\w+)"
    r"\s*\(\s*{0}\b|\bmatch\s+{0}\b|\b{0}\.(?:__class__|__dict__)"
)
_OF_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


class Document:
    """A document's tree, and what its names were found to stand for."""

    def __init__(self, root: Node, data: bytes, shape: FileShape, world: World) -> None:
        self.root = root
        self.data = data
        self.shape = shape
        self.world = world
        self._bound: dict[tuple[int, str], tuple[Node | Binding, ...]] = {}
        self._busy: set[tuple[int, int]] = set()

    def text(self, node: Node | None) -> str:
        """What a node reads."""
        return "" if node is None else from_bytes(self.data[node.start_byte : node.end_byte])

    def value(self, node: Node | None, depth: int = 0) -> Things:
        """What an expression may stand for; None where that isn't sure."""
        if node is None or depth > _DEEPEST or node.has_error:
            return None
        key = (node.start_byte, node.end_byte)
        if key in self._busy:
            return None
        self._busy.add(key)
        try:
            return self._value(node, depth)
        finally:
            self._busy.discard(key)

    def _value(self, node: Node, depth: int) -> Things:
        kind = node.type
        if kind == "identifier":
            return self._name(node, depth)
        if kind == "attribute":
            return self._attribute(node, depth)
        if kind == "call":
            return self._call(node, depth)
        if kind == "parenthesized_expression":
            return self.value(node.named_child(0), depth + 1)
        if kind == "await":
            inner = node.named_children
            is_call = bool(inner) and inner[0].type == "call"
            return self._call(inner[0], depth, awaited=True) if is_call else None
        if kind in _LITERALS and not self.text(node)[:3].lower().startswith(("b", "rb", "br")):
            return (Value(Known(_LITERALS[kind]), is_exact=True, is_class=False),)
        return None

    def _attribute(self, node: Node, depth: int) -> Things:
        name = self.text(node.child_by_field_name("attribute"))
        found: list[Thing] = []
        for thing in self.value(node.child_by_field_name("object"), depth + 1) or ():
            inner = attribute(self.world, thing, name)
            if inner is None:
                return None
            found += inner
        return tuple(dict.fromkeys(found)) or None

    def _call(self, node: Node, depth: int, *, awaited: bool = False) -> Things:
        function = node.child_by_field_name("function")
        if function is not None and self.text(function) == "super":
            own = self.own_class(node)
            is_plain = self.text(node) == "super()"
            return (Value(own, is_exact=False, is_class=False),) if own and is_plain else None
        return self.world.called(self.value(function, depth + 1), depth, awaited=awaited)

    def _name(self, node: Node, depth: int) -> Things:
        name = self.text(node)
        inner: Node = node
        scope = node.parent
        is_inside = False
        while scope is not None:
            if scope.type in _LOOPS or scope.type == "lambda":
                if self._binds_inline(scope, name):
                    return None
            elif scope.type == "function_definition" and inner.type == "block":
                is_inside = True
                bound = self._bindings(scope, name)
                if bound:
                    return self._of_bindings(scope, name, bound, depth)
            elif scope.type == "class_definition" and not is_inside:
                at = self.shape.by_start.get(scope.start_byte)
                if at is None or name in self.shape.classes[at].members:
                    return None
            inner, scope = scope, scope.parent
        return self.world.name(self.shape.path, name)

    def _binds_inline(self, scope: Node, name: str) -> bool:
        """Whether a comprehension or a lambda binds a name."""
        for child in scope.named_children:
            if child.type in {"for_in_clause", "lambda_parameters"}:
                left = child.child_by_field_name("left") or child
                if re.search(rf"\b{re.escape(name)}\b", self.text(left)):
                    return True
        return False

    def _bindings(self, function: Node, name: str) -> tuple[Node | Binding, ...]:
        """Where a function binds a name: parameters, assigned values, or what isn't understood."""
        key = (function.start_byte, name)
        if key not in self._bound:
            self._bound[key] = tuple(self._found(function, name))
        return self._bound[key]

    def _found(self, function: Node, name: str) -> list[Node | Binding]:
        found: list[Node | Binding] = []
        word = re.compile(rb"(?<![\w.])" + re.escape(name.encode()) + rb"(?!\w)")
        for match in word.finditer(self.data, function.start_byte, function.end_byte):
            leaf = self.root.descendant_for_byte_range(match.start(), match.end())
            if leaf is None or leaf.type != "identifier" or leaf.end_byte != match.end():
                continue
            if self._scope_of(leaf) != function.start_byte:
                continue
            binding = self._binding(leaf)
            if binding is not None:
                found.append(binding)
        return found

    def _scope_of(self, leaf: Node) -> int:
        """Where the scope begins that a name is bound in if it is bound there."""
        node, scope = leaf, leaf.parent
        while scope is not None:
            is_own_name = scope.child_by_field_name("name") == node
            if scope.type in _SCOPES and not (
                is_own_name and scope.type in {"function_definition", "class_definition"}
            ):
                return scope.start_byte
            node, scope = scope, scope.parent
        return -1

    def _binding(self, leaf: Node) -> Node | Binding | None:
        """What binds the name there; None where it is only used."""
        parent = leaf.parent
        if parent is None:
            return OTHER
        kind = parent.type
        if kind == "assignment":
            return parent if parent.child_by_field_name("left") == leaf else None
        if kind in _PARAMETERS:
            return self._parameter(parent, leaf)
        if kind in _BINDS:
            is_read = kind in {"ERROR", "named_expression", "augmented_assignment"}
            is_left = parent.child_by_field_name("left") == leaf
            is_name = parent.child_by_field_name("name") == leaf
            return OTHER if not is_read or is_left or is_name or kind == "ERROR" else None
        if kind in {"for_statement", "for_in_clause"}:
            return OTHER if parent.child_by_field_name("left") == leaf else None
        if kind in {"function_definition", "class_definition"}:
            return OTHER if parent.child_by_field_name("name") == leaf else None
        if kind in {"dotted_name", "aliased_import"}:
            return self._import(parent, leaf)
        return None

    @staticmethod
    def _parameter(parent: Node, leaf: Node) -> Node | Binding | None:
        if parent.type == "parameters":
            return leaf
        if parent.type == "typed_parameter":
            return parent if parent.named_child(0) == leaf else None
        return parent if parent.child_by_field_name("name") == leaf else None

    def _import(self, parent: Node, leaf: Node) -> Node | Binding | None:
        node: Node | None = parent
        while node is not None and node.type in {"dotted_name", "aliased_import"}:
            node = node.parent
        if node is None or node.type not in {"import_statement", "import_from_statement"}:
            return OTHER
        name = self.text(leaf)
        pairs = Reader(self.data, self.data).imported(node)
        return next((each for bound, each in pairs if bound == name), None)

    def _of_bindings(
        self, function: Node, name: str, bound: tuple[Node | Binding, ...], depth: int
    ) -> Things:
        if re.search(_NARROWED.format(re.escape(name)), self.text(function)):
            return None
        found: list[Thing] = []
        for each in bound:
            things = self._of_binding(function, each, depth)
            if things is None:
                return None
            found += things
        return tuple(dict.fromkeys(found)) or None

    def _of_binding(self, function: Node, bound: Node | Binding, depth: int) -> Things:
        world, path = self.world, self.shape.path
        if isinstance(bound, Binding):
            is_import = bound.kind == "import" and bound.item is not None
            return world.bound(path, (bound,)) if is_import else None
        if bound.type == "identifier":
            return self._receiver(function, bound)
        annotation = bound.child_by_field_name("type")
        if annotation is not None:
            return world.annotated(path, self.text(annotation))
        right = bound.child_by_field_name("right") if bound.type == "assignment" else None
        if right is not None and right.type == "none":
            return ()
        return self.value(right, depth + 1)

    def _receiver(self, function: Node, leaf: Node) -> Things:
        """What the first parameter of a method is."""
        parameters = function.child_by_field_name("parameters")
        is_first = parameters is not None and parameters.named_child(0) == leaf
        own = self._home(function) if is_first else None
        decorators = self._decorators(function)
        if own is None or not decorators <= _WITH_RECEIVER:
            return None
        name = self.text(function.child_by_field_name("name"))
        is_class = "classmethod" in decorators or name in _OF_CLASS
        return (Value(own, is_exact=False, is_class=is_class),)

    @staticmethod
    def _outer(function: Node) -> Node | None:
        parent = function.parent
        return (
            parent.parent
            if parent is not None and parent.type == "decorated_definition"
            else parent
        )

    def _decorators(self, function: Node) -> frozenset[str]:
        parent = function.parent
        if parent is None or parent.type != "decorated_definition":
            return frozenset()
        texts = (self.text(each)[1:] for each in parent.children if each.type == "decorator")
        return frozenset(_known(last_word(text)) for text in texts)

    def _home(self, function: Node) -> Type | None:
        """The class whose body a function stands in, directly."""
        block = self._outer(function)
        while block is not None and block.type in _CONDITIONAL:
            block = block.parent
        at = self.shape.by_start.get(block.start_byte) if block is not None else None
        is_class = block is not None and block.type == "class_definition"
        return Type(self.shape.path, at) if at is not None and is_class else None

    def own_class(self, node: Node) -> Type | None:
        """The class whose method a place is in."""
        found: Node | None = node.parent
        while found is not None:
            home = self._home(found) if found.type == "function_definition" else None
            if home is not None:
                return home
            found = found.parent
        return None

    def is_module(self, things: Things) -> bool:
        """Whether all of them are modules."""
        return bool(things) and all(isinstance(each, Module) for each in things or ())


_CONDITIONAL = frozenset({"block", "if_statement", "else_clause", "elif_clause", "ERROR"})
# Other decorators than these may hand a function something else as its first argument;
# those that wrap it pass on what they get.
_WITH_RECEIVER = frozenset({"classmethod", "method"})


def _known(decorator: str) -> str:
    return decorator if decorator in {"staticmethod", "classmethod"} else "method"
