"""A replica that batches continuously, as vLLM's scheduler does, on a clock of its own.

Each step takes every answer that is being generated one token on and reads as much of
waiting prompts as its budget of tokens has room for, urgent ones first (chunked
prefill). What a step takes is a line through measured points, or through what a
machine's published numbers allow: so long for any step, so long for each token that is
read, for each token it looks back at, and for each answer that goes on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# vLLM's own for answers that somebody waits for on a GPU.
STEP_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Rates:
    """What a replica takes, in seconds.

    Attributes:
        name: of the machine, and where the numbers come from.
        step_s: for any step.
        token_s: for each token of a prompt that it reads.
        look_back_s: for each such token and each that stands before it.
        answer_s: for each answer that goes on by a token.
        outside_s: on the way there and back, and in the server around the engine.
        cache_tokens: of prompts that stay read.
    """

    name: str
    step_s: float
    token_s: float
    look_back_s: float
    answer_s: float
    outside_s: float
    cache_tokens: int = 1 << 60

    def of_step(self, reads: Sequence[tuple[int, int]], n_answers: int) -> float:
        """How long a step takes: pairs of tokens read and tokens before them, and answers."""
        n_read = sum(n for n, _ in reads)
        n_looked = sum(n * (before + n / 2) for n, before in reads)
        return (
            self.step_s
            + self.token_s * n_read
            + self.look_back_s * n_looked
            + self.answer_s * n_answers
        )


@dataclass(eq=False, slots=True)
class Asked:
    """A request that is in the engine.

    Attributes:
        at_s: when it arrived.
        blocks: a number for each full block of its prompt (see `block_cache`).
        user: whose it is, who shares with nobody what was read.
        n_read: tokens of its prompt that needn't be read any more.
        n_said: tokens of its answer.
        first_s: when the first of these came.
    """

    at_s: float
    n_prompt: int
    blocks: Sequence[int]
    user: int
    n_wanted: int
    is_warm_up: bool = False
    n_read: int = -1
    n_said: int = 0
    first_s: float | None = None


@dataclass(slots=True)
class Engine:
    """The replica; of what it has read, the blocks longest unused go first.

    Attributes:
        busy_s: how long it has computed.
        n_read: tokens of prompts that it has read.
    """

    rates: Rates
    block_tokens: int
    now_s: float = 0.0
    busy_s: float = 0.0
    n_read: int = 0
    inside: list[Asked] = field(default_factory=list[Asked])
    _known: OrderedDict[tuple[int, int], None] = field(
        default_factory=OrderedDict[tuple[int, int], None]
    )

    def step(self) -> list[Asked]:
        """Compute once; those that have ended."""
        reads, room = list[tuple[Asked, int]](), STEP_TOKENS
        answering = [asked for asked in self.inside if asked.first_s is not None]
        room -= len(answering)
        for asked in sorted(self.inside, key=lambda one: (one.is_warm_up, one.at_s)):
            if asked.first_s is None and room > 0:
                n = min(room, asked.n_prompt - self._begun(asked))
                reads.append((asked, n))
                room -= n
        took = self.rates.of_step([(n, asked.n_read) for asked, n in reads], len(answering))
        self.now_s += took
        self.busy_s += took
        for asked, n in reads:
            self._read(asked, n)
        for asked in answering:
            asked.n_said += 1
        ended = [asked for asked in self.inside if asked.n_said >= asked.n_wanted]
        self.inside = [asked for asked in self.inside if asked.n_said < asked.n_wanted]
        return ended

    def leave(self, asked: Asked) -> None:
        """Have it end: whoever asked has gone."""
        if asked in self.inside:
            self.inside.remove(asked)

    def _begun(self, asked: Asked) -> int:
        """How much of its prompt needn't be read; found out when its turn has come."""
        if asked.n_read < 0:
            # The last token is always read.
            blocks = asked.blocks[: (asked.n_prompt - 1) // self.block_tokens]
            keys = [(asked.user, block) for block in blocks]
            run = next((at for at, key in enumerate(keys) if key not in self._known), len(keys))
            asked.n_read = run * self.block_tokens
            for key in reversed(keys[:run]):
                self._known.move_to_end(key)
        return asked.n_read

    def _read(self, asked: Asked, n: int) -> None:
        before = asked.n_read // self.block_tokens
        asked.n_read += n
        self.n_read += n
        read = asked.blocks[before : asked.n_read // self.block_tokens]
        self._known.update(((asked.user, block), None) for block in reversed(read))
        while len(self._known) * self.block_tokens > self.rates.cache_tokens:
            self._known.popitem(last=False)
        if asked.n_read >= asked.n_prompt:
            asked.first_s, asked.n_said = self.now_s, 1
