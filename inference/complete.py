"""The one loop: a backend's stream becomes a completion, or the reason why there is none."""

from __future__ import annotations

import asyncio
import math
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference.cuts import stop_at
from inference.hole import hole_at
from inference.normalise import normalise
from inference.postprocess import fit
from inference.stops import StopScanner
from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.cuts import Extent
    from inference.hole import Hole
    from inference.postprocess import Fitted
    from inference.types import Backend, Chunk, Request

    OnText = Callable[[str], None]
    Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes generated text an answer.

    Attributes:
        cursor: the offset in the document; `Completion.replace` is counted from it.
        extent: the rest of the line, or up to the end of the block.
        min_confidence: what is less likely to be wanted isn't offered; 0 offers all.
            Only applied where the backend tells how sure it is.
        deadline_s: after so many seconds what has come is offered, in whole lines;
            None waits.
    """

    cursor: int
    extent: Extent = "block"
    min_confidence: float = 0.0
    deadline_s: float | None = None


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


@dataclass(slots=True)
class _Heard:
    """What has come of a stream so far."""

    began: float
    hole: Hole
    extent: Extent
    text: str = ""
    n_tokens: int = 0
    first_token_s: float | None = None
    torn: bool = False
    late: bool = False
    confidence: float | None = None
    # Where each chunk begins, the log-probability of its tokens and their number.
    logprobs: list[tuple[int, float, int]] = field(default_factory=list)


async def complete(
    backend: Backend,
    request: Request,
    rules: Rules,
    *,
    clock: Clock,
    on_text: OnText | None = None,
) -> Outcome:
    """Generate until the backend, a stop text, a cut or the deadline ends it.

    Args:
        backend: closed down to the generation itself as soon as enough is there.
        request: what to ask it.
        rules: what makes the text an answer.
        clock: seconds from any fixed point, for the timings.
        on_text: called with what would be offered if the stream ended now, each time
            it has grown; never with less than before. The outcome nearly always
            begins with it; a repetition or the threshold can take it back.

    Raises:
        BackendError: as the backend raised it.
    """
    heard = _Heard(clock(), hole_at(request.prefix, request.suffix), rules.extent)
    deadline = asyncio.timeout(rules.deadline_s)
    try:
        async with deadline:
            await _listen(backend, request, heard, clock, on_text)
    except TimeoutError:
        if not deadline.expired():
            raise
        heard.torn = heard.late = True
    completion = _judge(heard, rules)
    return Outcome(completion, heard.first_token_s, clock() - heard.began, heard.n_tokens)


async def _listen(
    backend: Backend, request: Request, heard: _Heard, clock: Clock, on_text: OnText | None
) -> None:
    """Take in the stream until it ends or enough has come."""
    scanner = StopScanner(request.prompt.stops if request.prompt else ())
    shown = ""
    async with aclosing(backend.stream(request)) as chunks:
        async for chunk in chunks:
            text, stopped = scanner.feed(chunk.text)
            _note(heard, chunk, text, clock)
            if stopped or stop_at(normalise(heard.text), heard.hole, heard.extent) is not None:
                return
            if on_text is not None:
                shown = _show(heard, shown, on_text)
    heard.text += scanner.finish()


def _note(heard: _Heard, chunk: Chunk, text: str, clock: Clock) -> None:
    n_tokens = len(chunk.token_ids) or int(bool(chunk.text))
    if chunk.n_tokens is not None:
        n_tokens = chunk.n_tokens
    if heard.first_token_s is None and chunk.text:
        heard.first_token_s = clock() - heard.began
    if chunk.logprob is not None:
        heard.logprobs.append((len(heard.text), chunk.logprob, n_tokens))
    if chunk.confidence is not None:
        heard.confidence = chunk.confidence
    heard.text += text
    heard.n_tokens += n_tokens
    heard.torn = chunk.finish_reason == "length"


def _show(heard: _Heard, shown: str, on_text: OnText) -> str:
    """Pass on what has grown; what was passed on up to now."""
    fitted = fit(heard.text, heard.hole, heard.extent, torn=True)
    if isinstance(fitted, NoCompletion) or fitted.text == shown:
        return shown
    if not fitted.text.startswith(shown):
        return shown
    on_text(fitted.text)
    return fitted.text


def _judge(heard: _Heard, rules: Rules) -> Completion | NoCompletion:
    fitted = fit(heard.text, heard.hole, heard.extent, torn=heard.torn)
    if isinstance(fitted, NoCompletion):
        if heard.late and not heard.text.strip():
            return NoCompletion(f"nothing came within the deadline of {rules.deadline_s} s")
        return fitted
    confidence = _confidence(heard, fitted)
    if confidence is not None and confidence < rules.min_confidence:
        return NoCompletion(
            f"confidence {confidence:.2f} is below the threshold {rules.min_confidence:.2f}"
        )
    replace = (rules.cursor, rules.cursor + fitted.n_replaced)
    return Completion(fitted.text, replace, confidence, heard.n_tokens)


def _confidence(heard: _Heard, fitted: Fitted) -> float | None:
    """The backend's own, else the mean probability of the tokens that were kept."""
    if heard.confidence is not None:
        return heard.confidence
    kept = [(logprob, n) for start, logprob, n in heard.logprobs if start < len(fitted.text)]
    n_tokens = sum(n for _, n in kept)
    return math.exp(sum(logprob for logprob, _ in kept) / n_tokens) if n_tokens else None
