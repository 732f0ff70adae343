"""The values and the one protocol that cross the border of `inference`.

Offsets are code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from context.types import LeftOut

FinishReason = Literal["stop", "length"]
Role = Literal["snippet", "prefix", "suffix", "typed"]
# Where the prompt stands still while somebody types: nowhere, in its line, or in its block.
Anchoring = Literal["off", "line", "block"]
Certainty = Literal["none", "some", "full"]


@dataclass(frozen=True, slots=True)
class PromptPart:
    """One piece of a prompt and what it costs; `path` is empty for all but snippets."""

    role: Role
    path: str
    n_tokens: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads, sentinels included.

    Attributes:
        text: the prompt as text, without the BOS token, which servers add by themselves.
        token_ids: the same as ids, with the BOS token; None where no tokenizer of the
            model is at hand.
        n_tokens: exact with ids, else an estimate that errs on the high side.
        stops: texts at which generation ends; never part of the completion.
        parts: what of the repository and the document it is made of, in prompt order; the
            rest of `n_tokens` is what the format puts around it: sentinels, and what
            names the repository.
        bos: the text of the BOS token; `bos + text` is what the model reads.
        left_out: snippets that were selected and aren't in the prompt, and why.
        healing: the document's last characters before the cursor that aren't in the
            prompt, as it ends where a token does; what is generated must begin with
            them, and the completion is what follows.
        suffix: what follows the hole, where a format's wire takes that in a field of its
            own instead of in `text`.
    """

    text: str
    token_ids: tuple[int, ...] | None
    n_tokens: int
    stops: tuple[str, ...]
    parts: tuple[PromptPart, ...]
    bos: str = ""
    left_out: tuple[LeftOut, ...] = ()
    healing: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn; temperature 0 takes the likeliest, `top_k` 0 bounds nothing."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a backend.

    Attributes:
        prefix: the document before the cursor, uncut, for backends that read no prompt.
        suffix: the document after the cursor, uncut, likewise.
        prompt: the packed prompt; None for a chat or for a backend that reads no prompt.
        messages: the chat; empty for a completion.
        sampling: how tokens are drawn; None leaves it to the model: a completion takes the
            likeliest, a chat what `ModelSpec.chat_sampling` says.
        max_new_tokens: a ceiling.
        n: how many different completions are wanted.
        priority: lower is served first, where the backend has a queue.
        session: a stable, opaque name of this user's repository, for cache affinity.
    """

    prefix: str
    suffix: str
    path: str
    language: str
    prompt: Prompt | None = None
    messages: tuple[Message, ...] = ()
    sampling: Sampling | None = None
    max_new_tokens: int = 64
    n: int = 1
    priority: int = 0
    session: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the answer as it arrives.

    Attributes:
        token_ids: empty where the wire carries only text.
        logprob: the summed natural log-probability of this chunk's tokens.
        finish_reason: set on the last chunk only.
        confidence: the backend's own calibrated probability that what is wanted begins
            with the text up to here, on the last chunk that it is that text and no
            more; None where it has none.
        n_tokens: how many tokens this chunk stands for, where the wire tells without ids.
        usage: what the request took, on the last chunk, where the backend tells.
        index: which of the request's `n` completions it belongs to.
    """

    text: str
    token_ids: tuple[int, ...] = ()
    logprob: float | None = None
    finish_reason: FinishReason | None = None
    confidence: float | None = None
    n_tokens: int | None = None
    usage: Usage | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request took, as the backend counted it.

    Attributes:
        cached_tokens: of the prompt's, those that hadn't to be read again; None where
            the backend doesn't tell.
    """

    prompt_tokens: int
    new_tokens: int
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """Text to offer.

    Attributes:
        replace: start and end offset of the document's text that `text` takes the place of.
        confidence: probability that the text is wanted as it is; None where unknown.
        n_tokens: tokens (or chunks, where the wire has no count) that were generated.
        beginnings: how likely it is that what is wanted begins as `text` does: ends of
            beginnings of it, in order, each with a probability; empty where unknown.
        is_part: the backend meant more and was sure of this much, so that it may end in
            the middle of something.
    """

    text: str
    replace: tuple[int, int]
    confidence: float | None = None
    n_tokens: int = 0
    beginnings: tuple[tuple[int, float], ...] = field(default=(), compare=False)
    is_part: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NoCompletion:
    """Nothing to offer, and why, in words for the user."""

    reason: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; what it can't is done without or refused with a reason.

    Attributes:
        prompt: it reads the packed prompt, not the document.
        token_ids: it takes the prompt's ids.
        prompt_suffix: it takes prompt and suffix apart and has a format of its own.
        chat: it takes messages.
        logprobs: it says how likely each token was.
        warm: it can read a prompt ahead, so that the next one with this head is quick.
        healing: it can be made to begin its answer with a given text.
        ranked: several completions come the likeliest first, however they are to be drawn.
    """

    prompt: bool = True
    token_ids: bool = False
    prompt_suffix: bool = False
    chat: bool = False
    logprobs: bool = False
    warm: bool = False
    healing: bool = False
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """How a backend is, for a status bar; `message` is a sentence for the user."""

    kind: Literal["normal", "busy", "warning", "error"]
    message: str = ""


@runtime_checkable
class Backend(Protocol):
    """A wire: how a request travels to a model and its answer back."""

    @property
    def capabilities(self) -> Capabilities:
        """What this backend can do; constant over its life, but for what a probe finds out."""
        ...

    def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes.

        Consumed under `contextlib.aclosing`: closing the generator stops the
        generation at the backend, not only the reading of it.

        Raises:
            BackendError: of `inference.errors`, with what to do about it.
        """
        ...

    async def warm(self, request: Request, /) -> None:
        """Prefill the request's prompt and generate nothing; a no-op where unsupported."""
        ...

    async def aclose(self) -> None:
        """Give back connections, processes and memory."""
        ...


@runtime_checkable
class Probing(Protocol):
    """A backend that can find out what its server takes beyond what all such servers do."""

    @property
    def certainty(self) -> Certainty:
        """How sure it is that what `capabilities` tells holds of the server that is there now.

        Less so once it failed, or wasn't heard of for a while: probe again.
        """
        ...

    @property
    def probe_text(self) -> str:
        """What `probe` wants the ids of."""
        ...

    async def probe(self, ids: tuple[int, ...] | None, /) -> str | None:
        """Find it out, for `capabilities` to tell; a sentence where the user can help.

        Args:
            ids: of `probe_text`, by the tokenizer that prompts are made with; None where
                that only estimates.

        Raises:
            BackendError: nothing could be found out; ask again later.
        """
        ...
