"""Whether what is being generated for one request serves a later one, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.prompt.closers import gaps

if TYPE_CHECKING:
    from lsp_server.inline.asked import Asked


def typed_since(older: Asked, newer: Asked) -> str | None:
    """What was typed at the older request's cursor up to the newer one.

    None where anything else has happened, or the two depend on other things. Brackets
    that the editor closed by itself behind what was typed are no difference.
    """
    was, now = older.snapshot, newer.snapshot
    n_typed = now.cursor - was.cursor
    n_closed = len(now.text) - now.cursor - (len(was.text) - was.cursor)
    if n_typed < 0 or n_closed < 0 or not _is_alike(older, newer):
        return None
    if not now.text.startswith(older.prefix) or not now.text.endswith(older.suffix):
        return None
    typed = now.text[was.cursor : now.cursor]
    closed = now.text[now.cursor : now.cursor + n_closed]
    return typed if not closed or n_closed in gaps(closed, typed) else None


def is_same_place(one: Asked, other: Asked) -> bool:
    """Whether both are about the same cursor in the same text."""
    was, now = one.snapshot, other.snapshot
    return was.cursor == now.cursor and was.text == now.text


def is_same_wish(one: Asked, other: Asked) -> bool:
    """Whether what is made for one of two requests answers the other, too, at the same place."""
    return is_same_place(one, other) and (_is_alike(one, other) or _is_alike(other, one))


def agrees(typed: str, come: str) -> bool:
    """Whether what has come so far can still be what was typed, and more."""
    return come.startswith(typed) or typed.startswith(come)


def _is_alike(older: Asked, newer: Asked) -> bool:
    """Whether both are about one file at one backend, and the older one wants no less.

    Other files may change meanwhile: a prompt's head, which shows them, stands still while
    somebody types, and to begin anew at each key in another window would answer nobody.
    """
    return (
        older.workspace is newer.workspace
        and older.snapshot.path == newer.snapshot.path
        and older.snapshot.language == newer.snapshot.language
        and older.world.settings is newer.world.settings
        and older.world.backend is newer.world.backend
        and older.selected == newer.selected
        and older.is_invoked >= newer.is_invoked
    )
