"""A model as far as serving it goes: its size, what a token takes, how it can be split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from inference.engine.heads import HEADS, NATIVE_TOKENS
from inference.runners.memory import token_bytes
from inference.runners.parameters import is_latent, parameters_of, text_part, whole

if TYPE_CHECKING:
    from inference.models.spec import ModelSpec
    from inference.runners.parameters import Config

_BF16_BYTES = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A model as far as serving it goes.

    Attributes:
        name: what the server is to call it.
        source: what vLLM is told to load: a folder, or the name on the hub.
        parameters: how many.
        active: those that a token passes.
        weights_bytes: as they lie on disk, or in 16 bits where they aren't here.
        token_bytes: what a token takes in the cache, whole model.
        heads: of the queries; 0 where unknown.
        kv_heads: of keys and values; 0 under latent attention.
        context_tokens: the most it is good for.
        native_tokens: the most it takes without being told to stretch.
        quantized: how its files say that they are quantised; empty where they aren't.
        local: the weights are on this machine.
        fim: it was trained to fill in the middle.
    """

    name: str
    source: str
    parameters: int
    active: int
    weights_bytes: int
    token_bytes: int
    heads: int
    kv_heads: int
    context_tokens: int
    native_tokens: int
    quantized: str = ""
    local: bool = False
    fim: bool = True

    @property
    def latent(self) -> bool:
        """Whether each GPU holds the whole cache, as all heads read one latent."""
        return self.heads > 0 and self.kv_heads == 0

    @property
    def sparse(self) -> bool:
        """Whether a token passes a part of it only: a mixture of experts."""
        return self.active * 2 < self.parameters


def shape_of(
    spec: ModelSpec,
    *,
    folder: str = "",
    config: Config | None = None,
    weights_bytes: int = 0,
) -> Shape | None:
    """What there is to know; None where nobody knows how large the model is.

    Args:
        spec: what the table says.
        folder: where its weights lie on this machine; empty where they don't.
        config: its `config.json`, which tells better than the table.
        weights_bytes: what its files of weights come to.
    """
    known = _from_table(spec)
    told = _from_config(spec, config, weights_bytes) if config else None
    shape = told or known
    if shape is None:
        return None
    return replace(shape, source=folder, local=True) if folder else shape


def _from_table(spec: ModelSpec) -> Shape | None:
    if not (spec.parameters_b and spec.kv_bytes_per_token and spec.hub):
        return None
    heads, kv_heads = HEADS.get(spec.name, (0, 0))
    parameters = round(spec.parameters_b * 1e9)
    return Shape(
        name=spec.name,
        source=spec.hub[0],
        parameters=parameters,
        active=round((spec.active_b or spec.parameters_b) * 1e9),
        weights_bytes=parameters * _BF16_BYTES,
        token_bytes=spec.kv_bytes_per_token,
        heads=heads,
        kv_heads=kv_heads,
        context_tokens=spec.context_tokens,
        native_tokens=NATIVE_TOKENS.get(spec.name, spec.context_tokens),
        fim=spec.has_fim,
    )


def _from_config(spec: ModelSpec, config: Config, weights_bytes: int) -> Shape | None:
    try:
        text = text_part(config)
        counted, heads = parameters_of(text), whole(text, "num_attention_heads")
        native = whole(text, "max_position_embeddings", spec.context_tokens)
        return Shape(
            name=spec.name,
            source=spec.hub[0] if spec.hub else spec.name,
            parameters=counted.total,
            active=counted.active,
            weights_bytes=weights_bytes or counted.total * _BF16_BYTES,
            token_bytes=token_bytes(text),
            heads=heads,
            kv_heads=0 if is_latent(text) else whole(text, "num_key_value_heads", heads),
            context_tokens=spec.context_tokens if spec.hub else min(native, spec.context_tokens),
            native_tokens=native,
            quantized=_method(config),
            fim=spec.has_fim,
        )
    except ValueError:
        return None


def _method(config: Config) -> str:
    """How the files are quantised, in the words of whoever did."""
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return ""
    return str(cast("dict[str, object]", said).get("quant_method", "quantised"))
