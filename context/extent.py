"""How much is wanted at a cursor, as the document's syntax tree has it.

Where a statement was begun, its rest; where a block is empty, all of it; between the
statements of one, those up to the next blank line; between definitions, the next one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.facts import CONTAINERS, SCOPES
from context.parsing.opened import opened
from context.parsing.standing import standing

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.parsing.opened import Opened
    from context.parsing.standing import Standing
    from context.types import Extent, Snapshot

# In no grammar is there another sign of these: comments are extras, strings are not.
_IN_STRING = re.compile(r"string|char_literal|character|heredoc|regex|template_literal|raw_text")
_IN_CODE = re.compile(r"interpolation|substitution|expansion|embedded")
# What may be closed right behind the cursor when a block was begun: editors do that.
_CLOSED = re.compile(r"\s*[)\]}]*[;,]?\s*")
_QUOTES = frozenset({b'"', b"'", b"`"})
_STEPS_UP = 60


@dataclass(frozen=True, slots=True)
class Aim:
    """How much is wanted.

    Attributes:
        fills: the block that the cursor is in has nothing in it yet: all of it is wanted,
            blank lines included.
    """

    extent: Extent
    fills: bool = False


def aim_at(snapshot: Snapshot, *, is_invoked: bool = False) -> Aim:
    """What is wanted there; who asks for it by himself gets a step more.

    Parses the document, so not on the event loop.
    """
    text, cursor = snapshot.text, snapshot.cursor
    before = text[text.rfind("\n", 0, cursor) + 1 : cursor]
    rest = text[cursor:].partition("\n")[0]
    if re.search(r"\w", rest):
        return Aim("line")
    tree = opened(snapshot.path, snapshot.language, text)
    if tree is None:
        found = _by_text(before, rest)
    elif _in_words(tree, cursor, is_blank=not before.strip()):
        found = Aim("line")
    else:
        found = _by_tree(tree, before, rest, cursor)
    return _more(found) if is_invoked else found


def _more(aim: Aim) -> Aim:
    """A step more."""
    if aim.extent == "line":
        return Aim("block")
    return Aim(aim.extent, fills=True) if aim.extent == "block" else aim


def _by_text(before: str, rest: str) -> Aim:
    """What is wanted where there is no tree: only the cursor's line tells."""
    if not before.strip():
        return Aim("line" if rest.strip() else "block")
    opens = before.rstrip().endswith((":", "{"))
    return Aim("block", fills=True) if opens and rest.strip() in {"", "}"} else Aim("line")


def _in_words(tree: Opened, cursor: int, *, is_blank: bool) -> bool:
    """Whether the cursor stands in a comment or a string, if on a blank line of it."""
    byte = tree.byte_at(cursor)
    node = tree.root.descendant_for_byte_range(max(0, byte - 1), byte)
    for _ in range(_STEPS_UP):
        if node is None or node.parent is None or _IN_CODE.search(node.type):
            return False
        if is_blank and byte >= node.end_byte:
            return False
        if node.is_extra and node.is_named and not node.is_error:
            return True
        if _IN_STRING.search(node.type) and node.start_byte < byte:
            return byte < node.end_byte or not _is_closed(tree, node)
        node = node.parent
    return False


def _is_closed(tree: Opened, node: Node) -> bool:
    """Whether a string that ends at the cursor was ended there, by a sign like its first."""
    long_enough = node.end_byte - node.start_byte > 1
    return long_enough and tree.data[node.end_byte - 1 : node.end_byte] in _QUOTES


def _by_tree(tree: Opened, before: str, rest: str, cursor: int) -> Aim:
    if not before.strip():
        place = None if rest.strip() else standing(tree, cursor)
        return _aim_in(place) if place else Aim("line" if rest.strip() else "block")
    if not _CLOSED.fullmatch(rest):
        return Aim("line")
    # Where more is still to be closed, the parser may lose its way; a brace is a block's.
    opens = before.rstrip().endswith("{")
    return _after_header(tree, before, rest, cursor) or Aim("block" if opens else "line", opens)


def _after_header(tree: Opened, before: str, rest: str, cursor: int) -> Aim | None:
    """All of the block that the cursor's line begins; None where it begins none.

    Where the parser loses its way, the block may be one that a word closes.
    """
    indent = before[: len(before) - len(before.lstrip())]
    step = "\t" if indent.startswith("\t") else "    "
    behind = f"\n{indent}" if rest.strip() else ""
    for end in ("", f"\n{indent}end"):
        place = standing(tree, cursor, (f"\n{indent}{step}", end or behind))
        if place is not None and not place.is_lost and place.kind != "":
            break
    else:
        return None
    if place.is_argument or place.has_before or not place.is_body or not place.is_first:
        return None
    return Aim("function" if place.kind in SCOPES else "block", fills=True)


def _aim_in(place: Standing) -> Aim:
    if place.is_argument:
        return Aim("line")
    if place.kind in CONTAINERS or (place.kind == "" and not place.is_lost):
        return Aim("function")
    is_empty = not place.has_before and not place.has_after
    return Aim("function" if is_empty and place.kind else "block", fills=is_empty)
