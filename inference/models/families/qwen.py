"""Qwen2.5-Coder and Qwen3-Coder.

Sentinels, their ids and the joining of files are from the makers' repository
QwenLM/Qwen2.5-Coder (README and `examples/Qwen2.5-Coder-repolevel-fim.py`) and
QwenLM/Qwen3-Coder (README, "Fill in the middle"); layers and heads from the model cards.
The tokenizers put no BOS token.
"""

from __future__ import annotations

from dataclasses import replace

from inference.models.chat import CHATML, QWEN2_5
from inference.models.formats import Control, FimFormat, Plain, Wording
from inference.models.spec import ModelSpec, cache_bytes, fingerprint
from inference.types import Sampling

_START, _END = Control("<|im_start|>"), Control("<|im_end|>")
_PREFIX, _SUFFIX, _MIDDLE = (Control(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle"))
_FILE: Wording = (Control("<|file_sep|>"), "{path}\n")
_STOPS = (
    "<|endoftext|>",
    "<|file_sep|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
)
_RESERVED = (
    *_STOPS,
    "<|im_start|>",
    "<|object_ref_",
    "<|box_",
    "<|quad_",
    "<|vision_",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
)

# A lone file stands between the sentinels bare, as in the makers' example of it.
QWEN2_5_CODER = FimFormat(
    "qwen2.5-coder",
    bos="",
    eos="<|endoftext|>",
    layout=("start", "files", "header", _PREFIX, "prefix", _SUFFIX, "suffix", _MIDDLE),
    start=(Control("<|repo_name|>"), "{repository}\n"),
    file=_FILE,
    header=_FILE,
    stops=_STOPS,
    reserved=_RESERVED,
    header_alone=False,
)
QWEN3_CODER = replace(
    QWEN2_5_CODER,
    name="qwen3-coder",
    reserved=(*_RESERVED, "<tool_response>", "</tool_response>", "<think>", "</think>"),
)
# The README's example wraps the prompt into a conversation, llama.cpp's preset for this
# model and llama.vim don't. Typed text then begins the assistant's answer.
QWEN3_CODER_CHAT = replace(
    QWEN3_CODER,
    name="qwen3-coder-chat",
    eos="<|im_end|>",
    layout=(
        _START,
        Plain("system\nYou are a code completion assistant."),
        _END,
        Plain("\n"),
        _START,
        Plain("user\n"),
        *QWEN3_CODER.layout,
        _END,
        Plain("\n"),
        _START,
        Plain("assistant\n"),
    ),
    stops=("<|im_end|>", *(stop for stop in _STOPS if stop != "<|im_end|>")),
)
FORMATS: tuple[FimFormat, ...] = (QWEN2_5_CODER, QWEN3_CODER, QWEN3_CODER_CHAT)

_IDS = (
    ("<|endoftext|>", 151_643),
    ("<|im_start|>", 151_644),
    ("<|im_end|>", 151_645),
    ("<|fim_prefix|>", 151_659),
    ("<|fim_middle|>", 151_660),
    ("<|fim_suffix|>", 151_661),
    ("<|fim_pad|>", 151_662),
    ("<|repo_name|>", 151_663),
    ("<|file_sep|>", 151_664),
)
_APACHE = "Apache-2.0"
_RESEARCH = "Qwen Research License (non-commercial)"
# `generation_config.json` of Qwen2.5-Coder-32B-Instruct, and the same in the cards of
# Qwen3-Coder, "Best Practices".
_SAMPLING = Sampling(0.7, 0.8, 20)
_BY_YARN = "over 32,768 tokens the server must be set up with YaRN"


def _qwen2_5(size: str, kind: str) -> ModelSpec:
    """No fingerprint: the general Qwen2.5 of each size has the same configuration."""
    parameters_b, layers, kv_heads, head_dim = _SIZES[size]
    title = f"Qwen2.5-Coder-{size}" + ("-Instruct" if kind == "instruct" else "")
    is_long = parameters_b > 5  # noqa: PLR2004 - from 7B on
    notes = (
        "completes, too; the base model does it better" if kind == "instruct" else "",
        _BY_YARN if is_long else "",
    )
    return ModelSpec(
        title.lower(),
        QWEN2_5_CODER,
        131_072 if is_long else 32_768,
        hub=(f"Qwen/{title}",),
        token_ids=_IDS,
        licence=_RESEARCH if size == "3B" else _APACHE,
        use="actions" if kind == "instruct" else "completion",
        parameters_b=parameters_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim),
        chat=QWEN2_5 if kind == "instruct" else None,
        chat_sampling=_SAMPLING if kind == "instruct" else None,
        note="; ".join(note for note in notes if note),
    )


# Parameters in billions, layers, heads of keys and values, width of a head.
_SIZES = {
    "0.5B": (0.49, 24, 2, 64),
    "1.5B": (1.54, 28, 2, 128),
    "3B": (3.09, 36, 2, 128),
    "7B": (7.61, 28, 4, 128),
    "14B": (14.7, 48, 8, 128),
    "32B": (32.5, 64, 8, 128),
}

_AS_CHAT = "its README's example wraps the prompt into a chat: that is the format qwen3-coder-chat"


def _qwen3(
    title: str, parameters_b: float, active_b: float, *, layers: int, kv_heads: int
) -> ModelSpec:
    return ModelSpec(
        title.lower(),
        QWEN3_CODER,
        262_144,
        hub=(f"Qwen/{title}", f"Qwen/{title}-FP8"),
        token_ids=_IDS,
        licence=_APACHE,
        use="both",
        parameters_b=parameters_b,
        active_b=active_b,
        kv_bytes_per_token=cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=128),
        chat=CHATML,
        chat_sampling=_SAMPLING,
        # The smaller one has the configuration of the general Qwen3-30B-A3B.
        fingerprints=(
            fingerprint(model_type="qwen3_moe", hidden_size=6144, num_hidden_layers=62)
            if layers == 62  # noqa: PLR2004
            else ()
        ),
        note=_AS_CHAT,
    )


MODELS: tuple[ModelSpec, ...] = (
    *(_qwen2_5(size, kind) for size in _SIZES for kind in ("base", "instruct")),
    _qwen3("Qwen3-Coder-30B-A3B-Instruct", 30.5, 3.3, layers=48, kv_heads=4),
    _qwen3("Qwen3-Coder-480B-A35B-Instruct", 480.0, 35.0, layers=62, kv_heads=8),
)
