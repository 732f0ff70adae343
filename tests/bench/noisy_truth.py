"""A model made up of a file's own text and errors: it knows what comes, most of the time.

Where the text before the cursor is the file's, it goes on as the file does, for some
lines; now and then a word is another one, after which it soon ends. Asked about the same
word again it makes the same error, unless some of the word stands there already. Where
the text before the cursor isn't the file's, as in the middle of a slip, it guesses a
line, or nothing.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

_WORD = re.compile(r"[A-Za-z_]\w*")
_TAILS = (120, 60, 30)
# Of the stretches that it gives, so many are of one line, of two, and so on.
_N_LINES = (1, 1, 1, 1, 2, 2, 3, 4, 6)


@dataclass(slots=True)
class NoisyTruth:
    """The model of one file; the same answer for the same question.

    Attributes:
        text: the file as it will be.
        n_asked: how often it was asked.
        wrong_words: how many of its words are others, of 1.
    """

    text: str
    seed: int
    wrong_words: float = 0.1
    n_asked: int = 0
    _words: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        """Know the file's words, to err with."""
        self._words = sorted(set(_WORD.findall(self.text))) or ["x"]

    def __call__(self, prefix: str, suffix: str) -> str:
        """What it generates between the two."""
        self.n_asked += 1
        bare = prefix.rstrip(" ")
        at = self._place(bare, suffix)
        if at is None:
            return self._guess(prefix)
        rest, typed = self.text[at:], prefix[len(bare) :]
        if not rest.startswith(typed):
            # The line is indented further than the file has it.
            return self._guess(prefix)
        return self._with_errors(self._stretch(rest[len(typed) :], suffix), at + len(typed))

    def _place(self, prefix: str, suffix: str) -> int | None:
        """Where in the file the prefix ends: the last place, as near as may be to the suffix."""
        after = suffix.lstrip()[:60]
        for n_chars in _TAILS:
            tail = prefix[-n_chars:]
            found = [match.end() for match in re.finditer(re.escape(tail), self.text)]
            if found:
                end = self.text.find(after, found[0])
                before = [place for place in found if place <= end]
                return before[-1] if before else found[0]
        return None

    def _stretch(self, rest: str, suffix: str) -> str:
        """Some lines of the rest, up to where the document goes on by itself."""
        chance = random.Random(f"{self.seed} {rest[:80]}")  # noqa: S311 -- the same each time
        n_lines = chance.choice(_N_LINES) + (1 if rest.startswith("\n") else 0)
        after = suffix.strip()[:40]
        end = rest.find(after) if after else -1
        whole = rest[:end] if end >= 0 else rest
        return "\n".join(whole.split("\n")[:n_lines]).rstrip()

    def _with_errors(self, text: str, at: int) -> str:
        for match in _WORD.finditer(text):
            start, word = match.start(), match[0]
            is_begun = start == 0 and (self.text[at - 1].isalnum() or self.text[at - 1] == "_")
            chance = random.Random(f"{self.seed} {at + start} {word}")  # noqa: S311
            if not is_begun and chance.random() < self.wrong_words:
                other = chance.choice(self._words)
                rest = text[match.end() :].split("\n", maxsplit=1)[0]
                return text[:start] + other + rest[: chance.randrange(12)].rstrip()
        return text

    def _guess(self, prefix: str) -> str:
        chance = random.Random(f"{self.seed} {prefix[-40:]}")  # noqa: S311
        return "".join(chance.choices(self._words, k=2)) if chance.random() < 0.5 else ""
