"""What vLLM is told and what its words mean, without vLLM."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import BackendError
from inference.runners.engine.arguments import Devices, arguments
from inference.runners.engine.parallel import Parallel, choose_parallel
from inference.runners.engine.steps import fault_of, step_of
from inference.runners.engine.weights import read_config
from inference.runners.runner import Plan, Step

GB = 1_000_000_000
LITE = {
    "model_type": "deepseek_v2",
    "vocab_size": 102_400,
    "hidden_size": 2048,
    "intermediate_size": 10_944,
    "moe_intermediate_size": 1408,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "n_shared_experts": 2,
    "n_routed_experts": 64,
    "num_experts_per_tok": 6,
    "first_k_dense_replace": 1,
    "kv_lora_rank": 512,
    "q_lora_rank": None,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "v_head_dim": 128,
}
LARGE = LITE | {
    "hidden_size": 5120,
    "intermediate_size": 12_288,
    "moe_intermediate_size": 1536,
    "num_hidden_layers": 60,
    "num_attention_heads": 128,
    "n_routed_experts": 160,
    "q_lora_rank": 1536,
}
QWEN = {
    "model_type": "qwen2",
    "vocab_size": 152_064,
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
}


@pytest.mark.parametrize(
    ("config", "n", "device_gb", "weights_gb", "expected"),
    [
        (LITE, 1, 80, 31, Parallel()),
        (LITE, 2, 80, 31, Parallel(2)),
        (LITE, 3, 80, 31, Parallel(2)),
        (LITE, 8, 80, 31, Parallel(8)),
        (LARGE, 8, 80, 472, Parallel(8)),
        (LARGE, 16, 48, 472, Parallel(16)),
        # Eight of these don't hold it, but all twelve do.
        (LARGE, 12, 50, 472, Parallel(4, 3)),
        # Nothing holds it.
        (LARGE, 4, 80, 472, Parallel(4)),
        # 28 heads: neither eight cards nor sixteen can share them.
        (QWEN, 8, 24, 15, Parallel(4)),
        (QWEN, 8, 4, 15, Parallel(4, 2)),
        (QWEN, 6, 4, 15, Parallel(2, 3)),
    ],
)
def test_every_gpu_that_can_share_a_layer_does(config, n, device_gb, weights_gb, expected):
    """And a pipeline comes only where the weights don't fit without."""
    found = choose_parallel(
        config, n_devices=n, device_bytes=device_gb * GB, weights_bytes=weights_gb * GB
    )
    assert found == expected


@given(
    st.sampled_from([LITE, LARGE, QWEN]),
    st.integers(0, 64),
    st.integers(1, 200),
    st.integers(1, 900),
)
def test_never_more_gpus_than_there_are(config, n, device_gb, weights_gb):
    found = choose_parallel(
        config, n_devices=n, device_bytes=device_gb * GB, weights_bytes=weights_gb * GB
    )
    assert found.tensor * found.pipeline <= max(1, n)
    assert config["num_attention_heads"] % found.tensor == 0
    assert found.pipeline <= config["num_hidden_layers"]


def test_what_the_engine_is_told_on_gpus():
    """The fullest one decides how much of each is taken."""
    plan = Plan(Path("weights"), context_tokens=16_384, cache_bytes=3 * GB)
    told = arguments(plan, LITE, Devices((80 * GB, 80 * GB), (78 * GB, 60 * GB)))
    assert told["tensor_parallel_size"] == 2
    assert told["pipeline_parallel_size"] == 1
    assert told["gpu_memory_utilization"] == pytest.approx(0.73)
    assert told["max_model_len"] == 16_384
    assert told["kv_cache_memory_bytes"] == 3 * GB
    assert told["enable_prefix_caching"]
    assert told["scheduling_policy"] == "priority"
    assert not told["trust_remote_code"]


def test_what_the_engine_is_told_on_a_processor():
    """Nothing is compiled, and the cache holds a whole context at least, written out."""
    plan = Plan(Path("weights"), precision="float32", context_tokens=2048)
    told = arguments(plan, LITE, Devices((), (70 * GB,)))
    assert told["dtype"] == "float32"
    assert told["enforce_eager"]
    assert told["kv_cache_memory_bytes"] >= 2048 * 2 * 27 * 16 * 192 * 4
    assert "tensor_parallel_size" not in told


def test_what_does_not_fit_is_refused_with_the_sum():
    with pytest.raises(BackendError, match=r"31\.4 GB.*24\.0 GB are free.*int8") as raised:
        arguments(Plan(Path("weights")), LITE, Devices((24 * GB,), (24 * GB,)))
    assert raised.value.cause == "memory"


def test_int8_is_made_while_loading_and_int4_is_not():
    plan, devices = Plan(Path("weights"), precision="int8"), Devices((24 * GB,), (24 * GB,))
    assert arguments(plan, LITE, devices)["quantization"] == "int8_per_channel_weight_only"
    with pytest.raises(BackendError, match="int8"):
        arguments(Plan(Path("weights"), precision="int4"), LITE, devices)


def output(ids, logprobs, reason=None, text="text"):
    """As vLLM's `RequestOutput` is."""
    each = [{one: SimpleNamespace(logprob=p)} for one, p in zip(ids, logprobs, strict=True)]
    answer = SimpleNamespace(token_ids=ids, logprobs=each, text=text, finish_reason=reason)
    return SimpleNamespace(outputs=[answer], prompt_token_ids=[1, 2, 3], num_cached_tokens=2)


def test_a_step_is_what_came_since_the_last():
    step = step_of(output([7, 8], [-0.5, -1.0]))
    assert step == Step((7, 8), "text", -1.5, None, 3, 2)


def test_the_token_that_ends_an_answer_is_no_part_of_it():
    step = step_of(output([7, 100_001], [-0.5, -1.0], "stop"))
    assert (step.token_ids, step.logprob, step.finish_reason) == ((7,), -0.5, "stop")
    alone = step_of(output([100_001], [-1.0], "stop", ""))
    assert (alone.token_ids, alone.logprob) == ((), None)


def test_a_prompt_that_was_only_read_says_nothing():
    step = step_of(output([7], [-0.5], "length"), read_only=True)
    assert (step.token_ids, step.text, step.finish_reason) == ((), "", "length")


def test_what_is_not_a_number_is_a_fault_with_a_remedy():
    with pytest.raises(BackendError, match="NaN") as raised:
        step_of(output([0], [math.nan]))
    assert raised.value.cause == "numbers"


def test_a_request_that_the_engine_gave_up_is_a_fault():
    with pytest.raises(BackendError, match="abort"):
        step_of(output([], [], "abort"))


def test_a_dead_engine_is_called_dead():
    error = type("EngineDeadError", (Exception,), {})("a prompt of somebody's")
    assert fault_of(error).cause == "died"
    assert "somebody" not in str(fault_of(error))


def test_a_folder_without_a_description_is_named(tmp_path):
    with pytest.raises(BackendError, match=r"no config\.json") as raised:
        read_config(tmp_path)
    assert raised.value.cause == "weights"
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(BackendError, match="no object"):
        read_config(tmp_path)
