"""A noisy generator: what a model might write into a hole, made of what stood there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.answer.hole import indent_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_PROSE = (
    "Here is the code that you asked for:\n",
    "Sure! This completes the function.\n",
    "The following lines go here:\n\n",
)


# People rarely delete the head of a block, or of a call, and leave the rest of it.
_CUT_OPEN = 1 / 4


@dataclass(frozen=True, slots=True)
class Case:
    """A hole in a file, what stood there, and what was generated for it.

    Attributes:
        is_torn: generation ended for want of tokens.
    """

    ending: str
    prefix: str
    truth: str
    suffix: str
    kind: str
    written: str
    is_torn: bool = False


def case_in(ending: str, text: str, drawn: random.Random) -> Case | None:
    """A hole drawn from a text, with noise of a kind drawn; None where the place is no good."""
    hole = _hole(text, drawn)
    if hole is None:
        return None
    start, end = hole
    kind = drawn.choice(tuple(NOISE))
    truth, suffix = text[start:end], text[end:]
    written = NOISE[kind](truth, suffix, drawn)
    if not written.strip():
        return None
    is_torn = kind.startswith("cut") and drawn.random() < 1 / 2
    return Case(ending, text[:start], truth, suffix, kind, written, is_torn)


def _hole(text: str, drawn: random.Random) -> tuple[int, int] | None:
    """From within a line to its end, or to that of some line of its block."""
    lines = text.split("\n")
    row = drawn.randrange(len(lines))
    line = lines[row]
    if len(line.strip()) <= len("pass"):
        return None
    at = sum(len(each) + 1 for each in lines[:row])
    indent = len(line) - len(line.lstrip())
    start = at + drawn.choice((indent, indent, drawn.randrange(indent, len(line))))
    last = row
    for place in range(row + 1, min(row + drawn.choice((1, 1, 4, 8)), len(lines))):
        inside = indent_of(lines[place]) >= indent_of(line)
        if lines[place].strip() and not inside:
            break
        last = place if lines[place].strip() else last
    following = next((each for each in lines[last + 1 :] if each.strip()), "")
    if indent_of(following) > indent_of(lines[last]) and drawn.random() > _CUT_OPEN:
        return None
    end = sum(len(each) + 1 for each in lines[: last + 1]) - 1
    return (start, end) if text[start:end].strip() else None


def _cut(truth: str, _suffix: str, drawn: random.Random) -> str:
    return truth[: drawn.randrange(1, len(truth) + 1)]


def _cut_at_line(truth: str, suffix: str, drawn: random.Random) -> str:
    lines = truth.split("\n")
    if len(lines) == 1:
        return _cut(truth, suffix, drawn)
    return "\n".join(lines[: drawn.randrange(1, len(lines))])


def _repeated(truth: str, _suffix: str, drawn: random.Random) -> str:
    lines = truth.split("\n")
    first = drawn.randrange(len(lines))
    last = drawn.randrange(first, len(lines)) + 1
    return "\n".join(lines[:last] + lines[first:last] * drawn.choice((1, 3, 9)) + lines[last:])


def _stray(truth: str, _suffix: str, drawn: random.Random) -> str:
    at = drawn.randrange(len(truth) + 1)
    return truth[:at] + drawn.choice("()[]{}") + truth[at:]


def _extra(truth: str, _suffix: str, drawn: random.Random) -> str:
    return truth + drawn.choice((")", "]", "}", "))", "\n}", "\n)", ")}", "});"))


def _indented(truth: str, _suffix: str, drawn: random.Random) -> str:
    lines = truth.split("\n")
    row = drawn.randrange(len(lines))
    shift = drawn.choice((-4, -2, -1, 1, 2, 4))
    by_all = drawn.random() < 1 / 2
    for place in range(row, len(lines) if by_all else row + 1):
        if place:
            bare = lines[place].lstrip(" ")
            lines[place] = " " * max(0, len(lines[place]) - len(bare) + shift) + bare
    return "\n".join(lines)


def _retyped(truth: str, suffix: str, drawn: random.Random) -> str:
    more = "\n".join(suffix.split("\n")[: drawn.randrange(2, 6)])
    return truth + more[: len(more) if drawn.random() < 1 / 2 else drawn.randrange(len(more) + 1)]


def _prose(truth: str, _suffix: str, drawn: random.Random) -> str:
    if drawn.random() < 1 / 2:
        return f"```\n{truth}\n```\n"
    return drawn.choice(_PROSE) + truth


def _prose_after(truth: str, _suffix: str, drawn: random.Random) -> str:
    return truth + drawn.choice(("\n```\n", "\n```\n\nThis ", "\n\n")) + drawn.choice(_PROSE)


def _quote(truth: str, _suffix: str, drawn: random.Random) -> str:
    at = drawn.randrange(len(truth) + 1)
    return truth[:at] + drawn.choice("\"'`") + truth[at:]


def _leaked(truth: str, _suffix: str, drawn: random.Random) -> str:
    mark = drawn.choice(("<|endoftext|>", "<fim_suffix>", "<|fim_middle|>", "<|file_sep|>", "</s>"))
    return truth + mark + "\nimport os\n"


NOISE: dict[str, Callable[[str, str, random.Random], str]] = {
    "none": lambda truth, _suffix, _drawn: truth,
    "none, too": lambda truth, _suffix, _drawn: truth,
    "cut": _cut,
    "cut at a line": _cut_at_line,
    "repeated": _repeated,
    "stray bracket": _stray,
    "extra closing": _extra,
    "indentation": _indented,
    "retyped suffix": _retyped,
    "prose before": _prose,
    "prose after": _prose_after,
    "stray quote": _quote,
    "sentinel": _leaked,
}
