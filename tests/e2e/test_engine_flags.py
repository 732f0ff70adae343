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
