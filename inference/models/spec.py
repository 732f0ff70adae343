"""What is peculiar about one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.types import Sampling

if TYPE_CHECKING:
    from inference.models.chat import ChatFormat
    from inference.models.formats import FimFormat
    from inference.types import Request

Use = Literal["completion", "actions", "both"]
# What a model folder's `config.json` says, as pairs of key and value.
Fingerprint = tuple[tuple[str, str | int], ...]

_BF16_BYTES = 2


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What is peculiar about one model, whatever wire it is reached by.

    Attributes:
        name: ours, lower case.
        format: how its prompts are spelled.
        context_tokens: what prompt and completion together may take.
        hub: its exact names on the hub; it is found by them, too.
        aliases: other exact names, such as a hosted one.
        token_ids: control tokens' ids as published, by text; empty where unknown.
        licence: of the weights.
        use: what it is best at: completing, or code actions and chat.
        parameters_b: how many parameters it has, in billions; 0 where unknown.
        active_b: how many of them a token passes through; 0 where all.
        kv_bytes_per_token: what a token of context takes in a 16-bit cache; 0 where
            unknown.
        chat: how its conversations are spelled; None for a base model.
        fingerprints: what tells a folder with its weights: each of these values stands
            in its `config.json`.
        note: for the user, what to know before choosing it.
        chat_sampling: how its maker recommends to draw tokens in a chat about code; None
            where nothing is published.
    """

    name: str
    format: FimFormat
    context_tokens: int
    hub: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    token_ids: tuple[tuple[str, int], ...] = ()
    licence: str = ""
    use: Use = "completion"
    parameters_b: float = 0.0
    active_b: float = 0.0
    kv_bytes_per_token: int = 0
    chat: ChatFormat | None = None
    fingerprints: Fingerprint = ()
    note: str = ""
    chat_sampling: Sampling | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is found by, ours first."""
        return (self.name, *self.hub, *self.aliases)

    @property
    def has_fim(self) -> bool:
        """Whether it was trained to fill in the middle."""
        return self.format.has_fim

    @property
    def stops(self) -> tuple[str, ...]:
        """Texts at which its completions end, the likeliest first."""
        return self.format.stops

    @property
    def weights_gb(self) -> float:
        """What its weights take in 16 bits, in billions of bytes; 0 where unknown."""
        return self.parameters_b * _BF16_BYTES


def sampling_for(request: Request, spec: ModelSpec | None) -> Sampling | None:
    """How the tokens of this answer are drawn; None leaves that to the server.

    A completion takes the likeliest: what one accepts or not shouldn't be drawn by lot.
    """
    if request.sampling is not None:
        return request.sampling
    if request.messages:
        return spec.chat_sampling if spec else None
    return Sampling()


def fingerprint(**config: str | int) -> Fingerprint:
    """The values that a folder's `config.json` has if it is the model's."""
    return tuple(config.items())


def cache_bytes(*, layers: int, kv_heads: int, head_dim: int) -> int:
    """What a token takes in the cache of ordinary attention: a key and a value a head and layer.

    With a sliding window in some layers it is the upper bound.
    """
    return 2 * layers * kv_heads * head_dim * _BF16_BYTES


def latent_cache_bytes(*, layers: int, kv_lora_rank: int, rope_dim: int) -> int:
    """What a token takes under multi-head latent attention: one latent and one rotated key.

    From DeepSeek-V2 (arXiv 2405.04434, section 2.1). A server without support for it
    that expands the latents takes far more.
    """
    return layers * (kv_lora_rank + rope_dim) * _BF16_BYTES
