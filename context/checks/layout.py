"""Lines that stand where their indentation doesn't allow them to, in Python.

Its grammar takes a statement that is further in than the one before it, and one that
goes on over the end of a line where no bracket is open. Python takes neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.parsing.opened import Opened

# The languages in which indentation is syntax, of those whose grammars know.
LAID_OUT = frozenset({"Python"})

_HOLD = frozenset({"module", "block", "decorated_definition"})
_CLAUSES = frozenset(
    {
        "case_clause",
        "elif_clause",
        "else_clause",
        "except_clause",
        "except_group_clause",
        "finally_clause",
    }
)
_WITHIN = frozenset({"comment", "line_continuation"})
_OPENERS = (b"(", b"[", b"{")
_TAB = 8


def misplaced(tree: Opened, start: int, end: int, *, and_next: bool) -> bool:
    """Whether a line between two offsets is misplaced, or the next one after them.

    The line in which `start` lies is taken for right as far as it stands before it.
    """
    data, first, last = tree.data, tree.byte_at(start), tree.byte_at(end)
    at = data.rfind(b"\n", 0, first) + 1
    begun = bool(data[at:first].strip())
    before = _statement(tree, _next_line(data, at) if begun else at)
    levels, opens = _levels(tree, before), _opens(tree, before)
    at = _next_line(data, at) if begun else at
    while at < len(data):
        is_own = at <= last
        if not is_own and not and_next:
            return False
        code = _code(data, at)
        if code is not None:
            is_start = _starting(tree, code) is not None
            width = _width(data, at, code)
            if is_start and not _fits(levels, width, opens=opens, is_next=not is_own):
                return True
            if not is_start and not _goes_on(tree, code):
                return True
            if is_start:
                levels = [*(level for level in levels if level < width), width]
                opens = _opens(tree, code)
            if not is_own:
                return False
        at = _next_line(data, at)
    return False


def _fits(levels: list[int], width: int, *, opens: bool, is_next: bool) -> bool:
    """Whether a statement may stand so far in: a head's body further in, else at a level."""
    if opens and width > levels[-1]:
        return True
    # The body of a head at the completion's end is still to come.
    return width in levels and (not opens or is_next)


def _code(data: bytes, at: int) -> int | None:
    """Where the first sign of a line stands; None for a line without code."""
    end = _next_line(data, at)
    bare = data[at:end].lstrip(b" \t\f\r")
    if not bare.strip() or bare.startswith(b"#"):
        return None
    return end - len(bare)


def _next_line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _width(data: bytes, at: int, code: int) -> int:
    return len(data[at:code].expandtabs(_TAB))


def _starting(tree: Opened, code: int) -> Node | None:
    """The statement or clause that begins at this byte; None where none does."""
    node = tree.root.descendant_for_byte_range(code, code + 1)
    while node is not None and node.start_byte >= code:
        parent = node.parent
        if node.type in _CLAUSES or (parent is not None and parent.type in _HOLD):
            return None if node.type in _WITHIN else node
        node = parent
    return None


def _goes_on(tree: Opened, code: int) -> bool:
    """Whether a line goes on with what the one before it began, as brackets and strings do."""
    node = tree.root.descendant_for_byte_range(code, code + 1)
    while node is not None:
        if node.start_byte < code:
            first = tree.data[node.start_byte : node.start_byte + 1]
            if "string" in node.type or first in _OPENERS or _has_opener(node, code):
                return True
        node = node.parent
    line = tree.data.rfind(b"\n", 0, code)
    return tree.data[:line].rstrip(b"\r").endswith(b"\\")


def _has_opener(node: Node, code: int) -> bool:
    """Whether a bracket of this node itself, such as a subscript's, opens before a byte."""
    if node.type in _HOLD:
        return False
    return any(
        each.type in {"(", "[", "{"} and each.start_byte < code < node.end_byte
        for each in node.children
    )


def _statement(tree: Opened, at: int) -> int | None:
    """Where the last statement before a line's start begins; None where there is none."""
    data = tree.data
    while at > 0:
        at = data.rfind(b"\n", 0, at - 1) + 1
        code = _code(data, at)
        if code is not None and _starting(tree, code) is not None:
            return code
    return None


def _levels(tree: Opened, code: int | None) -> list[int]:
    """How far in the statements around and at this byte stand, from the outermost on."""
    found = {0}
    node = None if code is None else _starting(tree, code)
    while node is not None:
        line = tree.data.rfind(b"\n", 0, node.start_byte) + 1
        parent = node.parent
        is_held = parent is not None and parent.type in _HOLD
        if is_held and not tree.data[line : node.start_byte].strip():
            found.add(_width(tree.data, line, node.start_byte))
        node = parent
    return sorted(found)


def _opens(tree: Opened, code: int | None) -> bool:
    """Whether what begins at this byte is a head whose body comes on further lines."""
    node = None if code is None else _starting(tree, code)
    colon = (
        next((each for each in reversed(node.children) if each.type == ":"), None) if node else None
    )
    if colon is None:
        return False
    rest = tree.data[colon.end_byte : _next_line(tree.data, colon.end_byte)].strip()
    return not rest or rest.startswith(b"#")
