"""What a model and its context take in memory, and whether that is there: arithmetic only.

Weights and cache are exact; what passing tokens through the layers takes is an upper
estimate. Sizes are decimal, as makers of memory and of models count: 1 GB is 10^9 bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inference.runners.parameters import head_dim, is_latent, parameters_of, text_part, whole

if TYPE_CHECKING:
    from inference.runners.parameters import Config, Parameters

Precision = Literal["float32", "bf16", "int8", "int4"]

FULL, HALF = 4, 2
CHUNK_TOKENS = 512
INT4_GROUP = 64
"""How many neighbours share a scale: the most that divides the widths of all models known."""

_GB = 1e9
_MILLION = 1e6
# A scale of 16 bits a row, whose rows are 1,024 long or longer, rounded up.
_INT8_BYTES = 1 + HALF / 1024
# Half a byte, and a scale and a zero of 16 bits a group.
_INT4_BYTES = 0.5 + 2 * HALF / INT4_GROUP
_LIGHTER: tuple[Precision, ...] = ("bf16", "int8", "int4")


@dataclass(frozen=True, slots=True)
class Need:
    """What a model takes, and out of what that comes.

    Attributes:
        parameters: 0 where only the file's size is known.
        precision: of most of them; a word for messages where it's a file.
        weights_bytes: all of them, scales included.
        n_tokens: of context, and so of cache.
        token_bytes: what one of them takes in the cache.
        working_bytes: what passing tokens through the layers takes on top.
    """

    parameters: int
    precision: str
    weights_bytes: int
    n_tokens: int
    token_bytes: int
    working_bytes: int = 0

    @property
    def cache_bytes(self) -> int:
        """What the whole context takes in the cache."""
        return self.n_tokens * self.token_bytes

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.weights_bytes + self.cache_bytes + self.working_bytes


def weights_bytes(parameters: Parameters, precision: Precision, *, kept_bytes: int = HALF) -> int:
    """What the weights take.

    int8 and int4 hold the matrices of attention and feed-forward; the tables of tokens,
    the matrices that expand a latent cache, norms and routers keep `kept_bytes` each.
    """
    if precision == "float32":
        return parameters.total * FULL
    if precision == "bf16":
        return parameters.total * HALF
    each = _INT8_BYTES if precision == "int8" else _INT4_BYTES
    kept = parameters.total - parameters.matrices
    return math.ceil(parameters.matrices * each) + kept * kept_bytes


def token_bytes(config: Config, *, element_bytes: int = HALF) -> int:
    """What a token takes in the cache, all layers together.

    Under latent attention one latent and one rotated key a layer (DeepSeek-V2, arXiv
    2405.04434, section 2.1), else a key and a value a head; with a sliding window in some
    layers that is the upper bound.
    """
    config = text_part(config)
    layers = whole(config, "num_hidden_layers")
    if is_latent(config):
        latent = whole(config, "kv_lora_rank") + whole(config, "qk_rope_head_dim")
        return layers * latent * element_bytes
    pairs = whole(config, "num_key_value_heads", whole(config, "num_attention_heads"))
    return 2 * layers * pairs * head_dim(config) * element_bytes


def working_bytes(
    config: Config,
    *,
    n_tokens: int,
    chunk_tokens: int = CHUNK_TOKENS,
    element_bytes: int = HALF,
) -> int:
    """At most what passing `chunk_tokens` through takes behind `n_tokens` of context.

    One layer at a time: the stream and its copies, the widest of the feed-forward's
    products, queries and answers, an expanded cache, and the scores where a device has no
    fused attention; and the logits of one position in full precision.
    """
    config = text_part(config)
    chunk = min(chunk_tokens, n_tokens)
    hidden, heads = whole(config, "hidden_size"), whole(config, "num_attention_heads")
    stream = 6 * chunk * hidden * element_bytes
    products = 3 * chunk * _widest(config) * element_bytes
    width = _expanded_width(config)
    expanded = (2 * chunk + n_tokens) * heads * width * element_bytes
    scores = 2 * chunk * heads * n_tokens * element_bytes
    logits = whole(config, "vocab_size") * FULL
    return stream + max(products, expanded + scores) + logits


def loading_bytes(config: Config, *, element_bytes: int = HALF) -> int:
    """What loading takes on top: a layer's experts are put into one tensor, in a copy of them.

    Twice as much where they are made smaller then, as they wait in full.
    """
    parameters = parameters_of(config)
    layers = whole(text_part(config), "num_hidden_layers")
    largest = max(parameters.experts * 2 // (3 * layers), parameters.embeddings // 2)
    return largest * element_bytes


def need_of(
    config: Config,
    precision: Precision,
    n_tokens: int,
    *,
    kept_bytes: int = HALF,
    chunk_tokens: int = CHUNK_TOKENS,
) -> Need:
    """What the model of this `config.json` takes with a context of so many tokens.

    `kept_bytes` is what numbers take that aren't quantised, the cache's included; float32
    takes four in any case.

    Raises:
        ValueError: the configuration gives no sizes.
    """
    element = FULL if precision == "float32" else HALF if precision == "bf16" else kept_bytes
    parameters = parameters_of(config)
    return Need(
        parameters=parameters.total,
        precision=precision,
        weights_bytes=weights_bytes(parameters, precision, kept_bytes=kept_bytes),
        n_tokens=n_tokens,
        token_bytes=token_bytes(config, element_bytes=element),
        working_bytes=working_bytes(
            config, n_tokens=n_tokens, chunk_tokens=chunk_tokens, element_bytes=element
        ),
    )


def need_of_file(file_bytes: int, n_tokens: int, token_bytes: int, working_bytes: int = 0) -> Need:
    """What a file that is loaded as it lies there takes, such as a `.gguf`."""
    return Need(0, "file", file_bytes, n_tokens, token_bytes, working_bytes)


def fitting_tokens(need: Need, free_bytes: int) -> int:
    """How long a context may be in so much memory; 0 where not even the weights fit."""
    left = free_bytes - need.weights_bytes - need.working_bytes
    return max(0, left // need.token_bytes) if need.token_bytes else 0


def lighter(
    config: Config,
    need: Need,
    free_bytes: int,
    *,
    choices: tuple[Precision, ...] = _LIGHTER,
    kept_bytes: int = HALF,
) -> Need | None:
    """The same with the highest of the precisions given that fits; None where none does."""
    for precision in choices:
        other = need_of(config, precision, need.n_tokens, kept_bytes=kept_bytes)
        if other.total <= free_bytes and other.weights_bytes < need.weights_bytes:
            return other
    return None


def refusal(need: Need, free_bytes: int, ways: tuple[str, ...] = ()) -> str | None:
    """Why it can't fit, with the arithmetic and what to do; None where it fits.

    `ways` are what the caller knows to help; a shorter context is added where that alone
    would do.
    """
    if need.total <= free_bytes:
        return None
    some = fitting_tokens(need, free_bytes)
    if some >= _worth(need.n_tokens):
        ways = (*ways, f"a context of {some // 256 * 256:,} tokens or fewer")
    remedy = f": choose {' or '.join(ways)}" if ways else ""
    return f"{arithmetic(need)}; {size(free_bytes)} are free{remedy}"


def arithmetic(need: Need) -> str:
    """The sum in words."""
    return f"{_sum(need)} need {size(need.total)}"


def as_precision(need: Need) -> str:
    """A way out as `refusal` takes it: the setting, and what it comes to."""
    return f'`local.precision = "{need.precision}"` (about {size(need.total)})'


def size(n_bytes: float) -> str:
    """Bytes for people: "31.4 GB", "8 MB"."""
    if n_bytes < _GB / 10:
        return f"{n_bytes / _MILLION:.3g} MB" if n_bytes >= _MILLION else f"{n_bytes:,.0f} B"
    return f"{n_bytes / _GB:,.1f} GB"


def _sum(need: Need) -> str:
    if need.parameters:
        each = {"float32": FULL, "bf16": HALF}.get(need.precision)
        bits = f"{each} bytes" if each else need.precision
        weights = f"{_count(need.parameters)} parameters x {bits} = {size(need.weights_bytes)}"
    else:
        weights = f"weights of {size(need.weights_bytes)}"
    cache = f"{need.n_tokens:,} tokens x {need.token_bytes:,} B = {size(need.cache_bytes)}"
    if not need.working_bytes:
        return f"{weights} and {cache}"
    return f"{weights}, {cache} and {size(need.working_bytes)} to work in"


def _count(parameters: int) -> str:
    if parameters >= _GB:
        return f"{parameters / _GB:.1f} B"
    return f"{parameters / _MILLION:.1f} M"


def _worth(n_tokens: int) -> int:
    """A context that is too short for any repository is no way out."""
    return min(1024, n_tokens // 2)


def _widest(config: Config) -> int:
    """The feed-forward's widest product a token, dense or over the experts it passes."""
    wide = whole(config, "intermediate_size", 4 * whole(config, "hidden_size"))
    narrow = whole(config, "moe_intermediate_size", wide)
    chosen = whole(config, "num_experts_per_tok", 0)
    return max(wide, chosen * narrow)


def _expanded_width(config: Config) -> int:
    """What a head's key and value of one token take while attention runs, in numbers."""
    if not is_latent(config):
        return 2 * head_dim(config)
    nope, value = whole(config, "qk_nope_head_dim"), whole(config, "v_head_dim")
    return 2 * (nope + value) + whole(config, "qk_rope_head_dim")
