"""A layout as arguments of `vllm serve`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from inference.engine.drafts import config_of

if TYPE_CHECKING:
    from inference.engine.shape import Shape
    from inference.engine.values import Layout, Wish
    from inference.machine.values import Gpu

# What Qwen2.5's cards say of the base of its rotation; the only ones that are stretched.
_THETA = 1_000_000.0
# Requests of one step. vLLM's own number for large GPUs, 1,024, is for throughput: what is
# kept for each of them, its drafts' tokens above all, would cost a gigabyte. All of them, with
# their drafts, have room in one step.
_SEQUENCES, _FEWER = 128, 64
_SMALL_BATCH = 1_024


def arguments(shape: Shape, gpu: Gpu, layout: Layout, wish: Wish) -> tuple[str, ...]:
    """The whole command.

    Said though it is the default: prefix caching, as everything depends on it. Left to
    vLLM: the size of its blocks, which the attention's kernel decides, chunked prefill,
    which is always on, and the cache's precision.
    """
    return (
        "vllm",
        "serve",
        shape.source,
        *("--served-model-name", shape.name),
        *("--host", wish.host, "--port", str(wish.port)),
        *_split(layout),
        *_memory(shape, layout),
        "--enable-prefix-caching",
        *("--scheduling-policy", "priority"),
        *("--max-num-batched-tokens", str(layout.batch_tokens)),
        *("--max-num-seqs", str(_FEWER if layout.batch_tokens < _SMALL_BATCH else _SEQUENCES)),
        *("--performance-mode", "interactivity"),
        *_drafts(config_of(shape, gpu, layout, wish)),
        *closing(wish),
    )


def closing(wish: Wish) -> tuple[str, ...]:
    """What every server is told, and at last what the user adds.

    How many tokens of a prompt were known is told in answers; requests are not logged one by
    one.
    """
    return "--enable-prompt-tokens-details", "--disable-uvicorn-access-log", *wish.extra


def _split(layout: Layout) -> tuple[str, ...]:
    over = ("--pipeline-parallel-size", str(layout.pipeline))
    ray = (*over, "--distributed-executor-backend", "ray")
    joined = ray if layout.pipeline > 1 else ()
    experts = ("--enable-expert-parallel",) if layout.experts else ()
    return "--tensor-parallel-size", str(layout.tensor), *joined, *experts


def _memory(shape: Shape, layout: Layout) -> tuple[str, ...]:
    quantized = ("--quantization", layout.quantization) if layout.quantization else ()
    stretched = layout.max_model_len > shape.native_tokens
    return (
        *("--max-model-len", str(layout.max_model_len)),
        *("--gpu-memory-utilization", f"{layout.utilization:.2f}"),
        *quantized,
        *(("--hf-overrides", _yarn(shape, layout)) if stretched else ()),
    )


def _yarn(shape: Shape, layout: Layout) -> str:
    """Positions beyond those the model was trained with, squeezed (YaRN, arXiv 2309.00071).

    vLLM takes the number of positions to be the squeezed ones already.
    """
    factor = math.ceil(layout.max_model_len / shape.native_tokens)
    rope = {
        "rope_type": "yarn",
        "factor": float(factor),
        "original_max_position_embeddings": shape.native_tokens,
        "rope_theta": _THETA,
    }
    positions = shape.native_tokens * factor
    return json.dumps({"max_position_embeddings": positions, "rope_parameters": rope})


def _drafts(config: str) -> tuple[str, ...]:
    return ("--speculative-config", config) if config else ()
