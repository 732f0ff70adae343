"""The one loop: a backend's stream becomes a completion, or the reason why there is none."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.answer.cuts import CutScanner
from inference.answer.healing import Healer
from inference.answer.heard import Heard, Rules, within
from inference.answer.hole import hole_at
from inference.answer.judge import judge
from inference.answer.stops import StopScanner
from inference.types import NoCompletion

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.answer.heard import Clock
    from inference.types import Backend, Completion, Request

    OnText = Callable[[str], None]
    OnHeard = Callable[[Heard], None]

__all__ = ["Outcome", "Rules", "complete"]

# What no editor can hold and no source has, though some models can spell each byte.
_NO_TEXT = ("\0", *map(chr, range(1, 9)), *map(chr, range(14, 27)), "\x7f", "\ufffd")
# Chunks that lie ready never suspend, so other tasks get their turn this often.
_CHUNKS_PER_BREATH = 16
# To judge a text takes time in proportion to its length: a longer one than this is
# judged for showing only when it has grown by an eighth.
_SHORT = 512


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
    healer = Healer(request.prompt.healing if request.prompt else "")
    heard = Heard(clock(), hole_at(request.prefix, request.suffix), rules, healer)
    if on_heard is not None:
        on_heard(heard)
    deadline = asyncio.timeout(rules.deadline_s)
    try:
        async with deadline:
            await _listen(backend, request, heard, clock, on_text)
    except TimeoutError:
        if not deadline.expired():
            raise
        heard.torn = heard.late = True
    completion = judge(heard)
    return Outcome(completion, heard.first_token_s, clock() - heard.began, heard.n_tokens)


async def _listen(
    backend: Backend, request: Request, heard: Heard, clock: Clock, on_text: OnText | None
) -> None:
    """Take in the stream until it ends or enough has come."""
    stops = request.prompt.stops if request.prompt else ()
    scanner = StopScanner((*stops, *_NO_TEXT))
    cuts = CutScanner(heard.hole, heard.rules.extent)
    async with aclosing(backend.stream(request)) as chunks:
        async for sent in chunks:
            chunk = within(sent, request.max_new_tokens - heard.n_tokens)
            text, stopped = scanner.feed(heard.healed(chunk.text))
            heard.note(chunk, text, clock)
            # A stop text is an end, whatever the limit.
            heard.torn = heard.torn and not stopped
            if heard.healer.failed or stopped or cuts.feed(text) or chunk is not sent:
                return
            if heard.is_late(chunk, clock):
                return
            if on_text is not None:
                _show(heard, on_text)
            if heard.n_chunks % _CHUNKS_PER_BREATH == 0:
                await asyncio.sleep(0)
    heard.pieces.append(scanner.finish())


def _show(heard: Heard, on_text: OnText) -> None:
    """Pass on what has grown."""
    unsure = heard.confidence is not None and heard.confidence < heard.rules.min_confidence
    if unsure or heard.n_chars < heard.show_at:
        return
    if heard.n_chars > _SHORT:
        heard.show_at = heard.n_chars + heard.n_chars // 8
    fitted = heard.fit(torn=True)
    if isinstance(fitted, NoCompletion) or fitted.text == heard.shown:
        return
    if fitted.text.startswith(heard.shown):
        heard.shown = fitted.text
        on_text(fitted.text)
