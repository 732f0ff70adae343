"""Where a block or a definition that is being generated comes to its end, by its indentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.answer.brackets import unmatched
from inference.answer.hole import indent_of
from inference.answer.statement import cut_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.answer.hole import Hole
    from inference.answer.lines import Line

_ENDS_BLOCK = re.compile(r"[)\]}]|(end|fi|done|esac)\b")
_GOES_ON = re.compile(r"(else|elif|elsif|except|finally|catch|rescue|ensure|case|default|when)\b")
_OPENS = (":", "{", "(", "[", "then", "do")


def cut_scope(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before the line that leaves the cursor's block.

    A line that opens a block is followed by that block alone and by what closes it.
    Otherwise a blank line ends the completion once there is something, unless all of the
    block is wanted. What closes the block comes along where the document hasn't it.
    """
    return _cut(lines, hole, is_definition=False)


def cut_definition(lines: Sequence[Line], hole: Hole) -> int | None:
    """End before what isn't part of one definition, or of the cursor's block, as `cut_scope`.

    A definition may begin with lines that open nothing: decorators, a comment.
    """
    return _cut(lines, hole, is_definition=True)


def _cut(lines: Sequence[Line], hole: Hole, *, is_definition: bool) -> int | None:
    start, code = lines[-1]
    bare = code.strip()
    if not bare:
        return None
    first = hole.before + lines[0].text
    fills_header = hole.fills and bool(hole.before.strip())
    if fills_header and lines[0].text.strip():
        return cut_statement(lines, hole)
    if len(lines) == 1:
        return None
    if fills_header:
        return _end_of_filled(lines, hole)
    base = indent_of(first) if first.strip() else _first_indent(lines, hole)
    indent = indent_of(code)
    if indent != base:
        return _leaving(lines[-1], hole, base) if indent < base else None
    if _is_inside(lines, hole, base, is_definition=is_definition):
        if _ENDS_BLOCK.match(bare):
            return None if _opens(code) else start + len(code)
        return None if _GOES_ON.match(bare) else start
    return start if not hole.fills and _is_apart(lines, hole) else None


def _end_of_filled(lines: Sequence[Line], hole: Hole) -> int | None:
    """Where the block ends that the cursor's line began, of which all is wanted.

    Its first line tells how far in it stands: a header over several lines may end further in.
    """
    body = next(line for line in lines[1:] if line.text.strip())
    start, code = lines[-1]
    indent = indent_of(code)
    is_within = indent > hole.indent if body is lines[-1] else indent >= indent_of(body.text)
    if is_within or indent > hole.indent:
        return None
    closes = _ENDS_BLOCK.match(code.strip())
    if closes:
        return start + (code.index(closes[0]) + len(closes[0]) if _opens(code) else len(code))
    return None if body is lines[-1] and _is_continued(hole.before) else start


def _is_continued(header: str) -> bool:
    """Whether the line ends a header that began above it."""
    return header.rstrip().endswith("{") or bool(unmatched(header)[0])


def _is_inside(lines: Sequence[Line], hole: Hole, base: int, *, is_definition: bool) -> bool:
    """Whether what the lines so far began is one block, with nothing behind it."""
    if hole.fills:
        return False
    first = hole.before + lines[0].text
    return _opens(first) or (is_definition and _has_block(lines, base))


def _first_indent(lines: Sequence[Line], hole: Hole) -> int:
    """The indentation of the first code, which a cursor at a line's start hasn't yet."""
    if hole.indent or hole.before.strip():
        return hole.indent
    return next((indent_of(line.text) for line in lines if line.text.strip()), 0)


def _leaving(line: Line, hole: Hole, base: int) -> int:
    """Where to end when a line leaves the block: behind it where it closes what nothing does."""
    bare = line.text.strip()
    if not _ENDS_BLOCK.match(bare) or _opens(bare) or not _lacks_end(hole, base):
        return line.start
    return line.start + len(line.text) if indent_of(line.text) == _outer(hole, base) else line.start


def _outer(hole: Hole, base: int) -> int:
    """The indentation of the line above that the cursor's block belongs to."""
    above = (hole.above[: len(hole.above) - len(hole.before)]).split("\n")
    return next((indent_of(line) for line in reversed(above) if _is_outside(line, base)), -1)


def _is_outside(line: str, base: int) -> bool:
    return bool(line.strip()) and indent_of(line) < base


def _lacks_end(hole: Hole, base: int) -> bool:
    """Whether what follows in the document is outside of the cursor's block without ending it."""
    if not hole.at_line_end:
        return False
    if not hole.following:
        return True
    next_line = hole.following[0]
    indent, outer = indent_of(next_line), _outer(hole, base)
    if indent == outer:
        return not _ENDS_BLOCK.match(next_line.strip())
    return indent < outer


def _has_block(lines: Sequence[Line], base: int) -> bool:
    """Whether the lines so far hold a block: the one before the last is in it, or opens it."""
    before = next((line.text for line in reversed(lines[:-1]) if line.text.strip()), "")
    return bool(before) and (indent_of(before) > base or _opens(before))


def _is_apart(lines: Sequence[Line], hole: Hole) -> bool:
    """Whether the line stands apart from code that came before it."""
    if len(lines) <= 2 or lines[-2].text.strip():  # noqa: PLR2004 - the first line isn't between two
        return False
    return bool(hole.before.strip()) or any(line.text.strip() for line in lines[:-2])


def _opens(code: str) -> bool:
    return code.rstrip().endswith(_OPENS)
