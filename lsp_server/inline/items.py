"""Completions as the items that an editor shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inference.types import Completion
    from lsp_server.documents import Document
    from lsp_server.inline.asked import Asked
    from lsp_server.positions import Encoding

TITLE = "Completion accepted"
# What an editor runs when it was.
COMMAND = "infill.accepted"


def items_for(
    asked: Asked, offered: Iterable[tuple[str, Completion]], encoding: Encoding
) -> list[types.InlineCompletionItem]:
    """An item for each completion, in the same order.

    Args:
        asked: the request; items are for its document as that is.
        offered: identifiers, by which the editor tells what became of each, and completions
            of the document as it is (see `lsp_server.inline.selected`).
        encoding: what the editor counts a line's characters in.
    """
    return [_item(asked, *one, encoding) for one in offered]


def as_told(text: str) -> str:
    r"""The text as editors are told it: its lines end in `\n`, whatever the document's do.

    An editor puts its own ends of lines in their place, and one that keeps its lines apart
    (Neovim) would take a `\r` for a character.
    """
    return text.replace("\r\n", "\n")


def _item(
    asked: Asked, identifier: str, completion: Completion, encoding: Encoding
) -> types.InlineCompletionItem:
    """The item: a plain text, and a range on one line."""
    document, (start, end) = asked.document, completion.replace
    command = types.Command(TITLE, COMMAND, arguments=[identifier])
    return types.InlineCompletionItem(
        as_told(completion.text),
        filter_text=_filter_text(asked, completion),
        range=types.Range(_position(document, start, encoding), _position(document, end, encoding)),
        command=command,
    )


def _filter_text(asked: Asked, completion: Completion) -> str | None:
    """What an editor compares with the text in the range, where the completion's won't do.

    An entry may be selected whose beginning isn't what was typed (`pln` for `println`): VS
    Code would hide a completion of it.
    """
    start = completion.replace[0]
    if asked.selected is None or start != asked.selected.start:
        return None
    typed = asked.document.text[start : asked.selected.end]
    return None if completion.text.startswith(typed) else typed + completion.text


def _position(document: Document, offset: int, encoding: Encoding) -> types.Position:
    return document.position_of(offset, encoding)
