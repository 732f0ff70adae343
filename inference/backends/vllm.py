"""vLLM on this machine's GPUs, in a process of its own that all of a user's servers share.

Importing vLLM takes ten seconds, and its interpreter is busy while it answers: it is
kept away from typing as any model is that runs here (see `inference.local`).
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.local.client import LocalModel
from inference.models.spec import sampling_for
from inference.runners.runner import Ask, Plan
from inference.types import Capabilities, Chunk, Sampling, Usage
from inference.weights.find import find_weights

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from inference.models import ModelSpec
    from inference.registry import BackendSettings
    from inference.runners.runner import Step
    from inference.types import Request

# Beyond the longest prompt: for completions, and for chats, whose prompts nobody bounds so.
_ROOM_TOKENS = 1024
_GB = 1_000_000_000


class VllmBackend:
    """A backend that asks vLLM's engine by token ids where a prompt has them.

    Closing the generator of `stream` aborts the request in the engine.

    Args:
        model: the engine, wherever it runs.
        spec: how the model wants its chats spelled.
    """

    def __init__(self, model: LocalModel, spec: ModelSpec | None) -> None:
        self._model = model
        self._spec = spec

    @property
    def capabilities(self) -> Capabilities:
        """What vLLM does, whatever the model."""
        chat = self._spec is not None and self._spec.chat is not None
        return Capabilities(token_ids=True, chat=chat, logprobs=True, warm=True, healing=True)

    async def stream(self, request: Request, /) -> AsyncGenerator[Chunk]:
        """The answer as it comes; further ones after it, which find its prompt read.

        Raises:
            BackendError: with its `cause`: the model can't be loaded, the prompt is too
                long, no numbers were computed, or the engine died.
        """
        ask = self._ask(request)
        for index in range(request.n):
            n_new = 0
            async with aclosing(self._model.stream(ask)) as steps:
                async for step in steps:
                    n_new += len(step.token_ids)
                    yield _chunk(step, index, n_new)

    async def warm(self, request: Request, /) -> None:
        """Have the prompt read."""
        ask = replace(self._ask(request), max_new_tokens=0, healing="")
        async with aclosing(self._model.stream(ask)) as steps:
            async for _ in steps:
                pass

    async def aclose(self) -> None:
        """Leave the engine, which ends by and by where nobody else uses it."""
        await self._model.aclose()

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


def make_vllm(settings: BackendSettings) -> VllmBackend:
    """The backend for these settings; nothing is loaded before it is asked.

    Raises:
        BackendError: there are no weights here by the name that is set.
    """
    local, weights = settings.local, _weights(settings)
    plan = Plan(
        weights,
        device=local.device,
        precision=local.precision,
        context_tokens=local.context_tokens or settings.budget_tokens + _ROOM_TOKENS,
        cache_bytes=int(local.cache_gb * _GB),
        threads=local.threads,
    )
    model = LocalModel("engine", plan, local, settings.cache_dir, settings.report)
    return VllmBackend(model, settings.spec)


def _weights(settings: BackendSettings) -> Path:
    """The folder with the model's weights."""
    found = find_weights(settings.model, settings.spec)
    if found is None:
        raise BackendError(
            f"no weights of {settings.model!r} were found on this machine; set `model` to the "
            "folder they lie in, or download them",
            cause="weights",
        )
    if found.is_file():
        raise BackendError(
            f"{found} is for llama.cpp, and vLLM wants a folder of safetensors; set `model` to "
            "such a folder, or `backend` to `lite`",
            cause="weights",
        )
    return found


def _chunk(step: Step, index: int, n_new: int) -> Chunk:
    usage = None
    if step.finish_reason is not None:
        usage = Usage(step.n_prompt or 0, n_new, step.n_cached)
    return Chunk(
        step.text,
        token_ids=step.token_ids,
        logprob=step.logprob,
        finish_reason=step.finish_reason,
        n_tokens=len(step.token_ids),
        usage=usage,
        index=index,
    )
