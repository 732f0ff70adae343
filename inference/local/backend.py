"""A backend whose model runs in a process of this machine."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.answer.stops import StopScanner
from inference.errors import BackendError
from inference.models.gguf import is_gguf
from inference.models.spec import sampling_for
from inference.runners.runner import Ask, Plan
from inference.tokens.load import tokenizer_file
from inference.types import Capabilities, Chunk, Sampling, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from inference.local.client import LocalModel
    from inference.models import ModelSpec
    from inference.registry import BackendSettings
    from inference.runners.runner import Step
    from inference.types import Request

# Beyond the longest prompt: for completions, and for chats, whose prompts nobody bounds so.
_ROOM_TOKENS = 1024
_GB = 1_000_000_000


class LocalBackend:
    """Asks a model by token ids where a prompt has them, else by text.

    Closing the generator of `stream` ends the generation between two steps.

    Args:
        model: whichever process it runs in.
        spec: how it wants its chats spelled.
    """

    def __init__(self, model: LocalModel, spec: ModelSpec | None) -> None:
        self._model = model
        self._spec = spec

    @property
    def capabilities(self) -> Capabilities:
        """What all runners do; a chat is asked only of a model that was made for it."""
        chat = self._spec is not None and self._spec.chat is not None
        return Capabilities(token_ids=True, chat=chat, logprobs=True, warm=True, healing=True)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes; further ones after it, which find its prompt read.

        Raises:
            BackendError: with its `cause`: the model can't be loaded or has died, the
                prompt is too long, memory ran out, or no numbers were computed.
        """
        ask = self._ask(request)
        for index in range(request.n):
            async with (
                aclosing(self._model.stream(ask)) as steps,
                aclosing(_chunks(steps, self._ends(request), index)) as chunks,
            ):
                async for chunk in chunks:
                    yield chunk

    async def warm(self, request: Request, /) -> None:
        """Have the prompt read; gives way to whatever is asked meanwhile."""
        ask = replace(self._ask(request), max_new_tokens=0, healing="")
        async with aclosing(self._model.stream(ask)) as steps:
            async for _ in steps:
                pass

    async def aclose(self) -> None:
        """Leave the process, which ends by and by where nobody else uses it."""
        await self._model.aclose()

    def _ends(self, request: Request) -> tuple[str, ...]:
        """Texts at which a chat's turn ends; a prompt's are looked for by whoever asks."""
        chat = self._spec.chat if self._spec and request.prompt is None else None
        return chat.ends if chat else ()

    def _ask(self, request: Request) -> Ask:
        drawn = sampling_for(request, self._spec) or Sampling()
        ask = Ask(
            token_ids=None,
            max_new_tokens=request.max_new_tokens,
            temperature=drawn.temperature,
            top_p=drawn.top_p,
            top_k=drawn.top_k,
            priority=request.priority,
        )
        prompt = request.prompt
        if prompt is not None:
            return replace(
                ask, token_ids=prompt.token_ids, text=prompt.text, healing=prompt.healing
            )
        chat = self._spec.chat if self._spec else None
        if chat is None:
            raise BackendError("this model has no chat format; choose one that was tuned for chats")
        return replace(ask, text=chat.render(request.messages))


def plan_for(settings: BackendSettings, weights: Path) -> Plan:
    """What a runner is made from, as the settings say.

    Raises:
        TokenizerError: a tokenizer was set that isn't on this machine.
    """
    local = settings.local
    return Plan(
        weights,
        _tokenizer(settings.tokenizer),
        device=local.device,
        precision=local.precision,
        context_tokens=local.context_tokens or settings.budget_tokens + _ROOM_TOKENS,
        cache_bytes=int(local.cache_gb * _GB),
        threads=local.threads,
    )


def _tokenizer(wanted: str) -> Path | None:
    """The file for a runner, where one was set; one in a `.gguf` is for its own runner alone."""
    file = tokenizer_file(wanted) if wanted else None
    return None if file is None or is_gguf(file) else file


async def _chunks(
    steps: AsyncGenerator[Step], ends: tuple[str, ...], index: int
) -> AsyncGenerator[Chunk]:
    """The answer up to the first text at which it ends."""
    scanner, usage = StopScanner(ends), Usage(0, 0)
    async for step in steps:
        usage = _counted(usage, step)
        text, stopped = scanner.feed(step.text)
        ended = "stop" if stopped else step.finish_reason
        text += scanner.finish() if ended and not stopped else ""
        yield Chunk(
            text,
            token_ids=step.token_ids,
            logprob=step.logprob,
            finish_reason=ended,
            n_tokens=len(step.token_ids),
            usage=usage if ended else None,
            index=index,
        )
        if ended:
            return


def _counted(so_far: Usage, step: Step) -> Usage:
    known = so_far if step.n_prompt is None else Usage(step.n_prompt, 0, step.n_cached)
    return replace(known, new_tokens=so_far.new_tokens + len(step.token_ids))
