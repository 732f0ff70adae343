"""The syntax tree of a document that is open, shared by all who look at it.

What decides how much to complete, what checks a completion's syntax and what takes a
document's facts ask for the same text within one request: it is parsed once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from context.parsing.blanked import readable
from context.parsing.grammars import grammar_of
from context.parsing.trees import Grown, Trees, tree_after, tree_of
from context.text import CONTINUATION, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node, Tree

    from context.parsing.grammars import Grammar

    Grow = Callable[[Grammar, bytes], Tree | None]

# What is longer isn't parsed: at a few MB a second it would hold up everything else.
MAX_PARSED = 1_000_000
# Texts of which a tree is held: what the editor shows, and what it showed a keystroke ago.
_MOST_HELD = 8
# A lone surrogate as `to_bytes` writes it; a grammar's predicates want what is UTF-8.
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

_OPEN = Trees()


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A text and its syntax tree.

    Attributes:
        path: decides between the grammars of a language that has two.
        data: the text in UTF-8, as the grammar was given it: with blanks for what no grammar
            makes sense of, such as macros, so that every byte is where it was.
        tree: in bytes of `data`.
    """

    path: str
    language: str
    text: str
    data: bytes
    grammar: Grammar
    tree: Tree

    @property
    def root(self) -> Node:
        """The tree's topmost node."""
        return self.tree.root_node

    def byte_at(self, offset: int) -> int:
        """Where in `data` the character at this offset begins."""
        if len(self.data) == len(self.text):
            return offset
        return len(to_bytes(self.text[:offset]))

    def offset_at(self, byte: int) -> int:
        """The offset of the character that begins at this byte."""
        if len(self.data) == len(self.text):
            return byte
        # A surrogate's three bytes became three characters: the text has the right ones.
        return len(to_bytes(self.text)[:byte].translate(None, CONTINUATION))

    def edited(self, start: int, end: int, text: str, *, is_brief: bool = False) -> Opened | None:
        """The document with `text` in the place of what lies between two offsets.

        Costs what changed, in a large document; a small one is parsed anew, so that its tree
        is its text's alone, unless it is for a brief look. None where the text as it would
        be can't be parsed within bounds.
        """
        whole = self.text[:start] + text + self.text[end:]
        grown = Grown(self.grammar, self.data, self.tree)
        grow = partial(tree_after, grown, is_brief=is_brief)
        made = parsed(self.path, self.language, whole, grow)
        return made if made is not None and made.grammar is self.grammar else None


@lru_cache(maxsize=_MOST_HELD)
def opened(path: str, language: str, text: str) -> Opened | None:
    """The document's tree, kept while its text is the same; safe to use from any thread.

    None where the language has no grammar, the text is too long, or nothing comes of it but
    error recovery. Of a large document what hasn't changed since the last text under this
    path isn't parsed again. Takes milliseconds, so not on the event loop.
    """
    return parsed(path, language, text, partial(_OPEN.tree, path))


def parsed(path: str, language: str, text: str, grow: Grow = tree_of) -> Opened | None:
    """A text with the tree that `grow` makes of it; None as for `opened`."""
    data = to_bytes(text)
    if len(data) > MAX_PARSED:
        return None
    if b"\xed" in data:
        data = _SURROGATE.sub(b"???", data)
    read_as, readable_data = readable(language, path, data)
    grammar = grammar_of(read_as, path)
    tree = grow(grammar, readable_data) if grammar else None
    if grammar is None or tree is None:
        return None
    return Opened(path, language, text, readable_data, grammar, tree)
