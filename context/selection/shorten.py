"""Code cut down so that whatever it opens is closed again: brackets, strings, comments.

A model takes what it reads for code. A bracket or a quote that stays open swallows the
next file, and a comment that is joined into a line swallows the rest of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from context.languages import line_comment

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_LONGEST_STRING = 40
_MOST_CUTS = 4
_MOST_READ = 4_000
_SCRIPTS = frozenset({"JavaScript", "JSX", "TypeScript", "Vue"})
_QUOTING = _SCRIPTS | {"Python", "Ruby", "PHP", "Lua", "Shell"}
_WITH_TUPLES = frozenset({"Python", "Rust"})
_MANY_ROWS = frozenset({"Rust", "PHP", "Ruby", "Shell"})
_HEREDOC = r"<<<?[~-]?[\"']?(?P<here>[A-Za-z_]\w*)[\"']?[^\n]*\n(?s:.*?)\n[ \t]*(?P=here)\b"
_TRIPLE = r'"""(?s:.*?)"""|' + r"'''(?s:.*?)'''"
_REGEX = r"(?<=[=(,:!&|?\[{;])[ ]?/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/\w*"
# What a compiler is told around code; of several branches the first is read.
_BRANCH = re.compile(r"[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|elseif|endif|region|endregion)\b")
# Where a bracket may be none: in strings and comments.
_DISGUISE = re.compile(r"[\"'`/#]|--|<<|\[=*\[")
_TYPE_PARAMETERS = re.compile(r"(?<=[\w])<(?=[\s\w'])")
_BOUND = re.compile(r"\s+extends\b|\s*[:=]")
_BRANCHED = frozenset({"C", "C++", "C#", "Swift", "Objective-C"})


class _Quoted(str):
    """A string of the code: a comma in it separates nothing."""

    __slots__ = ()


class _Group(NamedTuple):
    """What stands between two brackets."""

    opening: str
    parts: list[str | _Group]
    is_open: list[bool]


@lru_cache(maxsize=64)
def _tokens(language: str) -> re.Pattern[str]:
    """What of a language isn't read letter by letter, as groups: comment, string, bracket."""
    mark = line_comment(language) or "//"
    comment = rf"(?:^|(?<=\s)){mark}[^\n]*" if mark == "#" else rf"{re.escape(mark)}[^\n]*"
    if mark == "//":
        comment += r"|/\*(?s:.*?)\*/"
    if language == "PHP":
        comment += r"|#(?!\[)[^\n]*"
    if language == "Lua":
        comment = r"--\[(?P<e>=*)\[(?s:.*?)\](?P=e)\]|" + comment
    strings = [_TRIPLE, r"`(?:\\.|[^`\\])*`"]
    if language == "Rust":
        strings.append(r'b?r(?P<h>#*)"(?s:.*?)"(?P=h)')
    if language == "Lua":
        strings.append(r"\[(?P<f>=*)\[(?s:.*?)\](?P=f)\]")
    if language in {"Ruby", "PHP", "Shell"}:
        strings.append(_HEREDOC)
    if language in _SCRIPTS:
        strings.append(_REGEX)
    strings.append(r'"(?:\\(?s:.)|[^"\\])*"' if language in _MANY_ROWS else r'"(?:\\.|[^"\\\n])*"')
    strings.append(
        r"'(?:\\.|[^'\\\n])*'" if language in _QUOTING else r"'(?:\\[^\n]{1,8}?|[^'\\\n])'"
    )
    return re.compile(
        rf"(?P<comment>{comment})|(?P<string>{'|'.join(strings)})|(?P<bracket>[(){{}}\[\]])",
        re.MULTILINE,
    )


def unclosed(text: str, language: str) -> str:
    """The brackets that would close what `text` leaves open."""
    if not _DISGUISE.search(text) and all(
        text.count(opening) == text.count(closing) for opening, closing in _CLOSING.items()
    ):
        return ""
    wanted: list[str] = []
    for found in _tokens(language).finditer(text):
        mark = found["bracket"]
        if mark in _CLOSING:
            wanted.append(_CLOSING[mark])
        elif mark and wanted and wanted[-1] == mark:
            wanted.pop()
    return "".join(reversed(wanted))


def uncommented(text: str, language: str) -> str:
    """The text without its comments, the rows they had to themselves, and blanks at line ends."""
    text = text.replace("\r\n", "\n")
    if _marks(language).search(text) is None:
        return text.rstrip()
    spoken = _tokens(language).sub(lambda found: "" if found["comment"] else found[0], text)
    return "\n".join(row.rstrip() for row in spoken.splitlines() if row.strip())


@lru_cache(maxsize=64)
def _marks(language: str) -> re.Pattern[str]:
    mark = line_comment(language) or "//"
    return re.compile(r"//|/\*|#" if language == "PHP" else rf"{re.escape(mark)}|/\*")


def first_branch(rows: Sequence[str], language: str) -> list[str]:
    """The rows without directives (`#if`), and of `#else` and its like without what follows."""
    if language not in _BRANCHED or not any(row.lstrip().startswith("#") for row in rows):
        return list(rows)
    kept: list[str] = []
    is_other = False
    for row in rows:
        found = _BRANCH.match(row)
        if found is None:
            kept += [] if is_other else [row]
        else:
            is_other = found[1] in {"elif", "else", "elseif"}
    return kept or list(rows)


def on_one_line(text: str, language: str, most: int) -> str:
    """The text on one line of about `most` characters, where brackets lose what they hold.

    `f(a: A, ...): R` keeps what follows a bracket. What stays open is closed.
    """
    # A table of thousands of rows is closed where reading it stops.
    parts = _tree(text if len(text) <= _MOST_READ else _first_rows(text), language)
    if len(text) > _MOST_READ and text.rstrip().endswith(";"):
        parts.append(";")
    flat = _flat(parts)
    for _ in range(_MOST_CUTS):
        if len(flat) <= most:
            return flat
        groups = [(len(_shown(part)), at) for at, part in enumerate(parts) if _is_long(part)]
        if not groups:
            break
        size, at = max(groups)
        parts[at] = _cut(parts[at], most - (len(flat) - size))
        flat = _flat(parts)
    if len(flat) > most:
        flat = _without_bounds(flat)
    return flat if len(flat) <= 1.5 * most else _hard_cut(flat, language, most)


def _first_rows(text: str) -> str:
    return text[: text.rfind("\n", 0, _MOST_READ) + 1 or _MOST_READ]


def _without_bounds(text: str) -> str:
    """The text with the first list of type parameters cut down to their names."""
    opening = _TYPE_PARAMETERS.search(text)
    if opening is None:
        return text
    depth, entries = 1, [""]
    for found in re.finditer(r"=>|->|[<>,(){}]|[^<>,(){}=-]+|.", text[opening.end() :]):
        mark = found[0]
        depth += (mark in "<({") - (mark in ">)}")
        if not depth:
            names = ", ".join(_BOUND.split(entry.strip())[0] for entry in entries)
            return f"{text[: opening.end()]}{names}>{text[opening.end() + found.end() :]}"
        if mark == "," and depth == 1:
            entries.append("")
        else:
            entries[-1] += mark
    return text


def _is_long(part: str | _Group) -> bool:
    return isinstance(part, _Group) and len(_shown(part)) > len("{...}")


def _hard_cut(text: str, language: str, most: int) -> str:
    """The text up to a blank that stands in no string, with what closes it."""
    end = text.rfind(" ", 0, most)
    for found in _tokens(language).finditer(text):
        if found.start() < end < found.end() and not found["bracket"]:
            end = found.start()
    closing = unclosed(text[:end], language)
    return f"{text[:end].rstrip()} ... {closing}".rstrip()


def _tree(text: str, language: str) -> list[str | _Group]:
    root: list[str | _Group] = []
    open_: list[_Group] = []
    at = 0
    for found in _tokens(language).finditer(text):
        here = open_[-1].parts if open_ else root
        here.append(text[at : found.start()])
        at = found.end()
        mark = found["bracket"]
        if found["string"]:
            here.append(_Quoted(_short_string(found["string"])))
        elif mark in _CLOSING:
            group = _Group(mark, [], [True])
            here.append(group)
            open_.append(group)
        elif mark and open_ and _CLOSING[open_[-1].opening] == mark:
            open_.pop().is_open.clear()
            if not _is_tuple_of_one(here, mark, language):
                here[-1] = re.sub(r",\s*\Z", "", str(here[-1]))
    (open_[-1].parts if open_ else root).append(text[at:])
    return root


def _is_tuple_of_one(parts: Sequence[str | _Group], mark: str, language: str) -> bool:
    """Whether the comma before a `)` is what makes a tuple, not what ends a row."""
    if mark != ")" or language not in _WITH_TUPLES:
        return False
    said = (part for part in parts if isinstance(part, str) and not isinstance(part, _Quoted))
    return sum(part.count(",") for part in said) <= 1


def _short_string(text: str) -> str:
    """A string as it is, unless it goes over several lines: only how it starts."""
    if "\n" not in text and len(text) <= 2 * _LONGEST_STRING:
        return text
    if text.startswith("<<"):
        return '"..."'
    quote = next((mark for mark in ('"""', "'''", '"', "'", "`") if text.startswith(mark)), "")
    if not quote:
        return '"..."' if "\n" in text else text
    said = text[len(quote) : -len(quote)].strip().split("\n")[0][:_LONGEST_STRING]
    return f"{quote}{said.rstrip(chr(92))}...{quote}"


def _flat(parts: Sequence[str | _Group]) -> str:
    text = "".join(_shown(part) for part in parts)
    return re.sub(r"[ \t]*\s[ \t]*", " ", text).strip()


def _shown(part: str | _Group) -> str:
    if isinstance(part, str):
        return re.sub(r"\s+", " ", part) if "\n" in part else part
    inner = "..." if _is_code(part) else _flat(part.parts)
    if part.is_open and not inner.endswith("..."):
        inner = f"{inner} ...".strip()
    if part.opening == "{" and inner not in {"", "..."}:
        inner = f" {inner} "
    return f"{part.opening}{inner}{_CLOSING[part.opening]}"


def _is_code(group: _Group) -> bool:
    """Whether braces hold statements, which can't be joined into one line."""
    if group.opening != "{":
        return False
    text = "".join(part if isinstance(part, str) else "()" for part in group.parts)
    rows = [row.strip() for row in text.strip().split("\n")]
    return any(row and not row.endswith((",", ";")) for row in rows[:-1])


def _cut(group: str | _Group, most: int) -> str:
    """A group with as many of its entries as `most` characters hold."""
    if isinstance(group, str):
        return group
    kept, size = "", len("( ... )")
    for entry in [] if _is_code(group) else _entries(group):
        size += len(entry) + 2
        if size > most:
            break
        kept += f"{entry}, "
    inner = f"{kept}..."
    if group.opening == "{" and kept:
        inner = f" {inner} "
    return f"{group.opening}{inner}{_CLOSING[group.opening]}"


def _entries(group: _Group) -> list[str]:
    """What commas separate at the top of a group, none of those between `<` and `>`."""
    entries = [""]
    depth = 0
    for part in group.parts:
        if not isinstance(part, str) or isinstance(part, _Quoted):
            entries[-1] += _shown(part)
            continue
        for found in re.finditer(r"=>|->|[<>=]=|(?<=\w)<|>|,|[^<>,=-]+|.", part, re.DOTALL):
            mark = found[0]
            depth += (mark == "<") - (mark == ">" and depth > 0)
            if mark == "," and not depth:
                entries.append("")
            else:
                entries[-1] += mark
    return [said for entry in entries if (said := re.sub(r"\s+", " ", entry).strip())]
