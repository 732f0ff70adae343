"""What models take in memory, by their `config.json`, against figures published or counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.runners.memory import (
    Need,
    as_precision,
    fitting_tokens,
    lighter,
    need_of,
    need_of_file,
    refusal,
    token_bytes,
)
from inference.runners.parameters import parameters_of

LITE: dict[str, Any] = {
    "model_type": "deepseek_v2",
    "hidden_size": 2048,
    "intermediate_size": 10944,
    "moe_intermediate_size": 1408,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "n_shared_experts": 2,
    "n_routed_experts": 64,
    "num_experts_per_tok": 6,
    "q_lora_rank": None,
    "kv_lora_rank": 512,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "v_head_dim": 128,
    "first_k_dense_replace": 1,
    "moe_layer_freq": 1,
    "vocab_size": 102400,
    "tie_word_embeddings": False,
}
LARGE: dict[str, Any] = LITE | {
    "hidden_size": 5120,
    "intermediate_size": 12288,
    "moe_intermediate_size": 1536,
    "num_hidden_layers": 60,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "n_routed_experts": 160,
    "q_lora_rank": 1536,
}
QWEN_7B: dict[str, Any] = {
    "model_type": "qwen2",
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "tie_word_embeddings": False,
}
STARCODER2_3B: dict[str, Any] = {
    "model_type": "starcoder2",
    "hidden_size": 3072,
    "intermediate_size": 12288,
    "num_hidden_layers": 30,
    "num_attention_heads": 24,
    "num_key_value_heads": 2,
    "vocab_size": 49152,
    "use_bias": True,
}
QWEN3_30B: dict[str, Any] = {
    "model_type": "qwen3_moe",
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "num_hidden_layers": 48,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "vocab_size": 151936,
    "tie_word_embeddings": False,
}


@pytest.mark.parametrize(
    ("config", "total", "active"),
    [
        # transformers' own modules count so, to the last one (torch's meta device).
        (LITE, 15_706_484_224, 2_661_150_208),
        (LARGE, 235_741_434_880, 21_375_800_320),
        (QWEN_7B, 7_615_616_512, 7_615_616_512),
        (STARCODER2_3B, 3_030_371_328, 3_030_371_328),
        (QWEN3_30B, 30_532_122_624, 3_353_032_704),
        ({"text_config": QWEN_7B, "vision_config": {}}, 7_615_616_512, 7_615_616_512),
    ],
)
def test_parameters_are_those_of_the_modules(
    config: dict[str, Any], total: int, active: int
) -> None:
    counted = parameters_of(config)
    assert (counted.total, counted.active) == (total, active)


def test_a_latent_cache_takes_a_ninth_of_an_ordinary_one() -> None:
    """DeepSeek-Coder-V2-Lite: 27 layers x (512 + 64) x 2 bytes."""
    assert token_bytes(LITE) == 31_104
    assert token_bytes(LARGE) == 69_120
    assert token_bytes(QWEN_7B) == 57_344


def test_a_refusal_shows_the_sum_and_a_way_out() -> None:
    free = 23_500_000_000
    need = need_of(LITE, "bf16", 8256)
    small = lighter(LITE, need, free)
    assert small is not None
    text = refusal(need, free, (as_precision(small), "a .gguf"))
    assert text == (
        "15.7 B parameters x 2 bytes = 31.4 GB, 8,256 tokens x 31,104 B = 0.3 GB and 0.5 GB to "
        'work in need 32.1 GB; 23.5 GB are free: choose `local.precision = "int8"` (about 16.9 GB) '
        "or a .gguf"
    )
    assert refusal(small, free) is None


def test_a_shorter_context_is_a_way_out_where_the_weights_fit() -> None:
    need = need_of_file(8_000_000_000, 131_072, 57_344)
    assert refusal(need, 12_000_000_000) == (
        "weights of 8.0 GB and 131,072 tokens x 57,344 B = 7.5 GB need 15.5 GB; 12.0 GB are free: "
        "choose a context of 69,632 tokens or fewer"
    )


def test_lower_precisions_shrink_what_they_hold() -> None:
    """Tables, routers and the latent's expansion stay, so int4 isn't a quarter of bf16."""
    sizes = [need_of(LITE, each, 0).weights_bytes for each in ("float32", "bf16", "int8", "int4")]
    assert [round(each / 1e9, 1) for each in sizes] == [62.8, 31.4, 16.2, 9.5]


def test_where_nothing_fits_no_precision_is_offered() -> None:
    assert lighter(LARGE, need_of(LARGE, "bf16", 8256), 80_000_000_000) is None


def test_a_configuration_without_sizes_is_named() -> None:
    with pytest.raises(ValueError, match="hidden_size"):
        parameters_of({"model_type": "llama"})


@given(free=st.integers(0, 10**11), n_tokens=st.integers(1, 10**6))
def test_as_many_tokens_as_are_said_to_fit_do(free: int, n_tokens: int) -> None:
    need = need_of_file(5 * 10**9, n_tokens, 31_104, 10**8)
    some = fitting_tokens(need, free)
    if some:
        assert _with(need, some).total <= free < _with(need, some + 1).total
    else:
        assert _with(need, 1).total > free


def _with(need: Need, n_tokens: int) -> Need:
    return need_of_file(need.weights_bytes, n_tokens, need.token_bytes, need.working_bytes)
