"""A model loaded by vLLM, and asked."""

from __future__ import annotations

import asyncio
import itertools
import re
from contextlib import aclosing
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.runners.engine.arguments import arguments
from inference.runners.engine.devices import keep_quiet, seen
from inference.runners.engine.guard import Guard
from inference.runners.engine.steps import fault_of, step_of
from inference.runners.engine.weights import read_config
from inference.runners.runner import Ask
from inference.runners.safetensors.fit import longest_context
from inference.runners.safetensors.whole import whole_weights
from inference.runners.texts import open_vocabulary, whole_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from inference.errors import Cause
    from inference.runners.runner import Plan, Step

# Its processes end one after the other; what is left after so long is killed.
_SHUTDOWN_S = 15.0


class EngineRunner:
    """An engine of vLLM's, which schedules many requests at once.

    Args:
        engine: an `AsyncLLM`.
        encode: a prompt's text to its ids.
        context_tokens: what prompt and completion may take together.
    """

    def __init__(
        self, engine: Any, encode: Callable[[str], list[int]], context_tokens: int
    ) -> None:
        self._engine = engine
        self._encode = encode
        self._context_tokens = context_tokens
        self._numbers = itertools.count(1)
        self._guard = Guard()
        self._is_ready = False
        self._readying = asyncio.Lock()

    @property
    def context_tokens(self) -> int:
        """What prompt and completion may take together."""
        return self._context_tokens

    async def stream(self, ask: Ask, /) -> AsyncGenerator[Step]:
        """The answer as it comes; closing the generator aborts the request in the engine.

        Raises:
            BackendError: "context", where the prompt is too long; "numbers"; "died".
        """
        await self.ready()
        ids = ask.token_ids
        if ids is None:
            ids = tuple(await asyncio.to_thread(self._encode, ask.text))
        if len(ids) >= self._context_tokens:
            raise BackendError(
                f"the prompt has {len(ids):,} tokens and the model was loaded for "
                f"{self._context_tokens:,} with the completion; lower `context.budget_tokens` or "
                "raise `local.context_tokens`",
                cause="context",
            )
        async with aclosing(self._steps(ask, ids)) as steps:
            async for step in steps:
                yield step

    async def aclose(self) -> None:
        """End the engine and its processes."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        # What listens to the engine would take its end for a fault.
        if engine.output_handler is not None:
            engine.output_handler.cancel()
        await asyncio.to_thread(engine.shutdown, _SHUTDOWN_S)
        await asyncio.to_thread(self._guard.close)

    async def _steps(self, ask: Ask, ids: tuple[int, ...]) -> AsyncGenerator[Step]:
        if self._engine is None:
            raise BackendError("the model was let go", cause="died")
        outputs: AsyncGenerator[Any] = self._engine.generate(
            {"type": "token", "prompt_token_ids": list(ids)},
            _sampling(ask),
            f"infill-{next(self._numbers)}",
            priority=ask.priority,
        )
        async with aclosing(outputs):
            while (output := await _next(outputs)) is not None:
                yield step_of(output, read_only=ask.max_new_tokens == 0)

    async def ready(self) -> None:
        """Have compiled what vLLM compiles at its first request with such wishes.

        On some processors that takes half a minute, which no completion should wait for:
        so whoever loads the model awaits this before saying that it is there.
        """
        if self._is_ready:
            return
        async with self._readying:
            if not self._is_ready:
                first = Ask(token_ids=None, healing="b", max_new_tokens=2)
                async with aclosing(self._steps(first, tuple(self._encode("a")))) as steps:
                    async for _ in steps:
                        pass
            self._is_ready = True


def load(plan: Plan) -> EngineRunner:
    """The model loaded by vLLM; it takes half a minute to several.

    Raises:
        BackendError: "weights" or "tokenizer", where a file is missing or broken;
            "memory", where it can't fit; else vLLM isn't there or couldn't start.
    """
    config = read_config(plan.weights)
    whole_weights(plan.weights)
    vocabulary = open_vocabulary(plan.weights, plan.tokenizer)
    keep_quiet()
    try:
        context_tokens = min(plan.context_tokens, longest_context(config) or plan.context_tokens)
        plan = replace(plan, context_tokens=context_tokens)
        told = arguments(plan, config, seen(plan.device))
    except ImportError as error:
        raise BackendError(
            "this interpreter has no vLLM; install `infill-ls[vllm]`, or have `local.python` name "
            "the interpreter that has it"
        ) from error
    except ValueError as error:
        raise BackendError(f"{plan.weights}: {error}", cause="weights") from error
    return EngineRunner(_started(told), vocabulary.encode, plan.context_tokens)


def _started(told: dict[str, Any]) -> Any:
    asked = import_module("vllm").AsyncEngineArgs
    engine = import_module("vllm.v1.engine.async_llm").AsyncLLM
    try:
        return engine.from_engine_args(asked(**told))
    except (RuntimeError, ValueError, OSError, NotImplementedError, AssertionError) as error:
        said = next(iter(str(error).strip().splitlines()), type(error).__name__)
        cause: Cause = "memory" if "memory" in said.lower() else "failed"
        raise BackendError(f"vLLM couldn't start: {said}", cause=cause) from error


def _sampling(ask: Ask) -> Any:
    """What vLLM is to draw, as it takes it.

    It looks for stop texts where special tokens are left out, and holds back as many
    characters as the longest has: so it is told of none, and shows all tokens but EOS.
    """
    sampling = import_module("vllm.sampling_params")
    beginning = None
    healing = whole_text(ask.healing)
    if healing and ask.max_new_tokens and "\0" not in healing:
        beginning = sampling.StructuredOutputsParams(regex=re.escape(healing) + r"[\s\S]*")
    return sampling.SamplingParams(
        max_tokens=max(1, ask.max_new_tokens),
        temperature=0.0 if ask.is_greedy else ask.temperature,
        top_p=ask.top_p,
        top_k=ask.top_k,
        logprobs=0,
        skip_special_tokens=False,
        output_kind=sampling.RequestOutputKind.DELTA,
        structured_outputs=beginning,
    )


async def _next(outputs: AsyncGenerator[Any]) -> Any | None:
    """The next output; None at the end."""
    try:
        return await anext(outputs, None)
    except Exception as error:
        if not type(error).__module__.startswith("vllm."):
            raise
        raise fault_of(error) from error
