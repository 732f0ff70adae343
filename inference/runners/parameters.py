"""How many parameters a model has, by what becomes of them in memory.

From a `config.json` alone, before anything is downloaded or loaded. Sizes of the layers are
those of transformers' modules of the same `model_type`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    Config = Mapping[str, object]

# What follows from the type alone, as the configuration doesn't say it.
_QKV_BIAS = ("qwen2", "qwen2_moe")
_QK_NORM = ("qwen3", "qwen3_moe")
_BIASED = ("starcoder2", "gpt_bigcode", "phi", "gpt_neox")
_UNGATED = ("starcoder2", "gpt_bigcode", "phi", "gpt_neox")
_FOUR_NORMS = ("gemma2", "gemma3_text", "glm4")
_CENTRED_NORMS = ("starcoder2", "gpt_bigcode", "stablelm", "phi", "gpt_neox")
_TIED = ("starcoder2", "gpt_bigcode", "gemma", "gemma2", "gemma3_text")


@dataclass(frozen=True, slots=True)
class Parameters:
    """How many numbers a model's weights are.

    Attributes:
        embeddings: the table of tokens and, where it isn't the same, the head's.
        attention: matrices of the attention but `latent`.
        latent: matrices that expand a latent cache into keys and values.
        feed_forward: matrices that every token passes: dense layers, shared experts.
        experts: matrices of the experts that a router chooses among.
        active_experts: those of them that a token passes.
        rest: norms, biases, routers.
    """

    embeddings: int = 0
    attention: int = 0
    latent: int = 0
    feed_forward: int = 0
    experts: int = 0
    active_experts: int = 0
    rest: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.matrices + self.embeddings + self.latent + self.rest

    @property
    def matrices(self) -> int:
        """Those that a lower precision makes smaller."""
        return self.attention + self.feed_forward + self.experts

    @property
    def active(self) -> int:
        """Those that a token passes, the table of tokens included."""
        return self.total - self.experts + self.active_experts


def parameters_of(config: Config) -> Parameters:
    """How many parameters the model of this `config.json` has.

    Exact for the families that this project knows (llama, mistral, qwen2, qwen3 with and
    without experts, starcoder2, gemma, granite, deepseek_v2 and v3); what resembles them is
    within a percent.

    Raises:
        ValueError: it gives no sizes.
    """
    config = text_part(config)
    hidden, layers = whole(config, "hidden_size"), whole(config, "num_hidden_layers")
    tied = bool(config.get("tie_word_embeddings", config.get("model_type") in _TIED))
    attention = _latent_attention(config) if is_latent(config) else _attention(config)
    feed_forward = _feed_forward(config)
    norms = 4 if config.get("model_type") in _FOUR_NORMS else 2
    norm = hidden * (2 if config.get("model_type") in _CENTRED_NORMS else 1)
    return Parameters(
        embeddings=whole(config, "vocab_size") * hidden * (1 if tied else 2),
        attention=layers * attention.attention,
        latent=layers * attention.latent,
        feed_forward=feed_forward.feed_forward,
        experts=feed_forward.experts,
        active_experts=feed_forward.active_experts,
        rest=layers * (attention.rest + norms * norm) + feed_forward.rest + norm,
    )


def text_part(config: Config) -> Config:
    """The part that describes the language model, where others stand beside it."""
    inner = config.get("text_config")
    if isinstance(inner, dict) and "hidden_size" not in config:
        config = cast("dict[str, object]", inner)
    if config.get("model_type") == "gpt_bigcode":
        return _of_bigcode(config)
    return config


def _of_bigcode(config: Config) -> Config:
    """The first StarCoder's, in today's words."""
    words = {
        "hidden_size": config.get("n_embd"),
        "num_hidden_layers": config.get("n_layer"),
        "num_attention_heads": config.get("n_head"),
        "num_key_value_heads": 1 if config.get("multi_query", True) else config.get("n_head"),
        "intermediate_size": config.get("n_inner"),
    }
    return {**words, **config}


def is_latent(config: Config) -> bool:
    """Whether the cache holds one latent a token instead of keys and values a head.

    From DeepSeek-V2 (arXiv 2405.04434, section 2.1).
    """
    return config.get("kv_lora_rank") is not None


def whole(config: Config, key: str, default: int | None = None) -> int:
    """The whole number under that key.

    Raises:
        ValueError: there is none and no default.
    """
    value = config.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if default is None:
        raise ValueError(f"config.json has no whole number under {key}")
    return default


def head_dim(config: Config) -> int:
    """How wide a head of ordinary attention is."""
    wide = whole(config, "hidden_size") // whole(config, "num_attention_heads")
    return whole(config, "head_dim", wide)


def _attention(config: Config) -> Parameters:
    hidden, heads = whole(config, "hidden_size"), whole(config, "num_attention_heads")
    pairs, width = whole(config, "num_key_value_heads", heads), head_dim(config)
    into, out = (heads + 2 * pairs) * width, heads * width
    biased = config.get("attention_bias", config.get("model_type") in _BIASED)
    bias = into + hidden if config.get("use_bias", biased) else 0
    if config.get("model_type") in _QKV_BIAS:
        bias = into
    normed = 2 * width if config.get("model_type") in _QK_NORM else 0
    return Parameters(attention=hidden * (into + out), rest=bias + normed)


def _latent_attention(config: Config) -> Parameters:
    hidden, heads = whole(config, "hidden_size"), whole(config, "num_attention_heads")
    rank, rotated = whole(config, "kv_lora_rank"), whole(config, "qk_rope_head_dim")
    nope, value = whole(config, "qk_nope_head_dim"), whole(config, "v_head_dim")
    query_rank = whole(config, "q_lora_rank", 0)
    queries = heads * (nope + rotated)
    asked = query_rank * (hidden + queries) if query_rank else hidden * queries
    return Parameters(
        attention=asked + hidden * (rank + rotated) + heads * value * hidden,
        latent=rank * heads * (nope + value),
        rest=query_rank + rank,
    )


def _feed_forward(config: Config) -> Parameters:
    """Of all layers together, as the first may be without experts."""
    hidden, layers = whole(config, "hidden_size"), whole(config, "num_hidden_layers")
    wide = whole(config, "intermediate_size", 4 * hidden)
    sparse = _layers_with_experts(config)
    gated = 2 if config.get("model_type") in _UNGATED else 3
    biased = config.get("mlp_bias") or (gated == 2 and config.get("use_bias", True))  # noqa: PLR2004 -- up and down
    bias = ((gated - 1) * wide + hidden) if biased else 0
    n_experts, narrow = _experts(config), whole(config, "moe_intermediate_size", wide)
    shared = narrow * whole(config, "n_shared_experts", 0)
    shared = whole(config, "shared_expert_intermediate_size", shared)
    one = 3 * hidden * narrow
    routed = n_experts * hidden
    if config.get("model_type") == "qwen2_moe":
        routed += hidden
    return Parameters(
        feed_forward=(layers - sparse) * gated * hidden * wide + sparse * 3 * hidden * shared,
        experts=sparse * n_experts * one,
        active_experts=sparse * whole(config, "num_experts_per_tok", 0) * one,
        rest=(layers - sparse) * bias + sparse * routed,
    )


def _experts(config: Config) -> int:
    return max(
        whole(config, key, 0) for key in ("n_routed_experts", "num_experts", "num_local_experts")
    )


def _layers_with_experts(config: Config) -> int:
    if not _experts(config):
        return 0
    layers, dense = whole(config, "num_hidden_layers"), config.get("mlp_only_layers")
    every = whole(config, "decoder_sparse_step", whole(config, "moe_layer_freq", 1))
    without = cast("list[int]", dense) if isinstance(dense, list) else []
    first = whole(config, "first_k_dense_replace", 0)
    return sum((i + 1) % every == 0 for i in range(first, layers) if i not in without)
