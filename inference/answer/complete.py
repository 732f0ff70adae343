"""The one loop: a backend's stream becomes a completion, or the reason why there is none."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.answer.heard import Rules
from inference.answer.judge import judge
from inference.answer.listening import Listening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference.answer.heard import Clock, Heard
    from inference.answer.listening import OnText
    from inference.types import Backend, Completion, NoCompletion, Request

    OnHeard = Callable[[Heard], None]

__all__ = ["Outcome", "Rules", "complete", "complete_each", "listen", "outcome_of"]

# Chunks that lie ready never suspend, so other tasks get their turn this often.
_CHUNKS_PER_BREATH = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request, and what it took.

    Attributes:
        first_token_s: until the first text came; None where none did.
        n_tokens: generated, those that were cut off included; chunks where the wire
            doesn't tell.
    """

    completion: Completion | NoCompletion
    first_token_s: float | None
    total_s: float
    n_tokens: int


async def complete(
    backend: Backend,
    request: Request,
    rules: Rules,
    *,
    clock: Clock,
    on_text: OnText | None = None,
    on_heard: OnHeard | None = None,
) -> Outcome:
    """Generate until the backend, a stop text, a cut, the limit or the deadline ends it.

    The limit and the deadline are held here as well, as not every server does; where
    a chunk goes beyond the limit, its share of the text is taken. Where the prompt ends
    before the cursor (`Prompt.healing`), what is generated must begin with what
    stands between, and goes on from there.

    Args:
        backend: closed down to the generation itself as soon as enough is there.
        request: what to ask it.
        rules: what makes the text an answer.
        clock: seconds from any fixed point, for the timings and the deadline.
        on_text: called with what would be offered if the stream ended now, when it
            has grown (a long one by some lines); never with less than before. The
            outcome nearly always begins with it; a repetition or the threshold can
            take it back.
        on_heard: called once, before anything is asked, with what is being heard: who
            can't wait any longer judges for himself what has come so far.

    Raises:
        BackendError: as the backend raised it.
    """
    outcomes = await complete_each(
        backend, replace(request, n=1), rules, clock=clock, on_text=on_text, on_heard=on_heard
    )
    return outcomes[0]


async def complete_each(
    backend: Backend,
    request: Request,
    rules: Rules,
    *,
    clock: Clock,
    on_text: OnText | None = None,
    on_heard: OnHeard | None = None,
) -> tuple[Outcome, ...]:
    """As `complete`, for all the completions that the request asks for, in one stream.

    What is told while it comes is told of the first. A backend may give fewer: what
    becomes of those that never began is that nothing was generated.

    Raises:
        BackendError: as the backend raised it.
    """
    choices = [Listening(request, rules, clock, on_text)]
    choices += [Listening(request, rules, clock) for _ in range(1, request.n)]
    if on_heard is not None:
        on_heard(choices[0].heard)
    deadline = asyncio.timeout(rules.deadline_s)
    try:
        async with deadline:
            await listen(backend, request, choices)
    except TimeoutError:
        if not deadline.expired():
            raise
        for choice in choices:
            choice.tear()
    return tuple(outcome_of(choice, clock) for choice in choices)


async def listen(backend: Backend, request: Request, choices: Sequence[Listening]) -> None:
    """Take in the stream until it ends or enough of each of its completions has come."""
    n_chunks = 0
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            if chunk.index < len(choices):
                choices[chunk.index].take(chunk)
            if all(choice.is_over for choice in choices):
                return
            n_chunks += 1
            if n_chunks % _CHUNKS_PER_BREATH == 0:
                await asyncio.sleep(0)
    for choice in choices:
        choice.finish()


def outcome_of(listening: Listening, clock: Clock) -> Outcome:
    """What came of what was listened to."""
    heard = listening.heard
    return Outcome(judge(heard), heard.first_token_s, clock() - heard.began, heard.n_tokens)
