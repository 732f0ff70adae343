"""vLLM's outputs as the steps that all runners answer with, and its errors in our words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.runners.runner import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.types import FinishReason

_ENDS: dict[str, FinishReason] = {"stop": "stop", "length": "length", "repetition": "stop"}


def step_of(output: Any, *, read_only: bool = False) -> Step:
    """What came since the last output.

    The token that ended the answer isn't part of it: its text never is, so neither is its id.

    Args:
        output: vLLM's `RequestOutput`, of those that tell differences.
        read_only: the one token that had to be generated wasn't asked for.

    Raises:
        BackendError: no numbers were computed, or the engine gave the request up.
    """
    answer = output.outputs[0]
    reason: str | None = answer.finish_reason
    if reason is not None and reason not in _ENDS:
        raise BackendError(f"vLLM gave the request up ({reason}); its log says why")
    n_prompt, n_cached = len(output.prompt_token_ids or ()), output.num_cached_tokens
    if read_only:
        end: FinishReason | None = "length" if reason else None
        return Step(finish_reason=end, n_prompt=n_prompt, n_cached=n_cached)
    ids, logprobs = list(answer.token_ids), _logprobs(answer)
    if reason == "stop":
        ids, logprobs = ids[:-1], logprobs[:-1]
    return Step(
        token_ids=tuple(ids),
        text=answer.text,
        logprob=sum(logprobs) if ids else None,
        finish_reason=_ENDS[reason] if reason else None,
        n_prompt=n_prompt,
        n_cached=n_cached,
    )


def fault_of(error: Exception) -> BackendError:
    """What an exception of vLLM's, raised while it answers, means for the user."""
    name = type(error).__name__
    if name == "EngineDeadError":
        return BackendError("vLLM's engine has died; its log says why", cause="died")
    if name == "VLLMValidationError":
        return BackendError("vLLM refused the request; its log says why")
    return BackendError(f"vLLM failed ({name}); its log says why")


def _logprobs(answer: Any) -> Sequence[float]:
    """Of each new token.

    Raises:
        BackendError: one isn't a number.
    """
    found: list[float] = [
        each[token].logprob for token, each in zip(answer.token_ids, answer.logprobs, strict=True)
    ]
    if any(math.isnan(one) for one in found):
        raise BackendError(
            "the model computed no numbers (NaN): its weights are broken, or the precision is "
            'too low for them; try `local.precision = "bf16"` or download them again',
            cause="numbers",
        )
    return found
