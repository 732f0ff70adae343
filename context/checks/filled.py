"""A document as it would be with a completion in it, and where in that the completion stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.parsing.opened import opened
from context.text import from_bytes, to_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

    from context.parsing.opened import Opened
    from context.types import Snapshot


@dataclass(frozen=True, slots=True)
class Filled:
    """The document with the completion, whose bytes lie from `start` to `stop`."""

    document: Opened
    start: int
    stop: int

    def span(self, node: Node) -> tuple[int, int]:
        """The offsets in the completion's text between which a node stands, as far as it does."""
        data = self.document.data
        first = data[self.start : max(self.start, node.start_byte)]
        last = data[self.start : min(self.stop, node.end_byte)]
        return len(from_bytes(first)), len(from_bytes(last))


def filled(snapshot: Snapshot, text: str, n_replaced: int) -> Filled | None:
    """The snapshot with `text` at its cursor; None where either can't be parsed."""
    before = opened(snapshot.path, snapshot.language, snapshot.text)
    end = snapshot.cursor + n_replaced
    after = before.edited(snapshot.cursor, end, text) if before is not None else None
    if after is None:
        return None
    start = after.byte_at(snapshot.cursor)
    return Filled(after, start, start + len(to_bytes(text)))
