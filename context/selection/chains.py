"""Expressions as chains of names: `self.app.config` of `self.app.config.get(`.

Read from the text, as what is being typed seldom parses. Calls and subscripts are
passed over: `make(x)[0].name` is the chain `make`, `name`.
"""

from __future__ import annotations

import re
from functools import lru_cache

Chain = tuple[str, ...]

_WORD_BEFORE = re.compile(r"[^\W\d]\w*\Z")
_DOT_BEFORE = re.compile(r"\s*(?:\?\.|!\.|\.|->|::|!!\.)\s*\Z")
_WORD = re.compile(r"[^\W\d]\w*")
_DOT = re.compile(r"\s*(?:\?\.|!!\.|!\.|\.|->|::)\s*(?=[^\W\d])")
_LEADING = re.compile(r"(?:[\s(&*!<-]|\b(?:await|new|yield|from|not|return|typeof|mut)\b)+")
_ALTERNATIVE = re.compile(r"\s(?:or|and|if|else|\|\||\?\?|&&|\?|:)\s")
_PARTS = re.compile(r"\.|->|::")
_BRACKET = re.compile(r"[][(){}]")
_MOST_LINKS = 6
_REACH = 2_000
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_OPENERS = frozenset("([{")
_RECEIVER = re.compile(
    r"((?:[^\W\d]\w*(?:\(\))?(?:\?\.|\.|->|::))*[^\W\d]\w*)(?:\(\))?(?:\?\.|\.|->|::)([^\W\d]\w*)"
)
_CALLED = re.compile(r"((?:[^\W\d]\w*(?:\.|->|::))*[^\W\d]\w*)(?:<[\w, ]*>)?\(")
_REACHING = re.compile(r"(?P<sign>\.|\(|->|::)\w*\Z")
_LONGEST_REACHED = 64
_LINK = re.compile(r"(?:\(\))?(?:\?\.|\.|->|::)")


def before_dot(text: str, cursor: int) -> Chain:
    """The chain that the name at the cursor is a member of; empty where no dot precedes it."""
    start = max(0, cursor - _REACH)
    window = text[start:cursor]
    word = _WORD_BEFORE.search(window)
    return _chain_before(window, word.start() if word else len(window))


def open_call(text: str, cursor: int) -> Chain:
    """The chain that is called by the innermost bracket still open at the cursor."""
    window = text[max(0, cursor - _REACH) : cursor]
    depth = 0
    for bracket in reversed(list(_BRACKET.finditer(window))):
        sign = bracket.group()
        depth += 1 if sign in _CLOSERS else -1
        if depth < 0:
            return _callee(window, bracket.start()) if sign == "(" else ()
    return ()


def _callee(window: str, bracket: int) -> Chain:
    word = _WORD_BEFORE.search(window, 0, bracket)
    if word is None:
        return ()
    return (*_chain_before(window, word.start()), word.group())


def _chain_before(window: str, end: int) -> Chain:
    """The chain that ends in the dot right before `end`."""
    found: list[str] = []
    while len(found) < _MOST_LINKS:
        dot = _DOT_BEFORE.search(window, max(0, end - 80), end)
        if dot is None:
            break
        end = _skip_groups(window, dot.start())
        word = _WORD_BEFORE.search(window, max(0, end - 80), end)
        if word is None:
            break
        found.append(word.group())
        end = word.start()
    return tuple(reversed(found))


def _skip_groups(window: str, end: int) -> int:
    """Where the call's or subscript's brackets that end at `end` begin."""
    while end and window[end - 1] in _CLOSERS:
        depth, at = 0, end - 1
        while at >= 0:
            if window[at] in _CLOSERS:
                depth += 1
            elif window[at] in _OPENERS:
                depth -= 1
                if depth == 0:
                    break
            at -= 1
        if at < 0:
            return end
        end = at
    return end


@lru_cache(maxsize=4096)
def alternatives(expression: str) -> tuple[Chain, ...]:
    """The chains that an expression may have its value from: both sides of an `or`."""
    parts = _ALTERNATIVE.split(expression, maxsplit=3)
    found = (_leading_chain(part) for part in parts)
    return tuple(dict.fromkeys(chain for chain in found if chain))


def _leading_chain(expression: str) -> Chain:
    """The chain that an expression begins with."""
    skipped = _LEADING.match(expression)
    at = skipped.end() if skipped else 0
    found: list[str] = []
    word = _WORD.match(expression, at)
    while word is not None and len(found) < _MOST_LINKS:
        found.append(word.group())
        at = _after_groups(expression, word.end())
        dot = _DOT.match(expression, at)
        word = _WORD.match(expression, dot.end()) if dot else None
    return tuple(found)


def _after_groups(expression: str, at: int) -> int:
    """Where the brackets that open at `at` are closed again."""
    while at < len(expression) and expression[at] in "([":
        depth, end = 0, at
        while end < len(expression):
            if expression[end] in _OPENERS:
                depth += 1
            elif expression[end] in _CLOSERS:
                depth -= 1
                if depth == 0:
                    break
            end += 1
        if end == len(expression):
            return at
        at = end + 1
    return at


def receivers(line: str) -> list[tuple[Chain, str]]:
    """What members are read from in a line, each with the member."""
    if "." not in line and "->" not in line and "::" not in line:
        return []
    return [
        (tuple(_LINK.split(match.group(1))), match.group(2)) for match in _RECEIVER.finditer(line)
    ]


def called(line: str) -> list[Chain]:
    """What is called in a line."""
    found = _CALLED.finditer(line) if "(" in line else ()
    return [tuple(_PARTS.split(match.group(1))) for match in found]


def is_reaching(text: str, since: int, cursor: int) -> bool:
    """Whether a member or an argument was begun since an offset: what has it may be new."""
    found = _REACHING.search(text, max(0, cursor - _LONGEST_REACHED), cursor)
    return found is not None and since < found.end("sign")
