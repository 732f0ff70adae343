"""One answer: the rest of the prompt is read, then token after token is chosen and read.

Greedy answers are those of `generate` from scratch, token by token, whatever was read
before and whatever was drafted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.runners.drafts import MOST, Draft, Economy, look_up
from inference.runners.healing import left_of
from inference.runners.pace import Pace
from inference.runners.runner import Step
from inference.runners.safetensors.choose import among, drawn, likeliest
from inference.runners.tape import Tape
from inference.runners.texts import Speller

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from inference.runners.healing import Continuations
    from inference.runners.runner import Ask
    from inference.runners.safetensors.choose import Chosen
    from inference.runners.safetensors.heads import Head
    from inference.runners.safetensors.model import Model
    from inference.runners.tape import Ids
    from inference.runners.texts import Vocabulary
    from inference.types import FinishReason


@dataclass(slots=True)
class Desk:
    """What all answers of one model have at hand.

    Attributes:
        ends: ids that end an answer.
        continuations: the vocabulary by its bytes, made when first wanted.
        chance: torch's generator.
        economy: None drafts nothing.
    """

    model: Model
    vocabulary: Vocabulary
    ends: frozenset[int]
    continuations: Callable[[], Continuations]
    chance: Any
    pace: Pace = field(default_factory=Pace)
    economy: Economy | None = field(default_factory=Economy)


@dataclass(slots=True)
class _Answer:
    """How far an answer is.

    Attributes:
        so_far: all tokens, the prompt's and the answer's.
        rest: bytes that it must still go on with.
        n_left: how many tokens may still come.
    """

    ask: Ask
    head: Head
    so_far: Tape
    speller: Speller
    rest: bytes
    n_left: int


def answer(desk: Desk, head: Head, prompt: Ids, ask: Ask, n_most: int) -> Generator[Step]:
    """The answer, step by step; whenever it yields, `head` is whole and may be kept.

    Args:
        desk: what all answers have at hand.
        head: what is read of the prompt already, its last token excepted.
        prompt: BOS included.
        ask: how tokens are chosen, and what the answer must begin with.
        n_most: how many tokens it may have; 0 only reads the prompt.
    """
    n_cached = len(head.tape)
    head.cache.reserve(len(prompt) + n_most)
    head.n_prompt = len(prompt)
    rest = prompt[n_cached:]
    while len(rest) > desk.pace.n_tokens or (len(rest) and not n_most):
        n_read = min(len(rest), desk.pace.n_tokens)
        _read(desk, head, rest[:n_read])
        rest = rest[n_read:]
        yield Step()
    if not n_most:
        yield Step(finish_reason="length", n_prompt=len(prompt), n_cached=n_cached)
        return
    speller = Speller(desk.vocabulary)
    going = _Answer(
        ask, head, Tape(prompt), speller, ask.healing.encode("utf-8", "replace"), n_most
    )
    first = True
    for step in _generate(desk, going, rest):
        told = first or step.finish_reason is not None
        first = False
        yield replace(step, n_prompt=len(prompt), n_cached=n_cached) if told else step


def _read(desk: Desk, head: Head, ids: Ids) -> None:
    started = perf_counter()
    desk.model.read(head, ids)
    desk.pace.learn(len(ids), perf_counter() - started)


def _generate(desk: Desk, going: _Answer, feed: Ids) -> Generator[Step]:
    """Step after step; `feed` is what isn't read yet."""
    drafted: tuple[int, ...] = ()
    draft: Draft | None = None
    while True:
        started = perf_counter()
        rows = desk.model.logits(going.head, feed, 1 + len(drafted))
        chosen = _chosen(desk, going, rows, drafted)
        n_right = max(0, len(chosen) - 1)
        if len(feed) == 1 + len(drafted):
            _learn(desk, draft, n_right, perf_counter() - started)
        if n_right < len(drafted):
            desk.model.crop(going.head, len(going.head.tape) - len(drafted) + n_right)
        step = _said(desk, going, chosen)
        yield step
        if step.finish_reason is not None:
            return
        draft = _draft(desk, going)
        drafted = draft.ids if draft is not None else ()
        feed = np.array([chosen[-1].number, *drafted], dtype=np.int32)


def _learn(desk: Desk, draft: Draft | None, n_right: int, seconds: float) -> None:
    n_drafted = len(draft.ids) if draft is not None else 0
    if desk.economy is not None:
        desk.economy.learn(draft, n_drafted, n_right, seconds)
    if not n_drafted:
        desk.pace.learn(1, seconds)


def _chosen(desk: Desk, going: _Answer, rows: Any, drafted: tuple[int, ...]) -> list[Chosen]:
    """The tokens of a draft that are right, and the one that is right after them.

    None where the answer can't begin as it must.
    """
    if going.rest:
        allowed = desk.continuations().allowed(going.rest)
        return [among(rows[-1], allowed, going.ask, desk.chance)] if allowed else []
    if not going.ask.is_greedy:
        return [drawn(rows[-1], going.ask, desk.chance)]
    chosen = likeliest(rows)
    pairs = zip(chosen, drafted, strict=False)
    n_right = next((i for i, (one, it) in enumerate(pairs) if one.number != it), len(drafted))
    return chosen[: n_right + 1]


def _said(desk: Desk, going: _Answer, chosen: list[Chosen]) -> Step:
    """What is said of these tokens, up to one that ends the answer."""
    numbers = [one.number for one in chosen]
    n_said = next((i for i, number in enumerate(numbers) if number in desk.ends), len(numbers))
    said = numbers[:n_said]
    going.so_far.extend(said)
    going.n_left -= n_said
    if going.rest:
        going.rest = left_of(going.rest, b"".join(map(desk.vocabulary.spell, said)))
    stopped = n_said < len(numbers) or not numbers
    reason: FinishReason | None = "stop" if stopped else None if going.n_left else "length"
    return Step(
        token_ids=tuple(said),
        text=going.speller.feed(said),
        logprob=sum(one.logprob for one in chosen[:n_said]),
        finish_reason=reason,
    )


def _draft(desk: Desk, going: _Answer) -> Draft | None:
    """What may come next, as far as it is worth verifying."""
    economy = desk.economy
    greedy = going.ask.is_greedy and not going.rest
    if economy is None or not greedy or not going.head.cache.can_crop:
        return None
    draft = look_up(going.so_far.ids, min(MOST, going.n_left - 1))
    n_worth = economy.worth(draft) if draft is not None else 0
    return replace(draft, ids=draft.ids[:n_worth]) if draft is not None and n_worth else None
