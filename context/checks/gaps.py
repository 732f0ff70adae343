"""Brackets that a text leaves open, and what a beginning of code may go on with.

A completion may end where code goes on: at a call's open bracket, at the head of a
block. Whether it is right so far shows once something stands there that ends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTNER = {")": "(", "]": "[", "}": "{"}
_CLOSER = {opening: closing for closing, opening in _PARTNER.items()}
# A string on one line, or a bracket. Quotes without a partner cost no more than this length each.
_SIGN = re.compile(
    r"'(?:\\.|[^'\\\n]){0,400}+'|\"(?:\\.|[^\"\\\n]){0,400}+\"|`(?:\\.|[^`\\\n]){0,400}+`|[()\[\]{}]"
)
_QUOTE = re.compile("[\"'`]")
_BLOCK_START = re.compile(r"^[^\s)\]}]", re.MULTILINE)
_NEXT_BLOCK = re.compile(r"\n(?=[^\s)\]}])")
# What isn't within this distance of the cursor isn't looked at.
_NEAR = 8_192
_OPEN_ENDED = re.compile(r"[(\[{,][ \t]*(?:(?://|#|--)[^\n]*)?\Z")
# Words that end what no bracket ends, by language.
_LAST_WORDS = {
    "Ruby": ("end",),
    "Lua": ("end", "until x"),
    "Shell": ("fi", "done", "esac"),
}
# What may stand at a cursor, with the brackets that must be closed there.
_FILLERS = (" x{0}", "{0}", " x{0};", "{0};", " x{0},")
_FILLERS_BY_LANGUAGE = {"Python": (" x{0}", "{0}", " x{0}:", " x{0},")}
_AFTER_QUOTE = ("{0}", "{0};", "{0}:")
# What must follow a head or a body in some statements.
_AFTER_BRACE = (" finally {}", " while (x);", " => x")


def missing(above: str, below: str) -> tuple[str, str]:
    """The brackets that belong between two texts, of one top-level block alone.

    Those that close what is open above, and those that open what is closed below.
    """
    near, rest = above[-_NEAR:], below[:_NEAR]
    starts = [found.start() for found in _BLOCK_START.finditer(near)]
    opening = _unmatched(near[starts[-1] if starts else 0 :])[1]
    end = _NEXT_BLOCK.search(rest)
    closing = _unmatched(rest[: end.start() if end else len(rest)])[0]
    # From the outside in: what was opened last is what isn't closed yet.
    left: list[str] = []
    for sign in opening:
        if closing and _PARTNER[closing[-1]] == sign:
            closing.pop()
        else:
            left.append(sign)
    closers = "".join(_CLOSER[sign] for sign in reversed(left))
    return closers, "".join(_PARTNER[sign] for sign in reversed(closing))


def fillers(language: str, above: str, below: str) -> Iterator[str]:
    """What could stand between two texts so that the document is right, as far as guessed.

    Something, and what closes the brackets, or the string, that are open above.
    """
    closers = missing(above, below)[0]
    quote = _open_quote(above.rpartition("\n")[2])
    known = _FILLERS_BY_LANGUAGE.get(language, _FILLERS)
    yield from (quote + each.format(closers) for each in (_AFTER_QUOTE if quote else known))


def may_go_on(text: str) -> bool:
    """Whether the brackets that a text leaves open stand where code goes on: at ends of lines."""
    depth = len(_unmatched(text)[1])
    at_ends = sum(
        len(_unmatched(line)[1]) for line in text.split("\n") if _OPEN_ENDED.search(line.rstrip())
    )
    return at_ends >= depth


def continuations(language: str, indent: str, closers: str) -> Iterator[str]:
    """What could follow in the document so that something left open there ends."""
    if closers:
        yield from (f"\n{closers}", f"x{closers}", f"\n{closers};")
    if language == "Python":
        yield f"\n{indent}{closers}:\n{indent}    pass"
        yield f"\n{indent}    pass\n{indent}finally:\n{indent}    pass"
        yield f"\n{indent}def x(): pass"
    elif language in _LAST_WORDS:
        for word in _LAST_WORDS[language]:
            yield f"\n{closers}\n{word}\n"
            yield f"\n{closers}\n{word}\n{word}\n"
    elif closers:
        yield from (f"\n{closers}{more}" for more in _AFTER_BRACE)


def _open_quote(line: str) -> str:
    """The quote of the string in which a line ends, as far as a look at its quotes tells."""
    return next((found[0] for found in _QUOTE.finditer(_SIGN.sub("", line))), "")


def _unmatched(code: str) -> tuple[list[str], list[str]]:
    """The closing and the opening brackets without a partner, each in order."""
    closing: list[str] = []
    opening: list[str] = []
    for found in _SIGN.finditer(code):
        sign = found[0]
        if sign in _CLOSER:
            opening.append(sign)
        elif sign in _PARTNER:
            if opening and opening[-1] == _PARTNER[sign]:
                opening.pop()
            else:
                closing.append(sign)
    return closing, opening
