"""How many tokens a GPU has room for beside its share of a model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.engine.shape import Shape
    from inference.machine.values import Gpu

# vLLM's own default; the rest is for what it doesn't count, the driver's part above all.
_MOST = 0.92
_HUNDREDTH = 0.01
# What captured graphs, sampling and the libraries' workspaces take: an upper estimate, as
# vLLM measures it itself when it starts.
_FIXED_BYTES = 3_000_000_000
# Buffers of the exchange between GPUs.
_EXCHANGE_BYTES = 700_000_000
# A token of a step, in the widest layers of the largest models known (hidden 5,120 to 8,192).
_STEP_TOKEN_BYTES = 200_000
# Norms, routers and small projections lie on every GPU; expanded halves of latent attention, too.
_UNEVEN = 1.03
# Bytes a parameter, with the tables of tokens left in 16 bits and scales.
_BYTES_A_PARAMETER = {
    "fp8_per_tensor": 1.05,
    "fp8_per_block": 1.05,
    "fp8_per_channel": 1.05,
    "mxfp8": 1.08,
    "mxfp4": 0.60,
    "int8_per_channel_weight_only": 1.10,
}
# What vLLM takes for files that are quantised so, and for no others.
_OF_FILES = frozenset(
    {"auto_awq", "auto_gptq", "awq", "awq_marlin", "compressed-tensors", "fbgemm_fp8", "fp8"}
    | {"fp_quant", "gptq", "gptq_marlin", "inc", "modelopt", "modelopt_fp4", "modelopt_mixed"}
    | {"modelopt_mxfp8", "moe_wna16", "quark"}
)


@dataclass(frozen=True, slots=True)
class Room:
    """One GPU's memory, dealt out, in bytes.

    Attributes:
        budget: what the server may take.
        weights: its share of the model.
        working: what passing tokens through takes.
        token_bytes: what a token takes of its share of the cache.
        left: for the cache; below zero where not even the weights fit.
    """

    budget: int
    weights: int
    working: int
    token_bytes: float

    @property
    def left(self) -> int:
        """For the cache; below zero where not even the weights fit."""
        return self.budget - self.weights - self.working

    @property
    def tokens(self) -> int:
        """How many tokens stay in memory, of all users together."""
        return max(0, int(self.left / self.token_bytes))


def utilization(gpu: Gpu) -> float:
    """The share of the GPU's memory to take: what is free now, less a little, and never all."""
    share = gpu.free_bytes / gpu.memory_bytes if gpu.memory_bytes else 0.0
    free = math.floor((share - _HUNDREDTH) / _HUNDREDTH) * _HUNDREDTH
    return round(max(0.0, min(_MOST, free)), 2)


def room(
    shape: Shape, gpu: Gpu, *, tensor: int, pipeline: int, quantization: str, batch_tokens: int
) -> Room:
    """What is left on each GPU if the model is split so.

    Heads of keys and values are dealt out to `tensor` GPUs; where there are fewer heads
    than GPUs, or one latent for all of them, each GPU holds what it reads.
    """
    dealt = 1 if shape.latent else min(tensor, max(1, shape.kv_heads))
    exchange = _EXCHANGE_BYTES if tensor * pipeline > 1 else 0
    split = tensor * pipeline
    return Room(
        budget=int(gpu.memory_bytes * utilization(gpu)),
        weights=math.ceil(weights_bytes(shape, quantization) / split * _UNEVEN),
        working=_FIXED_BYTES + exchange + batch_tokens * _STEP_TOKEN_BYTES,
        token_bytes=shape.token_bytes / dealt / pipeline,
    )


def weights_bytes(shape: Shape, quantization: str) -> int:
    """What the weights take on all GPUs together, quantised while loading where so asked."""
    each = _BYTES_A_PARAMETER.get(quantization)
    if each is None or shape.quantized:
        return shape.weights_bytes
    return min(shape.weights_bytes, math.ceil(shape.parameters * each))


def is_online(quantization: str) -> bool:
    """Whether vLLM quantises so while it loads weights of 16 bits."""
    return quantization in _BYTES_A_PARAMETER


def is_of_files(quantization: str) -> bool:
    """Whether vLLM reads so only what lies quantised on disk."""
    return quantization in _OF_FILES
