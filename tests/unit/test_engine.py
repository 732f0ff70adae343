"""Which vLLM server is recommended for which model on which machine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from machines import GB, MIB, gpus_of, machine_of, option, recommended

from inference.engine import Wish, recommend, recommend_processor, shape_of
from inference.machine import Gpu
from inference.models import find_model, known_models

LITE, LARGE = "deepseek-coder-v2-lite-base", "deepseek-coder-v2-base"
SMALL_QWEN, QWEN, CODESTRAL = "qwen2.5-coder-7b", "qwen2.5-coder-32b", "codestral"
FP8 = "fp8_per_tensor"


@pytest.mark.parametrize(
    ("kind", "count", "model", "tensor", "replicas", "quantization"),
    [
        ("24", 1, LITE, 1, 1, FP8),
        ("24", 1, SMALL_QWEN, 1, 1, ""),
        ("80", 1, LITE, 1, 1, ""),
        ("80", 1, SMALL_QWEN, 1, 1, ""),
        ("80", 1, QWEN, 1, 1, ""),
        ("80", 1, CODESTRAL, 1, 1, ""),
        ("80", 2, LITE, 1, 2, ""),
        ("80", 2, SMALL_QWEN, 1, 2, ""),
        ("80", 2, QWEN, 2, 1, ""),
        ("80", 2, CODESTRAL, 2, 1, ""),
        ("80", 4, LARGE, 4, 1, FP8),
        ("80", 4, QWEN, 4, 1, ""),
        ("80", 8, LITE, 1, 8, ""),
        ("80", 8, LARGE, 8, 1, ""),
        ("80", 8, QWEN, 8, 1, ""),
        ("80", 8, CODESTRAL, 4, 2, ""),
        ("141", 8, LITE, 1, 8, ""),
        ("141", 8, LARGE, 8, 1, ""),
    ],
)
def test_how_a_model_is_laid_over_the_gpus(kind, count, model, tensor, replicas, quantization):
    layout = recommended(model, kind, count).layout
    assert (layout.tensor, layout.replicas, layout.quantization) == (tensor, replicas, quantization)
    assert layout.pipeline == 1


@pytest.mark.parametrize(
    ("kind", "count", "model", "tokens"),
    [
        ("80", 1, LITE, 131_072),
        ("24", 1, LITE, 115_712),
        ("80", 8, LARGE, 131_072),
        ("80", 1, QWEN, 32_768),
        ("80", 1, CODESTRAL, 32_768),
    ],
)
def test_the_context_is_what_the_model_takes_or_what_the_memory_holds(kind, count, model, tokens):
    made = recommended(model, kind, count)
    assert made.layout.max_model_len == tokens
    assert option(made.command, "--max-model-len") == str(tokens)
    assert made.layout.pool_tokens >= tokens


@pytest.mark.parametrize(
    ("kind", "count", "model", "way"),
    [
        ("24", 1, LARGE, "16 such GPUs; the model deepseek-coder-v2-lite-base"),
        ("24", 1, QWEN, "2 such GPUs; the model deepseek-coder-v2-lite-base"),
        ("24", 1, CODESTRAL, "2 such GPUs; the model deepseek-coder-v2-lite-base"),
        ("80", 1, LARGE, "4 such GPUs; the model deepseek-coder-v2-lite-base"),
        ("80", 2, LARGE, "4 such GPUs; the model deepseek-coder-v2-lite-base"),
    ],
)
def test_what_cant_fit_is_refused_with_what_would(kind, count, model, way):
    made = recommended(model, kind, count)
    assert made.command == ()
    assert made.refusal.endswith(f"What would fit: {way}")


def test_a_refusal_holds_the_arithmetic():
    refusal = recommended(LARGE, "80", 1).refusal
    assert "235.7 B parameters take 247.5 GB (fp8_per_tensor)" in refusal
    assert "78.7 GB of 85.5 GB can be had" in refusal


def test_a_shorter_context_is_named_where_that_would_do():
    refusal = recommended(LITE, "24", 1, max_model_len=131_072).refusal
    assert "--max-model-len 115712" in refusal


def test_more_tokens_than_the_model_takes_are_refused():
    refusal = recommended(LITE, "80", 1, max_model_len=200_000).refusal
    assert refusal == "deepseek-coder-v2-lite-base takes 131,072 tokens, not 200,000"


def test_a_context_shorter_than_prompts_is_told():
    """9,216 tokens hold the default budget with a completion."""
    short = recommended(LITE, "80", 1, max_model_len=4096)
    assert any("`context.budget_tokens` to 3712 or less" in note for note in short.notes)
    enough = recommended(LITE, "80", 1, max_model_len=9216)
    assert not any("context.budget_tokens" in note for note in enough.notes)
    shape = shape_of(find_model("qwen2.5-coder-0.5b"))
    slow = recommend_processor(shape, machine_of(), Wish(max_model_len=1024), "")
    assert "`context.budget_tokens` to 640 or less" in slow.notes[0]


@pytest.mark.parametrize("method", ["awq", "gptq_marlin", "fp8"])
def test_16_bits_arent_read_as_files_of_less(method):
    made = recommended(LITE, "80", 1, quantization=method)
    assert made.command == ()
    assert made.refusal.endswith(f"--quantization {FP8}")
    assert recommended(LITE, "80", 1, quantization=FP8).command


def test_the_command_for_the_large_model():
    made = recommended(LARGE, "80", 8)
    assert made.command[:3] == ("vllm", "serve", "deepseek-ai/DeepSeek-Coder-V2-Base")
    assert option(made.command, "--tensor-parallel-size") == "8"
    assert option(made.command, "--served-model-name") == LARGE
    assert option(made.command, "--scheduling-policy") == "priority"
    assert option(made.command, "--host") == "127.0.0.1"
    assert "--enable-expert-parallel" in made.command
    assert "--enable-prefix-caching" in made.command
    assert "--trust-remote-code" not in made.command
    assert made.endpoint == "http://127.0.0.1:8000/v1"
    assert any("without fill-in-the-middle" in note for note in made.notes)


def test_two_machines_are_joined_by_ray():
    made = recommended(LARGE, "80", 8, nodes=2)
    assert (made.layout.tensor, made.layout.pipeline) == (8, 2)
    assert option(made.command, "--pipeline-parallel-size") == "2"
    assert option(made.command, "--distributed-executor-backend") == "ray"
    assert [step.where for step in made.before] == ["the first machine", "the other machine"]
    assert made.before[0].command == ("ray", "start", "--head", "--port=6379")
    assert any("one machine holds it, too" in note for note in made.notes)
    # Nobody drafts over a pipeline.
    assert "--speculative-config" not in made.command


def test_what_one_machine_cant_hold_two_may():
    assert recommended(LARGE, "80", 2).refusal
    made = recommended(LARGE, "80", 2, nodes=4)
    assert (made.layout.tensor, made.layout.pipeline) == (2, 4)
    assert not any("one machine holds it, too" in note for note in made.notes)


def test_what_one_gpu_holds_isnt_spread_over_machines():
    made = recommended(LITE, "80", 8, nodes=2)
    assert (made.layout.tensor, made.layout.pipeline, made.layout.replicas) == (1, 1, 16)
    assert made.before == ()


def test_heads_decide_what_a_layer_is_split_into():
    # 28 heads come out even over 4 GPUs, not over 8.
    made = recommended(SMALL_QWEN, "24", 8)
    assert made.layout.tensor == 4
    assert recommended("qwen2.5-coder-0.5b", "24", 8).layout.tensor == 1


def test_gpus_without_links_of_their_own_split_nothing_that_one_holds():
    machine = machine_of(*gpus_of("80", 4), linked=False)
    layout = recommend(shape_of(find_model(CODESTRAL)), machine, Wish()).layout
    assert (layout.tensor, layout.replicas) == (1, 4)


def test_what_others_hold_is_left_to_them():
    busy = gpus_of("80", 1, held_gb=30)[0]
    free = replace(gpus_of("80", 1)[0], index=1)
    alone = recommend(shape_of(find_model(LITE)), machine_of(busy), Wish())
    assert option(alone.command, "--gpu-memory-utilization") == "0.63"
    assert any("something else holds 30.5 GB of GPU 0" in note for note in alone.notes)
    both = recommend(shape_of(find_model(LITE)), machine_of(busy, free), Wish())
    assert dict(both.environment)["CUDA_VISIBLE_DEVICES"] == "1"
    assert option(both.command, "--gpu-memory-utilization") == "0.92"


def test_of_unlike_gpus_the_better_ones_are_taken():
    small = gpus_of("24", 1)[0]
    large = tuple(replace(gpu, index=gpu.index + 1) for gpu in gpus_of("80", 2))
    made = recommend(shape_of(find_model(QWEN)), machine_of(small, *large), Wish())
    assert made.layout.tensor == 2
    assert dict(made.environment)["CUDA_VISIBLE_DEVICES"] == "1,2"
    assert any("1 GPUs of other kinds" in note for note in made.notes)


def test_older_gpus_unpack_what_they_cant_multiply():
    made = recommended(LARGE, "a100", 4)
    assert made.layout.quantization == FP8
    assert any("it gains room, not speed" in note for note in made.notes)


def test_gpus_that_cant_even_unpack_refuse():
    turing = Gpu("nvidia", "Tesla T4", 15_109 * MIB, 15_000 * MIB, 0, (7, 5))
    made = recommend(shape_of(find_model(LITE)), machine_of(turing), Wish())
    assert "take 31.4 GB (16 bits)" in made.refusal


def test_amds_gpus_are_served_without_drafts():
    mi300 = Gpu("amd", "AMD Instinct MI300X", 196_592 * MIB, 196_000 * MIB, 0, None, "gfx942")
    made = recommend(shape_of(find_model(LITE)), machine_of(mi300), Wish())
    assert made.layout.max_model_len == 131_072
    assert "--speculative-config" not in made.command


def test_drafts_are_few_for_a_mixture_and_wished_otherwise():
    def drafts(model, **wished):
        return json.loads(
            option(recommended(model, "80", 1, **wished).command, "--speculative-config")
        )

    assert drafts(LITE)["method"] == "ngram_gpu"
    assert drafts(LITE)["num_speculative_tokens"] < drafts(QWEN)["num_speculative_tokens"]
    assert drafts(LITE, drafts="suffix") == {"method": "suffix", "num_speculative_tokens": 8}
    assert "--speculative-config" not in recommended(LITE, "80", 1, drafts="off").command


def test_a_context_beyond_the_models_own_is_stretched():
    made = recommended(SMALL_QWEN, "80", 1, max_model_len=131_072)
    rope = json.loads(option(made.command, "--hf-overrides"))["rope_parameters"]
    assert (rope["rope_type"], rope["factor"]) == ("yarn", 4.0)
    assert any("YaRN" in note for note in made.notes)


def test_what_the_user_adds_comes_last():
    made = recommended(LITE, "80", 1, extra=("--max-num-seqs", "16"))
    assert made.command[-2:] == ("--max-num-seqs", "16")


def test_nothing_is_told_to_anybody_or_fetched():
    environment = dict(recommended(LITE, "80", 1).environment)
    assert environment["VLLM_NO_USAGE_STATS"] == "1"
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in dict(recommended(LITE, "80", 1, offline=False).environment)


def test_other_machines_need_a_key_that_isnt_in_the_command():
    made = recommended(LITE, "80", 1, host="0.0.0.0")  # noqa: S104
    assert "--api-key" not in made.command
    assert any("VLLM_API_KEY" in note for note in made.notes)
    assert made.endpoint == "http://127.0.0.1:8000/v1"


def test_no_gpu_is_said_with_what_else_there_is():
    made = recommend(shape_of(find_model(LITE)), machine_of(), Wish())
    assert made.refusal.startswith("no GPU was found here")
    assert "lite" in made.refusal


def test_apples_gpus_are_sent_elsewhere():
    apple = Gpu("apple", "Apple M3 Max", 48 * GB, 40 * GB, shared=True)
    made = recommend(shape_of(find_model(LITE)), machine_of(apple), Wish())
    assert made.refusal.startswith("Apple M3 Max isn't served")


def test_a_processor_serves_small_models():
    made = recommend_processor(
        shape_of(find_model("qwen2.5-coder-0.5b")), machine_of(), Wish(), "http://127.0.0.1:8000/v1"
    )
    assert option(made.command, "--max-model-len") == "18432"
    assert dict(made.environment)["VLLM_CPU_KVCACHE_SPACE"] == "2"
    small = replace(machine_of(), free_bytes=20 * GB)
    refused = recommend_processor(shape_of(find_model(LITE)), small, Wish(), "")
    assert "20.0 GB are free" in refused.refusal


def test_latent_attention_is_expanded_on_a_processor():
    made = recommend_processor(shape_of(find_model(LITE)), machine_of(), Wish(), "")
    assert dict(made.environment)["VLLM_MLA_DISABLE"] == "1"
    assert made.layout.pool_tokens >= 8 * made.layout.max_model_len


def test_a_folder_tells_better_than_the_table():
    config = {
        "model_type": "qwen2",
        "hidden_size": 3584,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "intermediate_size": 18_944,
        "vocab_size": 152_064,
        "max_position_embeddings": 32_768,
        "tie_word_embeddings": False,
        "quantization_config": {"quant_method": "awq"},
    }
    spec = find_model(SMALL_QWEN)
    shape = shape_of(spec, folder="/models/awq", config=config, weights_bytes=int(5.6 * GB))
    assert (shape.heads, shape.kv_heads, shape.quantized) == (28, 4, "awq")
    assert shape.parameters == pytest.approx(shape_of(spec).parameters, rel=0.01)
    made = recommend(shape, machine_of(*gpus_of("24", 1)), Wish())
    assert made.command[2] == "/models/awq"
    assert "--quantization" not in made.command


def test_a_configuration_without_sizes_leaves_the_tables_word():
    spec = find_model(LITE)
    assert shape_of(spec, config={"model_type": "deepseek_v2"}) == shape_of(spec)


def test_hosted_models_have_no_shape():
    assert shape_of(find_model("deepseek-flash")) is None


def test_every_model_whose_size_is_known_is_served_by_some_machine():
    machine = machine_of(*gpus_of("141", 8))
    for spec in known_models():
        shape = shape_of(spec)
        if shape is not None:
            made = recommend(shape, machine, Wish())
            assert made.command, (spec.name, made.refusal)
            assert made.layout.max_model_len <= spec.context_tokens
