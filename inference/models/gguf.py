"""Which model a `.gguf` file holds, by what its header says of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.errors import BackendError, UnknownModelError
from inference.models.folder import ModelFolder
from inference.runners.gguf.header import read_header

if TYPE_CHECKING:
    from pathlib import Path

    from inference.runners.gguf.header import GgufHeader

ENDING = ".gguf"
# What a folder's `config.json` calls the same architecture.
_TYPES = {"deepseek2": "deepseek_v2", "qwen3moe": "qwen3_moe", "starcoder": "gpt_bigcode"}
# What converters put behind a model's name: the kind of numbers and the part of several files.
_BEHIND = re.compile(
    r"(?:[-.](?:i1|imat|UD|\d{5}-of-\d{5}|(?:I?Q\d|[BF]P?\d\d|TQ\d|MXFP4)[A-Z0-9_]*))+$",
    re.IGNORECASE,
)


def is_gguf(path: str | Path) -> bool:
    """Whether a setting names such a file; a folder of weights doesn't end so."""
    return str(path).lower().endswith(ENDING)


def read_gguf(path: Path) -> ModelFolder:
    """What the file says of its model, in the words of a model's folder, for `identify`.

    Raises:
        UnknownModelError: it can't be read as such a file.
    """
    try:
        header = read_header(path)
    except BackendError as error:
        raise UnknownModelError(
            f"{error}; set `model` to a .gguf file that llama.cpp can load"
        ) from error
    return ModelFolder(
        path=str(path),
        names=tuple(_names(path, header)),
        config=_config(header),
        control_ids=_control_ids(header),
        chat_template=header.text("tokenizer.chat_template"),
        told_by="the header of",
    )


def _names(path: Path, header: GgufHeader) -> list[str]:
    """What the model is called, as far as that may be its whole name."""
    parts = ("general.basename", "general.size_label", "general.finetune")
    joined = "-".join(filter(None, map(header.text, parts)))
    told = (header.text("general.name"), joined, path.stem)
    plain = (_BEHIND.sub("", "-".join(name.split())) for name in told)
    return [name for name in plain if name]


def _config(header: GgufHeader) -> dict[str, object]:
    architecture = header.architecture
    heads = header.number("{arch}.attention.head_count")
    layers, width = header.number("{arch}.block_count"), header.number("{arch}.embedding_length")
    said = {
        "_name_or_path": header.text("general.name"),
        "model_type": _TYPES.get(architecture, architecture),
        "vocab_size": len(header.texts("tokenizer.ggml.tokens")),
        "hidden_size": width,
        "num_hidden_layers": layers,
        "n_embd": width,
        "n_layer": layers,
        "num_key_value_heads": header.number("{arch}.attention.head_count_kv") or heads,
        "n_routed_experts": header.number("{arch}.expert_count"),
        "kv_lora_rank": header.number("{arch}.attention.kv_lora_rank"),
        "max_position_embeddings": header.number("{arch}.context_length"),
        "eos_token_id": header.number("tokenizer.ggml.eos_token_id"),
    }
    return {key: value for key, value in said.items() if value}


def _control_ids(header: GgufHeader) -> dict[str, int] | None:
    tokens = header.texts("tokenizer.ggml.tokens")
    return {token: number for number, token in enumerate(tokens)} or None
