"""Where the last token before the cursor may still grow, the prompt ends before it.

A model that is shown `foo(se` as `foo`, `(`, `se` has hardly ever seen `lf` follow: in
what it was trained on, `self` is one token. So the half-typed word is taken back and what is
generated must begin with it ("token healing", from the guidance project).
"""

from __future__ import annotations

import re

# What is taken back is generated anew, so that it may not be long.
_MAX_CHARS = 64
_MAX_SIGNS = 8
# Most vocabularies know numbers of up to so many digits, counted from the left.
_GROUP = 3
# Nothing is taken back over a line end, nor over what a grammar can't ask a model for.
_BORDERS = ("\n", "\r", "\0", "\ufffd")
# What goes over as U+FFFD: behind it vLLM's answers begin with the prompt's last characters,
# as that sign is half a character to it.
_UNREADABLE = re.compile("[\ufffd\ud800-\udfff]")


def heal(text: str) -> tuple[str, str]:
    """The text up to where a token surely ends, and the rest of it.

    Tokenizers of code split before they merge: at line ends, and where letters, digits
    and signs meet, a blank or a sign going with the letters behind it. What could still
    be one of their pieces with what comes next is taken back.

    A text whose last piece is too long is left as it is: the model has seen such pieces
    cut anywhere.
    """
    floor = max(map(text.rfind, _BORDERS)) + 1
    border = _border(text, max(floor, len(text) - _MAX_CHARS - 1))
    if len(text) - border > _MAX_CHARS or _UNREADABLE.match(text[:border][-1:]):
        return text, ""
    return text[:border], text[border:]


def _border(text: str, floor: int) -> int:
    end = len(text)
    if end <= floor:
        return end
    last = text[-1]
    if last.isalpha():
        return _before_word(text, floor)
    if last.isnumeric():
        return _before_digits(text, floor)
    return _before_signs(text, floor)


def _before_word(text: str, floor: int) -> int:
    """Before the word and the blank or the lone sign that goes with it."""
    start = len(text)
    while start > floor and text[start - 1].isalpha():
        start -= 1
    if start == floor or text[start - 1].isnumeric():
        return start
    if text[start - 1].isspace() or start - 1 == floor or text[start - 2].isalnum():
        return start - 1
    # A sign goes with a space before it, but in some tokenizers not with a tab.
    return start - 2 if text[start - 2].isspace() and text[start - 2] != " " else start


def _before_digits(text: str, floor: int) -> int:
    start = len(text)
    while start > floor and text[start - 1].isnumeric() and not text[start - 1].isalpha():
        start -= 1
    border = len(text) - (len(text) - start) % _GROUP
    # Before digits some tokenizers join all blanks, and some all but the last.
    while border == start > floor and text[start - 1].isspace():
        start = border = start - 1
    return border


def _before_signs(text: str, floor: int) -> int:
    """Before the blanks that the text ends with, else its signs and the blank they go with."""
    start = len(text)
    while start > floor and text[start - 1].isspace():
        start -= 1
    if start < len(text):
        return start
    while start > floor and len(text) - start < _MAX_SIGNS and _is_sign(text[start - 1]):
        start -= 1
    return start - 1 if start > floor and text[start - 1].isspace() else start


def _is_sign(char: str) -> bool:
    return not (char.isalnum() or char.isspace())
