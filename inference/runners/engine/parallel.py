"""Over how many GPUs a model is spread, and how: arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.runners.parameters import is_latent, text_part, whole

if TYPE_CHECKING:
    from inference.runners.parameters import Config

# Of a GPU's free memory; the rest is for what passes through the layers, and for the cache.
WEIGHTS_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Parallel:
    """How a model is spread.

    Attributes:
        tensor: GPUs that share each layer; they talk several times a layer.
        pipeline: groups of them that hold some layers each, one after the other.
    """

    tensor: int = 1
    pipeline: int = 1

    @property
    def n_devices(self) -> int:
        """How many GPUs that takes."""
        return self.tensor * self.pipeline


def choose_parallel(
    config: Config, *, n_devices: int, device_bytes: int, weights_bytes: int
) -> Parallel:
    """As many GPUs as can share layers share them, as that makes each answer quicker.

    A pipeline makes none quicker: there is one only where the weights don't fit
    otherwise, as short as holds them. Where nothing holds them, what has the most room.

    Args:
        config: the model's `config.json`.
        n_devices: the GPUs of this machine that may be used.
        device_bytes: what is free on the fullest of them.
        weights_bytes: what the weights take together.
    """
    layers = whole(text_part(config), "num_hidden_layers")
    ways = [
        Parallel(tensor, length)
        for tensor in reversed(_sizes(n_devices))
        if _divides(config, tensor)
        for length in range(1, min(n_devices // tensor, layers) + 1)
    ]
    room = device_bytes * WEIGHTS_SHARE
    holding = (way for way in ways if weights_bytes <= room * way.n_devices)
    widest = max(ways, key=lambda way: way.n_devices, default=Parallel())
    return next(holding, widest)


def _sizes(n_devices: int) -> list[int]:
    """Powers of two, up to the devices there are."""
    return [1 << power for power in range(n_devices.bit_length())]


def _divides(config: Config, size: int) -> bool:
    """Whether vLLM takes the size: heads and the feed-forward's widths are cut evenly.

    Fewer keys and values than GPUs are repeated on several, which must come out even, too.
    """
    config = text_part(config)
    heads = whole(config, "num_attention_heads")
    pairs = heads if is_latent(config) else whole(config, "num_key_value_heads", heads)
    widths = (whole(config, name, 0) for name in ("intermediate_size", "moe_intermediate_size"))
    repeats = pairs % size == 0 or size % pairs == 0
    return heads % size == 0 and repeats and all(width % size == 0 for width in widths)
