"""What the editor's own list of suggestions has selected, and a completion that goes on from it.

An editor with its list open shows only a completion that begins with the selected entry. So
the completion is made for the document as it would be with that entry accepted, and what
comes of it is told as a completion of the document as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.types import Completion
    from lsp_server.inline.asked import Asked, Selected


def with_selected(asked: Asked) -> Asked:
    """The same request in the document with the selected entry put in, the cursor behind it.

    The request itself where nothing is selected, or something that can't be: a completion
    takes the place of text around the cursor, on its line. `selected` stays, for `restored`.
    """
    if asked.selected is None:
        return asked
    if not _is_sound(asked, asked.selected):
        return replace(asked, selected=None)
    start, end, text = asked.selected.start, asked.selected.end, asked.selected.text
    whole = asked.document.text
    changed = replace(
        asked.snapshot, text=whole[:start] + text + whole[end:], cursor=start + len(text)
    )
    return replace(asked, snapshot=changed)


def restored(asked: Asked, completion: Completion) -> Completion:
    """What was made for `with_selected(asked)`, as a completion of the document itself."""
    made_for = with_selected(asked)
    if made_for.selected is None:
        return completion
    selected, cursor = made_for.selected, made_for.snapshot.cursor
    end = selected.end + completion.replace[1] - cursor
    return replace(completion, text=selected.text + completion.text, replace=(selected.start, end))


def _is_sound(asked: Asked, selected: Selected) -> bool:
    text = asked.document.text
    if not 0 <= selected.start <= selected.end <= len(text):
        return False
    replaced = text[selected.start : selected.end]
    return "\n" not in replaced and "\r" not in replaced
