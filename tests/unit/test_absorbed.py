"""When queries are folded into the latent space, and when the cache is expanded for them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.runners.safetensors.absorbed import absorbs

LITE = SimpleNamespace(kv_lora_rank=512, qk_rope_head_dim=64, qk_nope_head_dim=128, v_head_dim=128)


@pytest.mark.parametrize(
    ("n_queries", "n_keys", "folded"),
    [
        # Measured on two cores, in float32: 25 to 50 times, 17, 1.6 and 0.7 times as fast folded.
        (1, 2048, True),
        (8, 8192, True),
        (128, 8192, True),
        (512, 2048, False),
        (512, 512, False),
    ],
)
def test_steps_and_drafts_are_folded_and_chunks_are_not(
    n_queries: int, n_keys: int, *, folded: bool
) -> None:
    assert absorbs(LITE, n_queries, n_keys) is folded


@given(n_queries=st.integers(1, 600), n_keys=st.integers(1, 200_000))
def test_what_pays_for_many_queries_pays_for_fewer(n_queries: int, n_keys: int) -> None:
    if n_queries <= n_keys and absorbs(LITE, n_queries, n_keys):
        assert absorbs(LITE, max(1, n_queries // 2), n_keys)
