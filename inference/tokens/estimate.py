"""Token counts without a tokenizer, on the high side."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from inference.errors import TokenizerError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each match stands for one token of a byte-level BPE trained on code: it takes a word of
# up to six letters with the space before it, two capitals, one digit, a stretch of
# indentation or one sign. Against a vocabulary of 128K tokens behind DeepSeek-Coder-V2's
# pre-tokenizer this comes to 1.2 of the true count on Python, C, HTML and CSS, 1.4 on
# JavaScript, and to no less than the true count in any of 150 files.
_TOKEN = re.compile(r" ?[A-Z]?[a-z]{1,5}| ?[A-Z]{1,2}|[ \t]{2,12}| ?[^\sA-Za-z0-9]|[0-9]|\s")
_MAX_CACHED = 50_000
# Whole texts that are counted again with each keystroke: snippets and windows.
_MAX_TEXTS, _MAX_TEXT = 256, 65_536


class EstimatingTokenizer:
    """Counts that a tokenizer of the model would hardly exceed.

    An estimate that is too low overruns the context window; one that is too high
    only costs some context. Lines are counted apart, as typing changes one of them.
    """

    name = "estimate"
    exact = False
    seam_tokens = 0

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._counted = lru_cache(_MAX_TEXTS)(self._count)

    def count(self, text: str, /) -> int:
        """How many tokens the text takes at most, in all likelihood."""
        return self._counted(text) if len(text) <= _MAX_TEXT else self._count(text)

    def _count(self, text: str) -> int:
        lines = self._lines
        if len(lines) > _MAX_CACHED:
            # Another thread may be reading the old one, so it isn't emptied.
            lines = self._lines = {}
        found = text.split("\n")
        for line in set(found).difference(lines):
            lines[line] = _count_line(line)
        return sum(map(lines.__getitem__, found)) + len(found) - 1

    def encode(self, text: str, /) -> None:
        """None: there are no ids without a tokenizer."""

    def decode(self, ids: Sequence[int], /) -> str:
        """Refused: there are no ids without a tokenizer."""
        raise TokenizerError(
            f"{len(ids)} ids can't be decoded without a tokenizer; set `tokenizer` to the "
            "tokenizer.json of the model"
        )

    def control_id(self, text: str, /) -> None:
        """None: there are no ids without a tokenizer."""


def _count_line(line: str) -> int:
    n_tokens = len(_TOKEN.findall(line))
    if line.isascii():
        return n_tokens
    # A character beyond ASCII takes at most its bytes, the first of which is counted above.
    return n_tokens + len(line.encode("utf-8", "surrogatepass")) - len(line)
