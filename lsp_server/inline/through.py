"""What is left of a completion once its user has typed on, deleted back or moved in it.

A completion says what its document is to be. Whatever the editor did to the document
since: as long as all before the cursor, and all after it but what the editor closed by
itself, is as in that document, what lies between is what is left to offer; put in, it
gives the very document that the whole completion would have given. Only blanks may be
written another way in lines that are typed already: an editor that indents by tabs does so
in a completion that indents by blanks, and has what is left written as its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
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


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of a text.

    Attributes:
        n_back: blanks before the cursor that it takes the place of.
    """

    text: str
    n_back: int = 0


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
    found = _between(completion, was, now)
    return None if found is None else _offered(completion, *found, now.cursor)


def is_typed(completion: Completion, was: Snapshot, now: Snapshot) -> bool:
    """Whether all of a completion is in the document, some of it closed behind the cursor."""
    found = _between(completion, was, now)
    return found is not None and bool(found[1]) and found[0].text == found[1]


def over_closed(completion: Completion, was: Snapshot, now: Snapshot) -> Completion | None:
    """A completion for behind what is closed, offered from before that; None for another."""
    start, end = completion.replace
    closed = now.text[now.cursor : start]
    if start != was.cursor or len(closed) > _MOST_BEHIND or "\n" in closed:
        return None
    if not closed or now.text != was.text:
        return None
    return replace(completion, text=closed + completion.text, replace=(now.cursor, end))


def _between(completion: Completion, was: Snapshot, now: Snapshot) -> tuple[_Rest, str] | None:
    """What of it is not typed yet, and what stands behind the cursor in its place."""
    start, end = completion.replace
    kept_until = len(now.text) - (len(was.text) - end)
    is_near = start <= now.cursor <= kept_until <= now.cursor + _MOST_BEHIND
    if not is_near or not _is_around(was.text, (start, end), now.text, kept_until):
        return None
    typed, behind = now.text[start : now.cursor], now.text[now.cursor : kept_until]
    rest = _rest(completion.text, typed)
    if rest is None or not _is_closed(was.text[was.cursor : end], typed, behind):
        return None
    return rest, behind


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


def _offered(completion: Completion, rest: _Rest, behind: str, cursor: int) -> Completion | None:
    """The rest, but for what stands behind the cursor already; None for what isn't worth it."""
    ends = zip(reversed(rest.text), reversed(behind), strict=False)
    n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    text = rest.text[: len(rest.text) - n_same]
    replaced = behind[: len(behind) - n_same]
    if not text.strip() or "\n" in replaced or "\r" in replaced:
        return None
    return replace(completion, text=text, replace=(cursor - rest.n_back, cursor + len(replaced)))


def _rest(text: str, typed: str) -> _Rest | None:
    """What follows in the text once this was typed, indented as the document is."""
    if text.startswith(typed):
        return _Rest(text[len(typed) :])
    wanted, lines = text.split("\n"), typed.split("\n")
    is_begun = 1 < len(lines) <= len(wanted)
    if not is_begun or lines[0].rstrip(_BLANKS) != wanted[0].rstrip(_BLANKS):
        return None
    style = _AS_IT_IS
    for mine, theirs in zip(lines[1:-1], wanted[1:], strict=False):
        found = _same_line(mine, theirs, style)
        if found is None:
            return None
        style = found
    return _rest_of_line(lines[-1], "\n".join(wanted[len(lines) - 1 :]), style)


def _rest_of_line(typed: str, wanted: str, style: _Style) -> _Rest | None:
    """What follows in a line of which this was typed, its indentation included."""
    bare, (mine, theirs) = typed.lstrip(" \t"), (_indent(typed), _indent(wanted))
    if not wanted[len(theirs) :].startswith(bare):
        return None
    found = _style(mine, theirs, style)
    if found is not None:
        return _Rest(found.written(wanted[len(theirs) + len(bare) :]))
    theirs = style.written("\n" + theirs)[1:]
    if bare or not mine.startswith(theirs):
        return None
    # The editor has indented the line further than the completion has it.
    return _Rest(style.written(wanted[len(_indent(wanted)) :]), len(mine) - len(theirs))


def _same_line(mine: str, theirs: str, style: _Style) -> _Style | None:
    """How a typed line writes the indentation of the completion's; None for another line."""
    bare, wanted = mine.strip(_BLANKS), theirs.strip(_BLANKS)
    if not bare and not wanted:
        # Editors take away what indents a line that stays empty.
        return style
    return _style(_indent(mine), _indent(theirs), style) if bare == wanted else None


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
