"""How a model is laid over the GPUs of a machine, or of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.engine.fit import Room, room, utilization
from inference.engine.gpus import has_fp8
from inference.engine.speed import COLD_S, batch_tokens, reading_s
from inference.engine.values import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference.engine.shape import Shape
    from inference.engine.values import Wish
    from inference.machine.values import Gpu

# The default budget of a prompt and a completion.
LEAST_TOKENS = 9_216
# vLLM quantises 16-bit weights so while it loads them; `fp8` alone is for files that are it.
ONLINE_FP8 = "fp8_per_tensor"
_BLOCK = 1_024
# With less than this, a handful of people who type push each other's prompts out of memory.
_ROOMY_TOKENS = 65_536
_SPLITS = (1, 2, 4, 8, 16)
# From so many parameters on, exchanging tokens between whole experts costs less than splitting
# each of them into slivers.
_LARGE_MIXTURE = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Try:
    """One way to split, and what that leaves."""

    tensor: int
    pipeline: int
    quantization: str
    batch_tokens: int
    room: Room


def lay_out(shape: Shape, gpus: Sequence[Gpu], wish: Wish, *, linked: bool | None) -> Layout | None:
    """The layout to recommend; None where the model doesn't fit in any.

    In 16 bits where that fits, else in 8. What one GPU holds stays on one, more of them
    being so many servers, unless only few prompts would stay in memory or reading one for
    the first time would take more than half a second. What must be split is split over all
    GPUs of the machine, as each then has less to read; machines are joined only where the
    user says so.
    """
    least, full = wanted(shape, wish)
    for quantization in _quantizations(shape, gpus[0], wish):
        tries = _tries(shape, gpus, wish, quantization)
        fitting = [one for one in tries if one.room.tokens >= least]
        if fitting:
            chosen = _chosen(shape, gpus[0], fitting, full, linked=linked)
            return _layout(shape, gpus, wish, chosen)
    return None


def wanted(shape: Shape, wish: Wish) -> tuple[int, int]:
    """How long a context must at least be, and how long it should be."""
    if wish.max_model_len:
        return wish.max_model_len, wish.max_model_len
    most = min(shape.context_tokens, shape.native_tokens)
    return min(LEAST_TOKENS, most), most


def roomiest(gpus: Sequence[Gpu]) -> list[Gpu]:
    """The GPUs, those first that have most to give; in their own order where they are alike."""
    return sorted(gpus, key=lambda gpu: (-gpu.memory_bytes * utilization(gpu), gpu.index))


def splits(shape: Shape, n_gpus: int) -> tuple[int, ...]:
    """Over how many GPUs of one machine a layer may be split: its heads have to come out even."""
    heads = shape.heads or 1
    return tuple(size for size in _SPLITS if size <= n_gpus and heads % size == 0)


def best_effort(shape: Shape, gpus: Sequence[Gpu], wish: Wish) -> Try:
    """The way to split that leaves most room, for saying by how much it is too little."""
    tries = (
        one
        for quantization in _quantizations(shape, gpus[0], wish)
        for one in _tries(shape, gpus, wish, quantization)
    )
    return max(tries, key=lambda one: (one.room.left, -one.tensor))


def _quantizations(shape: Shape, gpu: Gpu, wish: Wish) -> tuple[str, ...]:
    if wish.quantization:
        return (wish.quantization,)
    if shape.quantized or not has_fp8(gpu):
        return ("",)
    return "", ONLINE_FP8


def _tries(shape: Shape, gpus: Sequence[Gpu], wish: Wish, quantization: str) -> Iterator[Try]:
    for tensor in splits(shape, len(gpus)):
        # What the fullest of them has left is what all can use.
        gpu = roomiest(gpus)[tensor - 1]
        for pipeline in sorted({1, wish.nodes}):
            batch = batch_tokens(shape, gpu, tensor)
            left = room(
                shape,
                gpu,
                tensor=tensor,
                pipeline=pipeline,
                quantization=quantization,
                batch_tokens=batch,
            )
            yield Try(tensor, pipeline, quantization, batch, left)


def _chosen(shape: Shape, gpu: Gpu, fitting: list[Try], full: int, *, linked: bool | None) -> Try:
    """The smallest that is roomy and quick; what must be split, over all."""
    roomy = [one for one in fitting if one.room.tokens >= max(full, _ROOMY_TOKENS)]
    if not any(one.tensor == one.pipeline == 1 for one in roomy):
        whole = [one for one in fitting if one.room.tokens >= full]
        return max(roomy or whole or fitting, key=lambda one: (one.pipeline, one.tensor))
    near = [one for one in roomy if one.pipeline == 1]
    quick = [one for one in near if reading_s(shape, gpu, one.tensor) <= COLD_S]
    if linked is False:
        return near[0]
    return quick[0] if quick else near[-1]


def _layout(shape: Shape, gpus: Sequence[Gpu], wish: Wish, chosen: Try) -> Layout:
    most = wanted(shape, wish)[1]
    fits = min(most, chosen.room.tokens)
    mixture = shape.sparse and chosen.tensor > 1
    return Layout(
        tensor=chosen.tensor,
        pipeline=chosen.pipeline,
        replicas=1 if chosen.pipeline > 1 else len(gpus) // chosen.tensor * wish.nodes,
        max_model_len=fits if fits == most else fits // _BLOCK * _BLOCK,
        pool_tokens=chosen.room.tokens,
        quantization=chosen.quantization,
        experts=mixture and shape.parameters >= _LARGE_MIXTURE,
        utilization=utilization(roomiest(gpus)[chosen.tensor - 1]),
        batch_tokens=chosen.batch_tokens,
    )
