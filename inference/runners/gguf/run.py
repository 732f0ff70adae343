"""One answer: the rest of the prompt is read, then token after token is chosen and read.

What was drafted is read in one pass with the token before it and kept as far as it is
what the model would have said, so that drafts change no answer.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from inference.runners.drafts import MOST, Economy, look_up
from inference.runners.gguf.choose import chosen_of
from inference.runners.healing import left_of
from inference.runners.pace import Pace
from inference.runners.runner import Step
from inference.runners.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from inference.runners.drafts import Draft
    from inference.runners.gguf.choose import Chosen, Logits
    from inference.runners.gguf.native import Ids, Native
    from inference.runners.gguf.rows import Row
    from inference.runners.healing import Continuations
    from inference.runners.runner import Ask
    from inference.types import FinishReason


# Shorter stretches take nearly as long on a processor, above all through experts.
_FEWEST = 64


@dataclass(slots=True)
class Desk:
    """What all answers of one model have at hand.

    Attributes:
        ends: ids that end an answer.
        continuations: the vocabulary by its bytes, made when first wanted.
        can_take_back: what was read can be forgotten token by token.
        economy: None drafts nothing.
    """

    native: Native
    ends: frozenset[int]
    continuations: Callable[[], Continuations]
    can_take_back: bool = True
    pace: Pace = field(default_factory=Pace)
    economy: Economy | None = field(default_factory=Economy)
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))


class _Answer:
    """How far an answer is."""

    def __init__(self, desk: Desk, row: Row, prompt: Ids, ask: Ask, n_most: int) -> None:
        self.desk, self.row, self.ask = desk, row, ask
        self.so_far = Tape(prompt)
        self.rest = ask.healing.encode("utf-8", "replace")
        self.n_left = n_most
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def read(self, ids: Ids, n_rows: int) -> Logits:
        """Pass tokens through; the logits of the last of them."""
        row, native = self.row, self.desk.native
        started = perf_counter()
        found = native.read(row.number, ids, len(row.tape), n_rows)
        row.tape.extend(ids)
        if not n_rows:
            self.desk.pace.learn(len(ids), perf_counter() - started)
        return found

    def choose(self, logits: Logits, drafted: tuple[int, ...]) -> list[Chosen]:
        """The tokens of the draft that are right, and the one that is right behind them.

        None where the answer can't begin as it must.
        """
        allowed = self.desk.continuations().allowed(self.rest) if self.rest else []
        if self.rest and not allowed:
            return []
        found: list[Chosen] = []
        for row, guess in zip(logits, (*drafted, None), strict=True):
            found.append(chosen_of(row, self.ask, self.desk.chance, allowed))
            if found[-1].number != guess:
                break
        return found

    def take_back(self, n_wrong: int) -> None:
        """Forget the end of a draft."""
        row = self.row
        row.tape.crop(len(row.tape) - n_wrong)
        self.desk.native.crop(row.number, len(row.tape))

    def said(self, chosen: list[Chosen]) -> Step:
        """What is said of these tokens, up to one that ends the answer."""
        desk, numbers = self.desk, [one.number for one in chosen]
        n_said = next((i for i, number in enumerate(numbers) if number in desk.ends), len(numbers))
        said = numbers[:n_said]
        spelt = b"".join(map(desk.native.spell, said))
        self.so_far.extend(said)
        self.n_left -= n_said
        self.rest = left_of(self.rest, spelt)
        reason: FinishReason | None = "length" if not self.n_left else None
        reason = "stop" if n_said < len(numbers) or not numbers else reason
        return Step(
            token_ids=tuple(said),
            # Half a character at the end is left out.
            text=self._decoder.decode(spelt),
            logprob=sum(one.logprob for one in chosen[:n_said]),
            finish_reason=reason,
        )

    def draft(self) -> Draft | None:
        """What may come next, as far as it is worth verifying."""
        economy = self.desk.economy
        if economy is None or self.rest or not self.desk.can_take_back:
            return None
        found = look_up(self.so_far.ids, min(MOST, self.n_left - 1))
        n_worth = economy.worth(found) if found is not None else 0
        return replace(found, ids=found.ids[:n_worth]) if found is not None and n_worth else None


def answer(desk: Desk, row: Row, prompt: Ids, ask: Ask, n_most: int) -> Generator[Step]:
    """The answer, step by step; whenever it yields, the row holds what its tape tells.

    Args:
        desk: what all answers have at hand.
        row: what is read of the prompt already, its last token excepted.
        prompt: BOS included.
        ask: how tokens are chosen, and what the answer must begin with.
        n_most: how many tokens it may have; 0 only reads the prompt.
    """
    going = _Answer(desk, row, prompt, ask, n_most)
    n_cached, row.n_prompt = len(row.tape), len(prompt)
    rest = prompt[n_cached:]
    while len(rest) > (_stretch(desk) if n_most else 0):
        n_read = min(len(rest), _stretch(desk))
        going.read(rest[:n_read], 0)
        rest = rest[n_read:]
        yield Step()
    if not n_most:
        yield Step(finish_reason="length", n_prompt=len(prompt), n_cached=n_cached)
        return
    first = True
    for step in _generate(going, rest):
        told = first or step.finish_reason is not None
        first = False
        yield replace(step, n_prompt=len(prompt), n_cached=n_cached) if told else step


def _stretch(desk: Desk) -> int:
    """How many tokens are read before whoever asked may leave."""
    return min(max(_FEWEST, desk.pace.n_tokens), desk.native.n_batch)


def _generate(going: _Answer, feed: Ids) -> Generator[Step]:
    """Step after step; `feed` is what isn't read yet."""
    economy = going.desk.economy
    draft: Draft | None = None
    while True:
        drafted = draft.ids if draft is not None else ()
        started = perf_counter()
        chosen = going.choose(going.read(feed, 1 + len(drafted)), drafted)
        n_right = max(0, len(chosen) - 1)
        if economy is not None and len(feed) == 1 + len(drafted):
            economy.learn(draft, len(drafted), n_right, perf_counter() - started)
        if n_right < len(drafted):
            going.take_back(len(drafted) - n_right)
        step = going.said(chosen)
        yield step
        if step.finish_reason is not None:
            return
        draft = going.draft()
        feed = np.array([chosen[-1].number, *(draft.ids if draft else ())], dtype=np.int32)
