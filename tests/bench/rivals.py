"""The prompts that others make, to count what they cost a server that keeps a prefix cache."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference.models.formats import FimFormat
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Prompt

SUFFIX_TOKENS = 1_024
LINES_BEFORE, LINES_AFTER, RING_CHUNKS, CHUNK_LINES = 256, 64, 16, 64
# More text than so many tokens ever take.
_CHARS_PER_TOKEN = 12


@dataclass(slots=True)
class Spelling:
    """DeepSeek's way to put a prompt together, as ids."""

    tokenizer: Tokenizer
    form: FimFormat

    def prompt(self, before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
        """What comes before the hole, and what after it, between the control tokens."""
        begin, hole, end = (self._control(mark.key) for mark in self.form.marks)
        return (self._control(self.form.bos), begin, *before, hole, *after, end)

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""
        return list(self.tokenizer.encode(text) or ())

    def _control(self, mark: str) -> int:
        number = self.tokenizer.control_id(mark)
        if number is None:
            raise ValueError(f"no token {mark}")
        return number


@dataclass(slots=True)
class Naive:
    """The whole file cut at the cursor, what follows after the hole, other files in front.

    Kinder than any that we know: what stands in front is what we chose for the first
    prompt, and never changes; where the file is too long, its beginning is left out up
    to a line that stays until there is no room, and then goes on by a quarter.
    """

    spelling: Spelling
    budget_tokens: int
    front: Sequence[int]
    _start: int = 0

    def prompt(self, text: str, cursor: int) -> tuple[int, ...]:
        """The prompt at that cursor."""
        after = self.spelling.encode(text[cursor : cursor + SUFFIX_TOKENS * _CHARS_PER_TOKEN])
        room = self.budget_tokens - len(self.front) - SUFFIX_TOKENS - 4
        before = self._before(text[:cursor], room)
        return self.spelling.prompt((*self.front, *before), after[:SUFFIX_TOKENS])

    def _before(self, text: str, room: int) -> list[int]:
        held = self.spelling.encode(text[self._start :]) if self._start <= len(text) else []
        if held and len(held) <= room:
            return held
        lines = text.splitlines(keepends=True)
        kept: list[int] = []
        start = len(text)
        for line in reversed(lines):
            ids = self.spelling.encode(line)
            if len(kept) + len(ids) > room * 3 // 4:
                break
            kept = ids + kept
            start -= len(line)
        self._start = start
        return kept


@dataclass(slots=True)
class Sliding:
    """So many lines before the cursor and after, and chunks of other files in front, shuffled.

    As one of the peers has it, whose window moves on with each line; its chunks are kept
    for the session here, and only their order changes.
    """

    spelling: Spelling
    budget_tokens: int
    chunks: list[list[int]]
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311

    def prompt(self, text: str, cursor: int) -> tuple[int, ...]:
        """The prompt at that cursor."""
        before = self.spelling.encode(
            "".join(text[:cursor].splitlines(keepends=True)[-LINES_BEFORE:])
        )
        after = self.spelling.encode(
            "".join(text[cursor:].splitlines(keepends=True)[: LINES_AFTER + 1])
        )
        room = self.budget_tokens - len(before) - len(after) - 4
        self.rng.shuffle(self.chunks)
        front: list[int] = []
        for chunk in self.chunks:
            if len(front) + len(chunk) <= room:
                front += chunk
        return self.spelling.prompt((*front, *before), after)


def ring(texts: Mapping[str, str], spelling: Spelling, seed: int) -> list[list[int]]:
    """Chunks of random files."""
    rng = random.Random(seed)  # noqa: S311 -- the same each time
    chunks: list[list[int]] = []
    for path in rng.choices(sorted(texts), k=RING_CHUNKS):
        lines = texts[path].splitlines(keepends=True)
        start = rng.randrange(max(1, len(lines) - CHUNK_LINES))
        chunks.append(spelling.encode("".join(lines[start : start + CHUNK_LINES])))
    return chunks


def front_of(prompt: Prompt) -> tuple[int, ...]:
    """What stands before the current file in one of our prompts."""
    files = sum(part.n_tokens for part in prompt.parts if part.role == "snippet")
    return (prompt.token_ids or ())[2 : 2 + files]
