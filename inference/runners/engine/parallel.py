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


def choose_parallel(
    config: Config, *, n_devices: int, device_bytes: int, weights_bytes: int
) -> Parallel:
    """Every GPU that can share layers shares them, as that makes each answer quicker.

    A pipeline makes none quicker: there is one only where the weights don't fit
    otherwise, as short as holds them. Whether they fit at all is for others to say.

    Args:
        config: the model's `config.json`.
        n_devices: the GPUs of this machine that may be used.
        device_bytes: what is free on the fullest of them.
        weights_bytes: what the weights take together.
    """
    tensor = max((size for size in _sizes(n_devices) if _divides(config, size)), default=1)
    longest = min(n_devices // tensor, whole(text_part(config), "num_hidden_layers"))
    room = device_bytes * WEIGHTS_SHARE * tensor
    lengths = range(1, max(1, longest) + 1)
    shortest = (length for length in lengths if weights_bytes <= room * length)
    return Parallel(tensor, next(shortest, lengths[-1]))


def _sizes(n_devices: int) -> list[int]:
    """Powers of two, up to the devices there are."""
    return [1 << power for power in range(max(1, n_devices).bit_length())]


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
