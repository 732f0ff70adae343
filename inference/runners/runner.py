"""What all runners have in common: what they are made from, asked, and answer.

A runner holds one model. The process that it lives in calls it from one thread, one
request at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from inference.types import FinishReason

RunnerName = Literal["safetensors", "gguf", "engine"]
_LEAST_TEMPERATURE = 1e-4


@dataclass(frozen=True, slots=True)
class Plan:
    """What a runner is made from.

    Attributes:
        weights: the folder of safetensors, or the `.gguf` file.
        tokenizer: a `tokenizer.json`; None takes the one that lies with the weights.
        device: "auto", "cuda", "mps" or "cpu".
        precision: "auto", "float32", "bf16", "int8" or "int4".
        context_tokens: what prompt and completion may take together.
        cache_bytes: what read prompts may take in memory; 0 chooses.
        threads: of the processor; 0 chooses.
    """

    weights: Path
    tokenizer: Path | None = None
    device: str = "auto"
    precision: str = "auto"
    context_tokens: int = 8256
    cache_bytes: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a runner.

    Attributes:
        token_ids: the prompt, BOS included; None where nobody could tell.
        text: the prompt without BOS, read only where there are no ids: control tokens in
            it are read as such.
        healing: what the answer must begin with.
        max_new_tokens: 0 reads the prompt and generates nothing.
        priority: lower is served first, where several wait.
    """

    token_ids: tuple[int, ...] | None
    text: str = ""
    healing: str = ""
    max_new_tokens: int = 64
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    priority: int = 0

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest token is taken; divided by less, logits are no numbers any more."""
        return self.temperature < _LEAST_TEMPERATURE


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a runner came to.

    A step with neither ids nor an end is a breath: between stretches of a long prompt,
    so that whoever asked may leave.

    Attributes:
        text: what can be said for certain of the bytes so far; half a character waits.
        logprob: summed over `token_ids`.
        finish_reason: on the last step only.
        n_prompt: tokens of the prompt; on the first step that has ids, and on the last.
        n_cached: of these, those that hadn't to be read again.
    """

    token_ids: tuple[int, ...] = ()
    text: str = ""
    logprob: float | None = None
    finish_reason: FinishReason | None = None
    n_prompt: int | None = None
    n_cached: int | None = None


class Runner(Protocol):
    """A model that is asked in steps; leaving the generator ends the generation."""

    @property
    def context_tokens(self) -> int:
        """What prompt and completion may take together."""
        ...

    def run(self, ask: Ask, /) -> Generator[Step]:
        """The answer, step by step; each holds the thread for one forward pass at most.

        Raises:
            BackendError: with its `cause`; "context", "memory", "numbers".
        """
        ...

    def close(self) -> None:
        """Give back memory and devices."""
        ...


class AsyncRunner(Protocol):
    """A model that schedules by itself: many requests at once."""

    @property
    def context_tokens(self) -> int:
        """What prompt and completion may take together."""
        ...

    async def ready(self) -> None:
        """Do what the first answer would else wait for; awaited before it is asked."""
        ...

    def stream(self, ask: Ask, /) -> AsyncGenerator[Step]:
        """The answer as it comes; closing the generator ends the generation."""
        ...

    async def aclose(self) -> None:
        """Give back memory and devices."""
        ...
