"""How long reading a prompt takes, and how many tokens one step should hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.engine.gpus import flops

if TYPE_CHECKING:
    from inference.engine.shape import Shape
    from inference.machine.values import Gpu

# What a prompt of the default budget takes when nothing of it has been read before.
COLD_TOKENS = 8_192
COLD_S = 0.5
# Somebody else's keystroke waits for one step at most.
_STEP_S = 0.05
# Below the one the GPU isn't busy; above the other nothing is gained.
_LEAST, _MOST = 512, 8_192
# Splitting costs: each layer ends with an exchange.
_SPLIT_GAIN = 0.8


def reading_s(shape: Shape, gpu: Gpu, split: int, n_tokens: int = COLD_TOKENS) -> float:
    """Seconds until so many tokens are read for the first time: two operations a parameter."""
    gain = 1 if split == 1 else split * _SPLIT_GAIN
    return n_tokens * 2 * shape.active / (flops(gpu) * gain)


def batch_tokens(shape: Shape, gpu: Gpu, split: int) -> int:
    """Most tokens of one step: a power of two that takes about a twentieth of a second.

    A long prompt that nobody has read yet is read in steps of that many, and between
    them others get their next token; larger steps read it sooner and let others wait.
    """
    chosen = _LEAST
    while chosen < _MOST and reading_s(shape, gpu, split, chosen * 2) <= _STEP_S:
        chosen *= 2
    return chosen
