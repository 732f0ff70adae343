"""The one loop: a backend's stream becomes a completion, or the reason why there is none."""

from __future__ import annotations

import asyncio
import math
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inference.answer.cuts import CutScanner
from inference.answer.hole import hole_at
from inference.answer.postprocess import fit
from inference.answer.stops import StopScanner
from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.answer.cuts import Extent
    from inference.answer.hole import Hole
    from inference.answer.postprocess import Fitted
    from inference.types import Backend, Chunk, Request

    OnText = Callable[[str], None]
    Clock = Callable[[], float]

# Chunks that lie ready never suspend, so other tasks get their turn this often.
_CHUNKS_PER_BREATH = 16
# To judge a text takes time in proportion to its length: a longer one than this is
# judged for showing only when it has grown by an eighth.
_SHORT = 512


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
    rules: Rules
    pieces: list[str] = field(default_factory=list)
    n_chars: int = 0
    n_chunks: int = 0
    n_tokens: int = 0
    first_token_s: float | None = None
    torn: bool = False
    late: bool = False
    confidence: float | None = None
    # Where each chunk begins, the log-probability of its tokens and their number.
    logprobs: list[tuple[int, float, int]] = field(default_factory=list)
    # Where each chunk but the last ends, and how likely the line begins so.
    shares: list[tuple[int, float]] = field(default_factory=list)
    # What was passed on, and the length from which on it is worth another try.
    shown: str = ""
    show_at: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def fit(self, *, torn: bool) -> Fitted | NoCompletion:
        return fit(self.text, self.hole, self.rules.extent, torn=torn)


async def complete(
    backend: Backend,
    request: Request,
    rules: Rules,
    *,
    clock: Clock,
    on_text: OnText | None = None,
) -> Outcome:
    """Generate until the backend, a stop text, a cut, the limit or the deadline ends it.

    The limit and the deadline are held here as well, as not every server does; where
    a chunk goes beyond the limit, its share of the text is taken.

    Args:
        backend: closed down to the generation itself as soon as enough is there.
        request: what to ask it.
        rules: what makes the text an answer.
        clock: seconds from any fixed point, for the timings and the deadline.
        on_text: called with what would be offered if the stream ended now, when it
            has grown (a long one by some lines); never with less than before. The
            outcome nearly always begins with it; a repetition or the threshold can
            take it back.

    Raises:
        BackendError: as the backend raised it.
    """
    heard = _Heard(clock(), hole_at(request.prefix, request.suffix), rules)
    deadline = asyncio.timeout(rules.deadline_s)
    try:
        async with deadline:
            await _listen(backend, request, heard, clock, on_text)
    except TimeoutError:
        if not deadline.expired():
            raise
        heard.torn = heard.late = True
    completion = _judge(heard)
    return Outcome(completion, heard.first_token_s, clock() - heard.began, heard.n_tokens)


async def _listen(
    backend: Backend, request: Request, heard: _Heard, clock: Clock, on_text: OnText | None
) -> None:
    """Take in the stream until it ends or enough has come."""
    scanner = StopScanner(request.prompt.stops if request.prompt else ())
    cuts = CutScanner(heard.hole, heard.rules.extent)
    async with aclosing(backend.stream(request)) as chunks:
        async for sent in chunks:
            chunk = _within(sent, request.max_new_tokens - heard.n_tokens)
            text, stopped = scanner.feed(chunk.text)
            _note(heard, chunk, text, clock)
            if stopped or cuts.feed(text) or chunk is not sent or _is_late(heard, chunk, clock):
                return
            if on_text is not None:
                _show(heard, on_text)
            if heard.n_chunks % _CHUNKS_PER_BREATH == 0:
                await asyncio.sleep(0)
    heard.pieces.append(scanner.finish())


def _within(chunk: Chunk, room: int) -> Chunk:
    """The chunk itself where it fits into what is left of the limit, else its share."""
    n_tokens = _n_tokens(chunk)
    if n_tokens <= room or not chunk.text:
        return chunk
    return replace(
        chunk,
        text=chunk.text[: len(chunk.text) * room // n_tokens],
        token_ids=chunk.token_ids[:room],
        logprob=None if chunk.logprob is None else chunk.logprob * room / n_tokens,
        finish_reason="length",
        confidence=None,
        n_tokens=room,
    )


def _n_tokens(chunk: Chunk) -> int:
    if chunk.n_tokens is not None:
        return chunk.n_tokens
    return len(chunk.token_ids) or int(bool(chunk.text))


def _note(heard: _Heard, chunk: Chunk, text: str, clock: Clock) -> None:
    n_tokens = _n_tokens(chunk)
    if heard.first_token_s is None and chunk.text:
        heard.first_token_s = clock() - heard.began
    if chunk.logprob is not None:
        heard.logprobs.append((heard.n_chars, chunk.logprob, n_tokens))
    heard.pieces.append(text)
    heard.n_chars += len(text)
    if chunk.confidence is not None:
        heard.confidence = chunk.confidence
        if not chunk.finish_reason and chunk.confidence <= 1:
            heard.shares.append((heard.n_chars, chunk.confidence))
    heard.n_chunks += 1
    heard.n_tokens += n_tokens
    heard.torn = chunk.finish_reason == "length"


def _is_late(heard: _Heard, chunk: Chunk, clock: Clock) -> bool:
    """Whether the deadline passed before the answer was whole, which is noted.

    The event loop can't tell by itself while chunks lie ready.
    """
    limit_s = heard.rules.deadline_s
    if limit_s is None or chunk.finish_reason or clock() - heard.began < limit_s:
        return False
    heard.torn = heard.late = True
    return True


def _show(heard: _Heard, on_text: OnText) -> None:
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


def _judge(heard: _Heard) -> Completion | NoCompletion:
    rules, fitted = heard.rules, heard.fit(torn=heard.torn)
    if isinstance(fitted, NoCompletion):
        if heard.late and not heard.text.strip():
            return NoCompletion(f"nothing came within the deadline of {rules.deadline_s} s")
        return fitted
    confidence = _confidence(heard, fitted)
    if confidence is not None and confidence < rules.min_confidence:
        return _beginning(heard) or NoCompletion(
            f"confidence {confidence:.2f} is below the threshold {rules.min_confidence:.2f}"
        )
    replace = (rules.cursor, rules.cursor + fitted.n_replaced)
    return Completion(fitted.text, replace, confidence, heard.n_tokens)


def _beginning(heard: _Heard) -> Completion | None:
    """As much as the backend is sure of, where it tells how sure it is of each beginning.

    Half a line that is right is worth more than a whole one that isn't.
    """
    rules = heard.rules
    sure = [(end, share) for end, share in heard.shares if share >= rules.min_confidence]
    if not sure:
        return None
    end, share = sure[-1]
    fitted = fit(heard.text[:end], heard.hole, rules.extent, torn=True)
    if isinstance(fitted, NoCompletion) or not any(map(str.isalnum, fitted.text)):
        return None
    replace = (rules.cursor, rules.cursor + fitted.n_replaced)
    return Completion(fitted.text, replace, share, heard.n_tokens)


def _confidence(heard: _Heard, fitted: Fitted) -> float | None:
    """The backend's own, else the mean probability of the tokens that were kept.

    None for what is no probability, such as NaN, which no threshold would stop.
    """
    if heard.confidence is not None:
        return heard.confidence if 0 <= heard.confidence <= 1 else None
    kept = [(logprob, n) for start, logprob, n in heard.logprobs if start < len(fitted.text)]
    n_tokens = sum(n for _, n in kept)
    total = sum(logprob for logprob, _ in kept)
    return math.exp(total / n_tokens) if n_tokens and total <= 0 else None
