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


def _rules(line: int, blank: int, block: int) -> tuple[Rule, Rule, Rule, Rule, Rule]:
    """The rules, the finest first, for the longest line, blank line and text not cut."""
    whole_line = rf"[^\n]{{0,{line - 1}}}\n"
    part = rf"[^\n]{{1,{line}}}"
    blanks = rf"(?:[^\S\r\n]{{0,{blank - 1}}}[\r\n]){{0,64}}+"
    slashed = rf"(?:(?=/)(?:{whole_line}{blanks}|{part})){{0,200}}"
    ended = (
        rf"\s{{0,{line}}}+[^\n]{{0,{line}}}+(?:(?<=\s)\s{{1,{line}}}+[^\n]{{0,{line}}}+){{0,16}}+"
    )
    whole = rf"[\s\S]{{1,{block}}}\Z|[\s\S]{{0,{block - 1}}}\n|[\s\S]{{1,{block}}}"
    return (
        Rule("lines", re.compile(f"{whole_line}|{part}"), re.compile(r"\n[^\0]")),
        Rule("texts", re.compile(f"{whole_line}{blanks}|{part}"), re.compile(r"\n[^\r\n\0]")),
        Rule(
            "slashes",
            re.compile(f"{whole_line}{blanks}{slashed}|{part}"),
            re.compile(r"\n[^\r\n/\0]"),
        ),
        Rule("ends", re.compile(rf"(?=[\s\S]){ended}"), re.compile(r"[^\s\0]\n")),
        # Where none of them holds, texts are encoded whole.
        Rule("whole", re.compile(whole), re.compile(r"[\s\S]")),
    )


RULES = _rules(line=4_096, blank=256, block=32_768)
# For who gets the ids of many pieces from one text, so that each cut must be a safe one.
UNCUT = _rules(line=10_000_000, blank=1_000_000, block=10_000_000)
