"""What is left of a completion once its user has typed on, deleted back or moved in it.

A completion says what its document is to be. Whatever the editor did to the document
since: as long as all before the cursor, and all after it but what the editor closed by
itself, is as in that document, what lies between is what is left to offer; put in, it
gives the very document that the whole completion would have given. Only indentation may
be written another way: an editor that indents by tabs does so in a completion that
indents by blanks, and has what is left written as its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.prompt.closers import gaps

if TYPE_CHECKING:
    from context.types import Snapshot
    from inference.types import Completion

# So much around the cursor is compared first: it nearly always tells, and costs nothing.
_NEAR = 256
# More than editors close, and completions replace, behind a cursor.
_MOST_BEHIND = 160
_TABS = (4, 2, 8)
_BLANKS = " \t\r"


@dataclass(frozen=True, slots=True)
class _Style:
    """How the document writes indentation that a completion wrote otherwise.

    Attributes:
        width: blanks that a tab stands for; 0 where nothing is written otherwise.
        tabs: the document has tabs; else the completion does.
    """

    width: int = 0
    tabs: bool = False

    def written(self, text: str) -> str:
        """The text, from within a line on, with its further lines indented so."""
        first, *lines = text.split("\n")
        return "\n".join([first, *map(self._line, lines)])

    def _line(self, line: str) -> str:
        bare = line.lstrip(" \t")
        indent = line[: len(line) - len(bare)]
        if self.width == 0 or not indent:
            return line
        if not self.tabs:
            return indent.expandtabs(self.width) + bare
        n_tabs, rest = divmod(len(indent.expandtabs(self.width)), self.width)
        return "\t" * n_tabs + " " * rest + bare


_AS_IT_IS = _Style()


def left_of(completion: Completion, was: Snapshot, now: Snapshot) -> Completion | None:
    """What of a completion is still to be put in; None where the two don't go together.

    None as well where nothing but blanks is left, or the cursor isn't where or behind
    where the completion began.

    Args:
        completion: made for `was`.
        was: the document and its cursor then.
        now: the same document later; both are in the same language.
    """
    if now.cursor == was.cursor and (now.text is was.text or now.text == was.text):
        return completion
    start, end = completion.replace
    kept_until = len(now.text) - (len(was.text) - end)
    is_near = start <= now.cursor <= kept_until <= now.cursor + _MOST_BEHIND
    if not is_near or not _is_around(was.text, (start, end), now.text, kept_until):
        return None
    typed, behind = now.text[start : now.cursor], now.text[now.cursor : kept_until]
    rest = _rest(completion.text, typed)
    if rest is None or not _is_closed(was.text[was.cursor : end], typed, behind):
        return None
    return _offered(completion, rest, behind, now.cursor)


def _is_around(was: str, hole: tuple[int, int], now: str, kept_until: int) -> bool:
    """Whether both documents are the same before and after what was typed and what is there."""
    start, end = hole
    if was[max(0, start - _NEAR) : start] != now[max(0, start - _NEAR) : start]:
        return False
    if was[end : end + _NEAR] != now[kept_until : kept_until + _NEAR]:
        return False
    return now.startswith(was[:start]) and now.endswith(was[end:])


def _is_closed(replaced: str, typed: str, behind: str) -> bool:
    """Whether `behind` is what the completion replaces, and what the editor closed of `typed`.

    Of what is replaced, the beginning may have been typed over.
    """
    for n_over in range(len(replaced) + 1):
        over, there = replaced[:n_over], replaced[n_over:]
        if not behind.endswith(there) or (over and not _holds(typed, over)):
            continue
        n_closed = len(behind) - len(there)
        if not n_closed or n_closed in gaps(behind, typed):
            return True
    return False


def _holds(typed: str, signs: str) -> bool:
    """Whether these signs are among what was typed, in their order."""
    rest = iter(typed)
    return all(sign in rest for sign in signs)


def _offered(completion: Completion, rest: str, behind: str, cursor: int) -> Completion | None:
    """The rest, but for what stands behind the cursor already; None for what isn't worth it."""
    n_same = 0
    while n_same < min(len(rest), len(behind)) and rest[-n_same - 1] == behind[-n_same - 1]:
        n_same += 1
    text = rest[: len(rest) - n_same]
    replaced = behind[: len(behind) - n_same]
    if not text.strip() or "\n" in replaced or "\r" in replaced:
        return None
    return replace(completion, text=text, replace=(cursor, cursor + len(replaced)))


def _rest(text: str, typed: str) -> str | None:
    """What follows in the text once this was typed, indented as the document is."""
    if text.startswith(typed):
        return text[len(typed) :]
    wanted, lines = text.split("\n"), typed.split("\n")
    if (
        len(lines) > len(wanted)
        or len(lines) == 1
        or lines[0].rstrip(_BLANKS) != wanted[0].rstrip(_BLANKS)
    ):
        return None
    style = _AS_IT_IS
    for place, (mine, theirs) in enumerate(zip(lines[1:], wanted[1:], strict=False), 2):
        is_last = place == len(lines)
        found = _same_line(mine, theirs, style, is_last=is_last)
        if found is None:
            return None
        style = found
    current = wanted[len(lines) - 1]
    n_typed = len(lines[-1].lstrip(" \t"))
    n_indent = len(current) - len(current.lstrip(" \t"))
    after = "\n".join([current[n_indent + n_typed :], *wanted[len(lines) :]])
    return style.written(after)


def _same_line(mine: str, theirs: str, style: _Style, *, is_last: bool) -> _Style | None:
    """How a typed line writes the indentation of the completion's; None for another line."""
    bare, wanted = mine.strip(_BLANKS), theirs.strip(_BLANKS)
    if not bare and not wanted and not is_last:
        return style
    is_same = wanted.startswith(bare) if is_last else wanted == bare
    return _style(_indent(mine), _indent(theirs), style) if is_same else None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _style(mine: str, theirs: str, known: _Style) -> _Style | None:
    """How one indentation is written as the other, where they are equally wide."""
    if mine == theirs:
        return known
    widths = (known.width,) if known.width else _TABS
    for width in widths:
        if len(mine.expandtabs(width)) == len(theirs.expandtabs(width)):
            return _Style(width, "\t" in mine)
    return None
