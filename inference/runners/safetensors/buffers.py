"""Keys and values in memory that is taken ahead, so that a step appends instead of copying all.

transformers' own cache is a new tensor at each step: at 8K tokens of DeepSeek-Coder-V2-Lite,
250 MB are copied for every token generated.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any, cast

# Room is taken in steps of so many tokens, which a dozen keystrokes and their answers take.
_GRAIN = 512


class Buffers:
    """The cache of one head, as `heads.Cache`; made and used under `torch.inference_mode`.

    Sliding windows are kept whole, too: what is out of sight is masked by the model, and what
    is taken back may bring it into sight again. Layers that keep something else than keys
    and values by token (a state, an index) can only go on from their end.
    """

    def __init__(self, config: Any) -> None:
        self._config = config
        self.past, self.can_crop = _new(config)

    @property
    def length(self) -> int:
        """How many tokens it holds."""
        return int(self.past.get_seq_length())

    @property
    def n_bytes(self) -> int:
        """What it takes in memory, room for more included."""
        return sum(_n_bytes(layer) for layer in self.past.layers)

    def reserve(self, n_tokens: int) -> None:
        """Take room for so many in all at the next step that hasn't enough."""
        for layer in self.past.layers if self.can_crop else ():
            layer.n_reserved = n_tokens

    def crop(self, length: int) -> None:
        """Keep the first of them."""
        if length == self.length:
            return
        for layer in self.past.layers:
            _shorten(layer, length)

    def copy(self, length: int) -> Buffers:
        """The first of them, in a memory of its own."""
        copied = Buffers(self._config)
        for mine, theirs in zip(copied.past.layers, self.past.layers, strict=True):
            if theirs.is_initialized:
                mine.update(theirs.keys[..., :length, :], theirs.values[..., :length, :])
        return copied


def _new(config: Any) -> tuple[Any, bool]:
    """An empty cache for the model, and whether its layers are ours."""
    cache_utils = import_module("transformers.cache_utils")
    usual = cache_utils.DynamicCache(config=config)
    plain = {cache_utils.DynamicLayer, cache_utils.DynamicSlidingWindowLayer}
    if not usual.layers or any(type(layer) not in plain for layer in usual.layers):
        return usual, False
    return cache_utils.Cache(layers=[_layer_type()() for _ in usual.layers]), True


@lru_cache
def _layer_type() -> Any:
    """Made from its parts, as the library that has its base is only there at run time."""
    base = import_module("transformers.cache_utils").DynamicLayer
    parts: dict[str, Any] = {
        "n_reserved": 0,
        "n_held": 0,
        "update": _update,
        "get_seq_length": _n_held,
    }
    return type("BufferLayer", (base,), parts)


def _update(layer: Any, keys: Any, values: Any, *_: object, **__: object) -> tuple[Any, Any]:
    """All keys and values, these at their end."""
    start = layer.n_held
    end = start + keys.shape[-2]
    if not layer.is_initialized or end > layer.key_room.shape[-2]:
        _grow(layer, keys, values, end)
    layer.key_room[..., start:end, :] = keys
    layer.value_room[..., start:end, :] = values
    _show(layer, end)
    return layer.keys, layer.values


def _n_held(layer: Any) -> int:
    return int(layer.n_held)


def _grow(layer: Any, keys: Any, values: Any, n_tokens: int) -> None:
    n_room = -(-max(n_tokens, layer.n_reserved) // _GRAIN) * _GRAIN
    if not layer.is_initialized:
        layer.lazy_initialization(keys, values)
        held: tuple[Any, Any] | None = None
    else:
        held = (layer.keys, layer.values)
    layer.key_room = keys.new_empty((*keys.shape[:-2], n_room, keys.shape[-1]))
    layer.value_room = values.new_empty((*values.shape[:-2], n_room, values.shape[-1]))
    if held is not None:
        layer.key_room[..., : layer.n_held, :] = held[0]
        layer.value_room[..., : layer.n_held, :] = held[1]


def _show(layer: Any, n_tokens: int) -> None:
    layer.n_held = n_tokens
    layer.keys = layer.key_room[..., :n_tokens, :]
    layer.values = layer.value_room[..., :n_tokens, :]


def _shorten(layer: Any, length: int) -> None:
    if layer.is_initialized and length < layer.n_held:
        _show(layer, length)


def _n_bytes(layer: Any) -> int:
    # What is shown of it is a part of the room, not more memory.
    named = cast("dict[str, Any]", vars(layer))
    hidden = {"keys", "values"} if "key_room" in named else set[str]()
    held = [value for name, value in named.items() if name not in hidden]
    return sum(int(one.numel()) * int(one.element_size()) for one in held if hasattr(one, "numel"))
