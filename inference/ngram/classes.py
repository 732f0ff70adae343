"""The sort of thing each lexeme is: a kind, and a class of its own for the common ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

NAME, NUMBER, CLOSER, OPENER, QUOTE, SIGN, LINE_BREAK, ELSE = range(8)
QUOTES = frozenset(('"', "'", '"""', "'''", "`"))
PAIRS = {"(": ")", "[": "]", "{": "}"}

_BREAKS = ["\x00", "\n=", "\n>", "\n<"]
_SIGNS = """
. ( ) [ ] { } " ' \""" ` , : = / # - * ** @ % \\ + | < > == != -> => ; ? & ! $
"""
_WORDS = """
_ self def class import from return if elif else for in is not and or None True False assert
with as raise try except lambda await async yield str int const let var function new this null
func type public static void interface export 0 1 2
"""
_COMMON = [*_BREAKS, *_SIGNS.split(), *_WORDS.split()]
N_KINDS = 8
N_CLASSES = N_KINDS + len(_COMMON)
_NUMBERS = {word: N_KINDS + at for at, word in enumerate(_COMMON)}


def kind_of(word: str) -> int:
    """The kind of a lexeme, by its first character."""
    first = word[0]
    if first.isdigit():
        return NUMBER
    if first.isalnum() or first == "_":
        return NAME
    if first in ")]}":
        return CLOSER
    if first in "([{":
        return OPENER
    if first in "\x00\n":
        return LINE_BREAK
    return QUOTE if word in QUOTES else SIGN


def classes_of(words: Iterable[str]) -> NDArray[np.int8]:
    """The class of each lexeme: its own number if it is common, else its kind."""
    found = [_NUMBERS.get(word) or kind_of(word) for word in words]
    return np.array(found, np.int8)


KIND_OF_CLASS = np.array([*range(N_KINDS), *(kind_of(word) for word in _COMMON)], np.int8)
"""The kind of each class."""


def kinds(classes: NDArray[np.int8]) -> NDArray[np.int8]:
    """The kind behind each class."""
    return KIND_OF_CLASS[classes]
