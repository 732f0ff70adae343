"""From a tree to the shape of a Python file. Byte offsets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.checks.python.shape import (
    OTHER,
    Binding,
    ClassShape,
    FileShape,
    FunctionShape,
    Parameter,
)
from context.facts import Import
from context.text import from_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

Names = dict[str, list[Binding]]

_LONGEST = 400
_DEEPEST = 40
_YIELD = re.compile(rb"\byield\b")
_PATTERNS = frozenset({"as_pattern_target", "case_pattern", "list_splat_pattern"})
_BLOCKS = frozenset(
    {
        "block",
        "elif_clause",
        "else_clause",
        "except_clause",
        "except_group_clause",
        "finally_clause",
        "case_clause",
        "with_clause",
        "with_item",
        "as_pattern",
    }
)
_COMPOUND = frozenset(
    {
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
        "ERROR",
        *_BLOCKS,
    }
)


def shape_of(path: str, root: Node, data: bytes, shown: bytes | None = None) -> FileShape:
    """The shape of a file.

    `shown` is the text, byte by byte, in which names count as used; the file's own if None.
    """
    reader = Reader(data, data if shown is None else shown)
    names: Names = {}
    reader.block(root, names, -1, 0)
    return FileShape(
        path,
        _frozen(names),
        tuple(reader.classes),
        tuple(reader.functions),
        tuple(reader.stars),
        from_bytes(reader.shown),
        reader.by_start,
    )


def _frozen(names: Names) -> dict[str, tuple[Binding, ...]]:
    return {name: tuple(found) for name, found in names.items()}


class Reader:
    """Walks statements, not expressions, and no function's inside."""

    def __init__(self, data: bytes, shown: bytes) -> None:
        self.data = data
        self.shown = shown
        self.classes: list[ClassShape] = []
        self.functions: list[FunctionShape] = []
        self.stars: list[Import] = []
        self.by_start: dict[int, int] = {}

    def text(self, node: Node | None) -> str:
        """What a node reads."""
        return "" if node is None else from_bytes(self.data[node.start_byte : node.end_byte])

    def block(self, node: Node, names: Names, home: int, depth: int) -> None:
        """Note what the statements of a block bind."""
        for child in node.named_children if depth < _DEEPEST else ():
            self._statement(child, names, home, depth)

    def _statement(self, node: Node, names: Names, home: int, depth: int) -> None:
        kind = node.type
        if kind == "expression_statement":
            for inner in node.named_children:
                self._assigned(inner, names)
        elif kind == "function_definition":
            self._function(node, names, ())
        elif kind == "class_definition":
            self._class(node, names, (), home, depth)
        elif kind == "decorated_definition":
            self._decorated(node, names, home, depth)
        elif kind in {"import_statement", "import_from_statement"}:
            for name, binding in self.imported(node):
                names.setdefault(name, []).append(binding)
        elif kind in _COMPOUND:
            self._compound(node, names, home, depth)
        elif kind == "type_alias_statement" or kind in _PATTERNS:
            self._others(node, names)

    def _compound(self, node: Node, names: Names, home: int, depth: int) -> None:
        if node.type == "ERROR":
            self._others(node, names)
        left = node.child_by_field_name("left") if node.type == "for_statement" else None
        if left is not None:
            self._others(left, names)
        self.block(node, names, home, depth + 1)

    def _others(self, node: Node, names: Names) -> None:
        """Every identifier of a pattern, or of what makes no sense, may be bound there."""
        for word in re.findall(r"[^\W\d]\w*", self.text(node)[:4_000]):
            names.setdefault(word, []).append(OTHER)

    def _assigned(self, node: Node, names: Names) -> None:
        if node.type not in {"assignment", "augmented_assignment"}:
            if node.type == "assignment_expression":
                self._others(node, names)
            return
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if right is not None and right.type == "assignment":
            self._assigned(right, names)
        if left is None or left.type in {"attribute", "subscript"}:
            return
        if left.type == "identifier" and node.type == "assignment":
            annotation = self.text(node.child_by_field_name("type"))
            binding = Binding("value", text=self.text(right)[:_LONGEST], annotation=annotation)
            names.setdefault(self.text(left), []).append(binding)
        elif left.type == "identifier":
            names.setdefault(self.text(left), [])
        else:
            self._others(left, names)

    def _decorated(self, node: Node, names: Names, home: int, depth: int) -> None:
        inner = node.child_by_field_name("definition")
        decorators = tuple(
            self.text(child)[1:].strip() for child in node.children if child.type == "decorator"
        )
        if inner is not None and inner.type == "function_definition":
            self._function(inner, names, decorators)
        elif inner is not None:
            self._class(inner, names, decorators, home, depth)

    def _function(self, node: Node, names: Names, decorators: tuple[str, ...]) -> None:
        name = self.text(node.child_by_field_name("name"))
        self.functions.append(self.function(node, decorators))
        names.setdefault(name, []).append(Binding("function", len(self.functions) - 1))

    def function(self, node: Node, decorators: tuple[str, ...] = ()) -> FunctionShape:
        """The signature of a function's node."""
        body = node.child_by_field_name("body")
        inside = b"" if body is None else self.data[body.start_byte : body.end_byte]
        return FunctionShape(
            self.text(node.child_by_field_name("name")),
            tuple(self._parameters(node.child_by_field_name("parameters"))),
            self.text(node.child_by_field_name("return_type")),
            decorators,
            bool(node.children) and node.children[0].type == "async",
            _YIELD.search(inside) is not None,
        )

    def _parameters(self, node: Node | None) -> list[Parameter]:
        found: list[Parameter] = []
        for child in node.children if node is not None else ():
            if child.type == "positional_separator":
                found = [each._replace(by_position=True) for each in found]
                continue
            name = child.child_by_field_name("name") or child
            stars = {"list_splat_pattern": 1, "dictionary_splat_pattern": 2}
            if child.type == "typed_parameter" and child.named_children:
                name = child.named_children[0]
            n_stars = stars.get(name.type, stars.get(child.type, 0))
            if name.is_named and child.type != "comment":
                annotation = self.text(child.child_by_field_name("type"))
                found.append(Parameter(self.text(name).strip("* "), annotation, n_stars))
        return found

    def _class(
        self, node: Node, names: Names, decorators: tuple[str, ...], home: int, depth: int
    ) -> None:
        name = self.text(node.child_by_field_name("name"))
        at = len(self.classes)
        members: Names = {}
        bases, keywords = self._bases(node.child_by_field_name("superclasses"))
        text = from_bytes(self.shown[node.start_byte : node.end_byte])
        # Its place is taken before what stands in it is read.
        made = ClassShape(name, node.start_byte, bases, keywords, decorators, {}, text, home)
        self.classes.append(made)
        self.by_start[node.start_byte] = at
        body = node.child_by_field_name("body")
        if body is not None:
            self.block(body, members, at, depth + 1)
        self.classes[at] = ClassShape(
            name, node.start_byte, bases, keywords, decorators, _frozen(members), text, home
        )
        names.setdefault(name, []).append(Binding("class", at))

    def _bases(self, node: Node | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        bases: list[str] = []
        keywords: list[str] = []
        for child in node.named_children if node is not None else ():
            if child.type == "comment":
                continue
            is_keyword = child.type == "keyword_argument"
            (keywords if is_keyword else bases).append(self.text(child))
        return tuple(bases), tuple(keywords)

    def imported(self, node: Node) -> list[tuple[str, Binding]]:
        """The names that an import statement binds."""
        source = node.child_by_field_name("module_name")
        module = self.text(source)
        level = len(module) - len(module.lstrip("."))
        item = Import("".join(module.split()).lstrip("."), level)
        found: list[tuple[str, Binding]] = []
        if any(child.type == "wildcard_import" for child in node.children):
            self.stars.append(item)
        for child in node.children_by_field_name("name"):
            named = child.child_by_field_name("name") or child
            name, alias = self.text(named), self.text(child.child_by_field_name("alias"))
            if source is not None:
                found.append((alias or name, Binding("import", item=item, taken=name)))
            else:
                # `import a.b` binds `a`.
                whole = name if alias else name.partition(".")[0]
                found.append((alias or whole, Binding("import", item=Import(whole))))
        return found
