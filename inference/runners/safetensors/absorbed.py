"""Latent attention that reads the latent cache as it is, instead of expanding it at every step.

Multi-head latent attention keeps one latent a token, from which each head's keys and values
are products with the matrices W_UK and W_UV. transformers expands the whole cache
before each attention. As `q . (W_UK c)` is `(q W_UK) . c`, few queries are cheaper
to fold into the latent space, where all heads share one cache, and their answers to unfold by W_UV
(DeepSeek-V2, arXiv 2405.04434, section 2.1.2 and appendix C). Long chunks of a prompt are
cheaper to expand for, which is what happens then.

The way in is transformers' own: an attention function registered by name, and the modules'
`expand_kv`, which hands it the cache unexpanded.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "infill_absorbed"

_KNOWN = ("deepseek_v2", "deepseek_v3")
_PARTS = ("expand_kv", "kv_b_proj", "kv_lora_rank", "qk_nope_head_dim", "v_head_dim")
# Scores of one go: as many numbers as a processor's cache and a small GPU hold easily.
_MOST_SCORES = 1 << 22
# How near both ways must come, of what the answers measure.
_NEAR = 0.02


def absorb(model: Any) -> bool:
    """Whether the model's attention now reads its latent cache as it is.

    False, and nothing changed, for models without such a cache and where the two ways
    to compute it don't agree, as another version of the library may arrange its
    matrices otherwise. The model's configuration names the attention function
    afterwards, so it's for this model alone.
    """
    found = list(_attentions(model))
    if not found or getattr(model.config, "model_type", None) not in _KNOWN:
        return False
    if not agree(found[0]):
        return False
    _register()
    for module in found:
        # The function that is called next expands, if it must.
        module.expand_kv = _as_it_is
    model.set_attn_implementation(NAME)
    return True


def absorbs(module: Any, n_queries: int, n_keys: int) -> bool:
    """Whether so many queries are cheaper folded than so many keys are expanded.

    By multiplications: folded, a query meets each key in `2 rank + rotated` dimensions a head,
    expanded in `nope + rotated + value`, and each key costs `rank (nope + value)`. Folding and
    unfolding cost the queries as much as expanding does a key.
    """
    rank, rotated = module.kv_lora_rank, module.qk_rope_head_dim
    nope, value = module.qk_nope_head_dim, module.v_head_dim
    unfold = rank * (nope + value)
    folded = n_queries * n_keys * (2 * rank + rotated) + n_queries * unfold
    expanded = n_queries * n_keys * (nope + rotated + value) + n_keys * unfold
    return bool(folded <= expanded)


def absorbed_attention(
    module: Any,
    query: Any,
    latents: Any,
    rotated: Any,
    mask: Any,
    scaling: float,
) -> Any:
    """What each head answers, [batch, queries, heads, value], from the cache unexpanded.

    `query` is [batch, heads, queries, nope + rotated]; `latents` [batch, 1, keys, rank]
    and `rotated` [batch, 1, keys, rotated] are the cache; `mask` is a boolean or additive
    one of [batch, 1, queries, keys], or None for none.
    """
    torch = import_module("torch")
    up_key, up_value = _unfolding(module)
    n_heads, n_keys = query.shape[1], latents.shape[2]
    nope, turned = query.split([module.qk_nope_head_dim, module.qk_rope_head_dim], dim=-1)
    folded = torch.matmul(nope, up_key)
    keys, turned_keys = latents[:, 0], rotated[:, 0]
    step = max(1, _MOST_SCORES // (n_heads * n_keys))
    answers = [
        _attend(
            folded[:, :, i : i + step],
            turned[:, :, i : i + step],
            keys,
            turned_keys,
            None if mask is None else mask[:, :, i : i + step],
            scaling,
        )
        for i in range(0, query.shape[2], step)
    ]
    answered = answers[0] if len(answers) == 1 else torch.cat(answers, dim=2)
    return torch.matmul(answered, up_value.transpose(1, 2)).transpose(1, 2).contiguous()


def agree(module: Any) -> bool:
    """Whether both ways give the same on a few tokens drawn at random."""
    torch = import_module("torch")
    weight = _weight(module)
    near = {"device": weight.device, "dtype": weight.dtype}
    draw = torch.Generator().manual_seed(1)

    def drawn(*shape: int) -> Any:
        return torch.randn(shape, generator=draw).to(**near)

    with torch.no_grad():
        query = drawn(1, module.num_heads, 2, module.qk_nope_head_dim + module.qk_rope_head_dim)
        cache = drawn(1, 1, 5, module.kv_lora_rank), drawn(1, 1, 5, module.qk_rope_head_dim)
        ours = absorbed_attention(module, query, *cache, None, module.scaling).float()
        key, value = _expand(module, *cache)
        plain = torch.nn.functional.scaled_dot_product_attention
        theirs = plain(query, key, value, scale=module.scaling).transpose(1, 2).float()
    return bool((ours - theirs).abs().max() <= _NEAR * theirs.abs().max())


def _attend(
    folded: Any, turned: Any, keys: Any, turned_keys: Any, mask: Any, scaling: float
) -> Any:
    """Attention to one head of keys that all heads of queries share; answers in the latent space.

    Heads and queries are one axis here, so that the cache is read once.
    """
    torch = import_module("torch")
    n_batch, n_heads, n_queries, _ = folded.shape
    # The cache times the queries, as the other way round takes up to 16 times as long on a
    # processor in bfloat16, 1.2 to 2 times in float32.
    scores = torch.matmul(keys, folded.flatten(1, 2).transpose(1, 2))
    scores += torch.matmul(turned_keys, turned.flatten(1, 2).transpose(1, 2))
    scores = scores.transpose(1, 2).contiguous().float().mul_(scaling)
    if mask is not None:
        seen = scores.view(n_batch, n_heads, n_queries, -1)
        if mask.dtype == torch.bool:
            seen.masked_fill_(~mask, float("-inf"))
        else:
            seen += mask
    weights = torch.softmax(scores, dim=-1).to(keys.dtype)
    return torch.matmul(weights, keys).view(n_batch, n_heads, n_queries, -1)


def _attention(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **others: Any
) -> tuple[Any, None]:
    """An attention function as transformers calls it; `key` and `value` are the cache's parts."""
    sdpa = import_module("transformers.integrations.sdpa_attention")
    n_queries, n_keys = query.shape[2], key.shape[2]
    # Without a mask many queries are the whole prompt, each seeing what is before it.
    is_start = attention_mask is None and n_queries > 1
    if is_start or module.training or not absorbs(module, n_queries, n_keys):
        key, value = _expand(module, key, value)
        answered, _ = sdpa.sdpa_attention_forward(
            module, query, key, value, attention_mask, **others
        )
        return answered, None
    scaling = float(others["scaling"])
    return absorbed_attention(module, query, key, value, attention_mask, scaling), None


def _expand(module: Any, latents: Any, rotated: Any) -> tuple[Any, Any]:
    """Keys and values as the library makes them."""
    kind: Any = cast("Any", type(module))
    key, value = kind.expand_kv(module, latents, rotated)
    return key, value


def _as_it_is(latents: Any, rotated: Any) -> tuple[Any, Any]:
    """The cache, in the place of `expand_kv`."""
    return latents, rotated


def _unfolding(module: Any) -> tuple[Any, Any]:
    """W_UK, [heads, nope, rank], and W_UV, [heads, value, rank]: views of one matrix."""
    nope, value = module.qk_nope_head_dim, module.v_head_dim
    heads = _weight(module).view(-1, nope + value, module.kv_lora_rank)
    return heads[:, :nope], heads[:, nope:]


def _weight(module: Any) -> Any:
    """The expanding matrix as numbers; of a quantised one a copy is made once."""
    projection = module.kv_b_proj
    weight: Any = getattr(projection, "weight", None)
    rank = module.kv_lora_rank
    is_plain = type(weight).__module__.partition(".")[0] == "torch"
    if is_plain and weight.is_floating_point() and weight.shape[-1] == rank:
        return weight
    kept = getattr(module, "_unfolded", None)
    if kept is None:
        torch = import_module("torch")
        like = next(module.kv_a_layernorm.parameters())
        ones = torch.eye(rank, dtype=like.dtype, device=like.device)
        with torch.no_grad():
            kept = projection(ones).transpose(0, 1).contiguous()
        module.register_buffer("_unfolded", kept, persistent=False)
    return kept


def _attentions(model: Any) -> Iterator[Any]:
    for module in model.modules():
        if all(hasattr(module, part) for part in _PARTS):
            yield module


def _register() -> None:
    """Make the function known by its name, with the masks that go with it."""
    masks = import_module("transformers.masking_utils")
    modeling = import_module("transformers.modeling_utils")
    modeling.ALL_ATTENTION_FUNCTIONS.register(NAME, _attention)
    masks.ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, masks.sdpa_mask)
