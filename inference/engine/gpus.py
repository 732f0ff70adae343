"""What kinds of GPUs can do, in round numbers.

Rates are what dense 16-bit matrix products reach in practice, about half of what the
makers' data sheets promise; they decide how many tokens one step takes and whether one
GPU is quick enough, so that a factor of 1.5 doesn't matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.machine.values import Gpu

_TERA = 1e12
# By NVIDIA's compute capability: V100, T4, A100, RTX 30, RTX 40 and L40S, H100 and H200, B200,
# B300, RTX 50.
_BY_CAPABILITY = {
    (7, 0): 60,
    (7, 5): 30,
    (8, 0): 150,
    (8, 6): 40,
    (8, 9): 70,
    (9, 0): 400,
    (10, 0): 900,
    (10, 3): 900,
    (12, 0): 100,
}
_BY_ARCHITECTURE = {"gfx90a": 150, "gfx942": 350, "gfx950": 700}
# From that size on no GPU is slower than an A100, and most of today's are Hoppers.
_LARGE, _LARGE_RATE, _SMALL_RATE = 70e9, 300, 60
# Where the weights can be multiplied in 8 bits, and where they can be unpacked on the way.
_FP8, _FP8_WEIGHTS = (8, 9), (8, 0)
_FP8_ARCHITECTURES = ("gfx942", "gfx950")


def flops(gpu: Gpu) -> float:
    """Products and sums a second that it reaches in 16 bits."""
    known = _BY_CAPABILITY.get(gpu.capability) if gpu.capability else None
    known = known or _BY_ARCHITECTURE.get(gpu.architecture)
    return (known or (_LARGE_RATE if gpu.memory_bytes >= _LARGE else _SMALL_RATE)) * _TERA


def has_fp8(gpu: Gpu) -> bool:
    """Whether weights in 8 bits run on it, if only by being unpacked; unknown ones are trusted."""
    if gpu.vendor == "amd":
        return gpu.architecture in _FP8_ARCHITECTURES
    return gpu.capability is None or gpu.capability >= _FP8_WEIGHTS


def multiplies_fp8(gpu: Gpu) -> bool:
    """Whether it multiplies in 8 bits, and so becomes faster by them, too."""
    if gpu.vendor == "amd":
        return gpu.architecture in _FP8_ARCHITECTURES
    return gpu.capability is None or gpu.capability >= _FP8
