"""The commands that are recommended, handed to vLLM's own parser."""

from __future__ import annotations

import json
import subprocess

import pytest
from engines import environment, vllm_python
from machines import recommended

# vLLM's parser and what it makes of the arguments; no model is loaded.
PARSE = """
import json, sys
from typing import get_args
from vllm.config.quantization import ONLINE_QUANT_SHORTHAND_NAMES
from vllm.config.speculative import SpeculativeMethod
from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.utils.argparse_utils import FlexibleArgumentParser

print(json.dumps([list(ONLINE_QUANT_SHORTHAND_NAMES), list(map(str, get_args(SpeculativeMethod)))]))
for command in json.load(sys.stdin):
    parsed = make_arg_parser(FlexibleArgumentParser()).parse_args(command)
    validate_parsed_serve_args(parsed)
    print(json.dumps([
        parsed.model_tag, parsed.served_model_name, parsed.tensor_parallel_size,
        parsed.pipeline_parallel_size, parsed.max_model_len, parsed.enable_prefix_caching,
        parsed.scheduling_policy, parsed.speculative_config, parsed.quantization,
    ]))
"""
CASES = [
    ("deepseek-coder-v2-lite-base", "24", 1, {}),
    ("deepseek-coder-v2-lite-base", "80", 1, {"drafts": "suffix"}),
    ("deepseek-coder-v2-base", "80", 8, {}),
    ("deepseek-coder-v2-base", "80", 4, {}),
    ("deepseek-coder-v2-base", "80", 8, {"nodes": 2}),
    ("qwen2.5-coder-7b", "80", 1, {"max_model_len": 131_072}),
    ("codestral", "80", 2, {"drafts": "ngram", "extra": ("--max-num-seqs", "16")}),
]


@pytest.mark.needs_vllm
def test_vllm_takes_every_flag():
    made = [recommended(model, kind, count, **wished) for model, kind, count, wished in CASES]
    done = subprocess.run(
        [vllm_python(), "-c", PARSE],
        input=json.dumps([one.command[2:] for one in made]),
        env=environment(VLLM_NO_USAGE_STATS="1"),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    quantizations, methods = rows.pop(0)
    assert {one.layout.quantization for one in made} <= {"", *quantizations}
    assert "ngram_gpu" in str(methods)
    for one, row in zip(made, rows, strict=True):
        layout = one.layout
        assert row[:7] == [
            one.command[2],
            [one.served_name],
            layout.tensor,
            layout.pipeline,
            layout.max_model_len,
            True,
            "priority",
        ]
        assert row[8] == (layout.quantization or None)
    assert rows[0][7]["method"] == "ngram_gpu"


# What vLLM makes of a command beside a model's configuration, up to the point where it would
# ask for a GPU; `vllm serve` itself hands the model on like this.
CONFIGURE = """
import json, sys
from vllm.engine.arg_utils import AsyncEngineArgs
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.utils.argparse_utils import FlexibleArgumentParser

for command in json.load(sys.stdin):
    parsed = make_arg_parser(FlexibleArgumentParser()).parse_args(command)
    parsed.model = parsed.model_tag
    made = AsyncEngineArgs.from_cli_args(parsed).create_engine_config()
    rope = made.model_config.hf_config.rope_parameters
    drafts = made.speculative_config
    print(json.dumps([
        made.model_config.max_model_len, made.model_config.quantization,
        drafts and drafts.method, rope.get("rope_type"), rope.get("factor"),
    ]))
"""
QWEN = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 3584,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "intermediate_size": 18_944,
    "vocab_size": 152_064,
    "max_position_embeddings": 32_768,
    "rope_theta": 1_000_000.0,
    "torch_dtype": "bfloat16",
}
LITE = {
    "architectures": ["DeepseekV2ForCausalLM"],
    "model_type": "deepseek_v2",
    "hidden_size": 2048,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "intermediate_size": 10_944,
    "moe_intermediate_size": 1408,
    "n_routed_experts": 64,
    "n_shared_experts": 2,
    "num_experts_per_tok": 6,
    "first_k_dense_replace": 1,
    "q_lora_rank": None,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 102_400,
    "max_position_embeddings": 163_840,
    "rope_theta": 10_000,
    "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096},
    "torch_dtype": "bfloat16",
}


@pytest.mark.needs_vllm
def test_vllm_configures_itself_by_them(tmp_path):
    """Its configuration checks what its parser doesn't: lengths, quantisers, drafts."""
    cases = [
        ("qwen2.5-coder-7b", QWEN, "80", {"max_model_len": 131_072, "drafts": "off"}),
        ("qwen2.5-coder-7b", QWEN, "80", {}),
        ("deepseek-coder-v2-lite-base", LITE, "24", {"drafts": "off"}),
        ("deepseek-coder-v2-lite-base", LITE, "80", {}),
    ]
    commands = []
    for number, (model, config, kind, wished) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config))
        command = recommended(model, kind, 1, **wished).command[3:]
        commands.append([str(folder), *command, "--skip-tokenizer-init"])
    done = subprocess.run(
        [vllm_python(), "-c", CONFIGURE],
        input=json.dumps(commands),
        env=environment(VLLM_NO_USAGE_STATS="1", VLLM_CPU_KVCACHE_SPACE="1"),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")] == [
        [131_072, None, None, "yarn", 4.0],
        [32_768, None, "ngram_gpu", "default", None],
        [115_712, "fp8_per_tensor", None, "yarn", 40],
        [131_072, None, "ngram_gpu", "yarn", 40],
    ]
