r"""Where a text may be cut so that its pieces' ids, one after the other, are its own.

Tokenizers first split a text into words by a pattern, then merge inside of words. A cut
is safe where the pattern ends a word whatever surrounds it. Where that is differs by
family, and `probe` finds out which of these rules holds for the tokenizer at hand:

    lines   after every line end                              DeepSeek-Coder V1 and V2
    texts   after the line end that a line with text follows  `\s*[\r\n]+`: GPT-4, Qwen, Llama 3
    slashes likewise, unless that line begins with a slash    `[\r\n/]*`: GPT-4o
    ends    before the line end that ends a line with text    `\s+(?!\S)`: GPT-2, StarCoder

An encoder's time grows faster than a word: lines, runs of blank lines and whole
texts are cut somewhere once they are longer than any that people write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    r"""A way of cutting texts.

    Attributes:
        name: for messages and tests.
        piece: the longest stretch from here on that isn't cut.
        across: what a token would hold that reaches over a cut; tokens are parted by
            NUL.
    """

    name: str
    piece: re.Pattern[str]
    across: re.Pattern[str]

    def cut(self, text: str) -> list[str]:
        """The text in pieces; no piece is empty."""
        return self.piece.findall(text)


_LINE = r"[^\n]{0,4095}\n"
_PART = r"[^\n]{1,4096}"
_BLANKS = r"(?:[^\S\r\n]{0,255}[\r\n]){0,64}+"
_BLOCK = 32_768

LINES = Rule("lines", re.compile(f"{_LINE}|{_PART}"), re.compile(r"\n[^\0]"))
TEXTS = Rule("texts", re.compile(f"{_LINE}{_BLANKS}|{_PART}"), re.compile(r"\n[^\r\n\0]"))
SLASHES = Rule(
    "slashes",
    re.compile(f"{_LINE}{_BLANKS}(?:(?=/){_LINE}{_BLANKS}){{0,200}}|{_PART}"),
    re.compile(r"\n[^\r\n/\0]"),
)
ENDS = Rule(
    "ends",
    re.compile(r"(?=[\s\S])\s{0,4096}+[^\n]{0,4096}+(?:(?<=\s)\s{1,4096}+[^\n]{0,4096}+){0,16}+"),
    re.compile(r"[^\s\0]\n"),
)
# Where none of them holds, texts are encoded whole as long as they aren't too long.
WHOLE = Rule(
    "whole",
    re.compile(rf"[\s\S]{{1,{_BLOCK}}}\Z|[\s\S]{{0,{_BLOCK - 1}}}\n|[\s\S]{{1,{_BLOCK}}}"),
    re.compile(r"[\s\S]"),
)
# The finest first.
RULES = (LINES, TEXTS, SLASHES, ENDS)
