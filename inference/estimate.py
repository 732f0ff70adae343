"""Token counts without a tokenizer, on the high side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.errors import TokenizerError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each match stands for one token of a byte-level BPE trained on code: it takes a word of
# up to six letters with the space before it, three capitals, one digit, a stretch of
# indentation or one sign.
_TOKEN = re.compile(r" ?[A-Z]?[a-z]{1,6}| ?[A-Z]{1,3}|[ \t]{2,12}| ?[^\sA-Za-z0-9]|[0-9]|\s")
_MAX_CACHED = 50_000


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

    def count(self, text: str, /) -> int:
        """How many tokens the text takes at most, in all likelihood."""
        lines = self._lines
        if len(lines) > _MAX_CACHED:
            # Another thread may be reading the old one, so it isn't emptied.
            lines = self._lines = {}
        total = 0
        for line in text.split("\n"):
            n_tokens = lines.get(line)
            if n_tokens is None:
                n_tokens = lines[line] = _count_line(line)
            total += n_tokens
        return total + text.count("\n")

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
