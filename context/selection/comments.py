"""The first thing that a comment says, as a comment of one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 160
_QUOTES = ('"""', "'''")
_MARKS = ("///", "//!", "//", "/*", "--", "#")
# Markup and the words of documentation tools: `<p>`, `{@link Foo}`, `@param x`, `:param x:`.
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\{@\w+\s+([^{}]*)\}")
_TAG = re.compile(r"@\w|:\w+[^:]*:(\s|$)|\\\w")
_LICENCE = re.compile(r"copyright|licen[cs]ed?\b|spdx", re.IGNORECASE)
_STOP = re.compile(r"[.!?](?=\s|$)")


def first_line(rows: Sequence[str], start: int, end: int) -> str:
    """What the comment in the rows from `start` up to `end` says first, on one row.

    A sentence that goes over several rows is joined up to its full stop. Empty where
    the comment says nothing but tags and rulers.
    """
    row = rows[start]
    indent = row[: len(row) - len(row.lstrip())]
    mark = next((each for each in _MARKS if row.lstrip().startswith(each)), "")
    if not mark:
        return row
    said = _sentence(_spoken(rows[start:end], mark))
    if not said:
        return ""
    return f"{indent}/** {said} */\n" if mark == "/*" else f"{indent}{mark} {said}\n"


def docstring(rows: Sequence[str], line: int, last: int) -> list[str]:
    """A docstring's first sentence as a docstring of one row; it may start on the second row."""
    row = rows[line]
    quote = next((mark for mark in _QUOTES if mark in row), None)
    if quote is None:
        return [row]
    head, _, first = row.rstrip().partition(quote)
    said = _sentence(_until([first, *rows[line + 1 : min(line + 6, last + 1)]], quote))
    said = said.rstrip("\\")
    return [f"{head}{quote}{said}{quote}\n"] if said else []


def licence_rows(rows: Sequence[str]) -> int:
    """How many rows at the top are a comment about the licence; 0 where none is."""
    first = next((row for row, text in enumerate(rows[:4]) if _is_remark(text)), None)
    if first is None:
        return 0
    last = first
    if rows[first].lstrip().startswith("/*"):
        while last < len(rows) and "*/" not in rows[last]:
            last += 1
        last += 1
    else:
        while last < len(rows) and _is_remark(rows[last]):
            last += 1
    said = "".join(rows[first:last])
    if last >= len(rows) or not _LICENCE.search(said):
        return 0
    while last < len(rows) - 1 and not rows[last].strip():
        last += 1
    return last if first == 0 else 0


def _is_remark(row: str) -> bool:
    return row.lstrip().startswith(("//", "/*", "# ", "#\n", "--"))


def _until(rows: Sequence[str], quote: str) -> Iterator[str]:
    for row in rows:
        text, closing, _ = row.partition(quote)
        yield text.strip()
        if closing:
            return


def _spoken(rows: Sequence[str], mark: str) -> Iterator[str]:
    for row in rows:
        text = row.strip()
        if mark == "/*":
            text = text.strip("*/! ")
        else:
            text = text.removeprefix(mark).strip("#-=/!* " if not text.strip("#-=/!* ") else " ")
            text = "" if text in {"-", "--"} else text
        yield _MARKUP.sub(lambda found: found[1] or "", text).strip()


def _sentence(rows: Iterator[str]) -> str:
    """The rows of the first paragraph joined up to its first full stop."""
    said = ""
    for row in rows:
        if not row or _TAG.match(row):
            if said:
                break
            continue
        said = f"{said} {row}".strip()
        stop = _STOP.search(said)
        if stop is not None:
            return _short(said[: stop.end()])
        if len(said) > _LONGEST:
            break
    return _short(said)


def _short(said: str) -> str:
    if len(said) <= _LONGEST:
        return said
    return said[: said.rfind(" ", 0, _LONGEST)].rstrip(",;:") + " ..."
