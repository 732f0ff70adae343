"""What has come of a stream so far, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from inference.answer.healing import Healer
from inference.answer.postprocess import fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.types import Extent
    from inference.answer.hole import Hole
    from inference.answer.postprocess import Fitted
    from inference.types import Chunk, NoCompletion

    Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes generated text an answer.

    Attributes:
        cursor: the offset in the document; `Completion.replace` is counted from it.
        extent: the rest of the statement, or up to the end of the block or definition.
        fills: the block that the cursor is in has nothing in it yet: all of it is wanted.
        min_confidence: what is less likely to be wanted isn't offered; 0 offers all.
            Only applied where the backend tells how sure it is.
        deadline_s: after so many seconds what has come is offered, in whole lines;
            None waits.
    """

    cursor: int
    extent: Extent = "block"
    min_confidence: float = 0.0
    deadline_s: float | None = None
    fills: bool = False


@dataclass(slots=True)
class Heard:
    """What has come of a stream so far.

    Attributes:
        began: when it was asked for, by the clock of the caller.
        healer: takes off what the document has already and the prompt doesn't.
        repeats: the last chunk held nothing else.
        torn: generation ended for want of tokens or time.
        late: for want of time.
        confidence: the backend's own, of all there is.
        logprobs: where each chunk begins, the log-probability of its tokens and their
            number; without those that only repeat what the document has.
        shares: where each chunk but the last ends, and how likely the line begins so.
        shown: what was passed on.
        show_at: the length from which on it is worth another try.
    """

    began: float
    hole: Hole
    rules: Rules
    healer: Healer = field(default_factory=lambda: Healer(""))
    repeats: bool = False
    pieces: list[str] = field(default_factory=list)
    n_chars: int = 0
    n_chunks: int = 0
    n_tokens: int = 0
    first_token_s: float | None = None
    torn: bool = False
    late: bool = False
    confidence: float | None = None
    logprobs: list[tuple[int, float, int]] = field(default_factory=list)
    shares: list[tuple[int, float]] = field(default_factory=list)
    shown: str = ""
    show_at: int = 0

    @property
    def text(self) -> str:
        """All of it, up to a stop text."""
        return "".join(self.pieces)

    def fit(self, *, torn: bool) -> Fitted | NoCompletion:
        """It, as it would be offered."""
        return fit(self.text, self.hole, self.rules.extent, torn=torn)

    def healed(self, text: str) -> str:
        """What of a chunk's text goes beyond what the document has already."""
        was_healed = self.healer.healed
        rest = self.healer.feed(text)
        self.repeats = not was_healed and not rest
        return rest

    def note(self, chunk: Chunk, text: str, clock: Clock) -> None:
        """Take in a chunk, and what of its text is certain and new."""
        n_tokens = n_tokens_of(chunk)
        if self.first_token_s is None and chunk.text:
            self.first_token_s = clock() - self.began
        if chunk.logprob is not None and not self.repeats:
            self.logprobs.append((self.n_chars, chunk.logprob, n_tokens))
        self.pieces.append(text)
        self.n_chars += len(text)
        if chunk.confidence is not None:
            self.confidence = chunk.confidence
            if not chunk.finish_reason and chunk.confidence <= 1:
                self.shares.append((self.n_chars, chunk.confidence))
        self.n_chunks += 1
        self.n_tokens += n_tokens
        self.torn = chunk.finish_reason == "length"

    def is_late(self, chunk: Chunk, clock: Clock) -> bool:
        """Whether the deadline passed before the answer was whole, which is noted.

        The event loop can't tell by itself while chunks lie ready.
        """
        limit_s = self.rules.deadline_s
        if limit_s is None or chunk.finish_reason or clock() - self.began < limit_s:
            return False
        self.torn = self.late = True
        return True


def within(chunk: Chunk, room: int) -> Chunk:
    """The chunk itself where it fits into what is left of the limit, else its share."""
    n_tokens = n_tokens_of(chunk)
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


def n_tokens_of(chunk: Chunk) -> int:
    """How many tokens it stands for; one where it doesn't say and has text."""
    if chunk.n_tokens is not None:
        return chunk.n_tokens
    return len(chunk.token_ids) or int(bool(chunk.text))
