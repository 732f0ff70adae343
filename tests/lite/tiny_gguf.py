"""The weights of a tiny DeepSeek-V2 as a `.gguf`, for llama.cpp to run.

    PYTHON tests/lite/tiny_gguf.py FOLDER FILE

PYTHON is one that has torch and the package `gguf`; FOLDER is one of `tiny_deepseek`'s with 27
layers, as llama.cpp takes that number for the sign of a "lite" model. Names and shapes
are those of llama.cpp's own converter (`conversion/deepseek.py`), numbers stay float32.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LAYERS = 27
_CONTROL, _NORMAL, _UNUSED = 3, 1, 5


def write_gguf(folder: Path, file: Path) -> Path:
    """The file, now with the folder's weights and tokenizer."""
    import gguf

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(file, "deepseek2")
    _write_shape(writer, config)
    _write_tokens(writer, folder, config["vocab_size"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.DEEPSEEK2, LAYERS)
    for name, weights in _converted(_weights(folder), config).items():
        writer.add_tensor(_renamed(names, name), weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _write_shape(writer: Any, config: dict[str, Any]) -> None:
    rope, latent = config["qk_rope_head_dim"], config["kv_lora_rank"]
    writer.add_name("tiny")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_count(rope)
    writer.add_leading_dense_block_count(config["first_k_dense_replace"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_kv_lora_rank(latent)
    writer.add_key_length(latent + rope)
    writer.add_value_length(latent)
    writer.add_key_length_mla(config["qk_nope_head_dim"] + rope)
    writer.add_value_length_mla(config["v_head_dim"])
    writer.add_expert_feed_forward_length(config["moe_intermediate_size"])
    writer.add_expert_count(config["n_routed_experts"])
    writer.add_expert_used_count(config["num_experts_per_tok"])
    writer.add_expert_shared_count(config["n_shared_experts"])
    writer.add_expert_weights_scale(config["routed_scaling_factor"])


def _write_tokens(writer: Any, folder: Path, size: int) -> None:
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    plain: dict[str, int] = described["model"]["vocab"]
    added = {entry["content"]: entry["id"] for entry in described["added_tokens"]}
    words = {number: text for text, number in {**plain, **added}.items()}
    numbers = range(size)
    kinds = [
        _UNUSED if number not in words else _CONTROL if words[number] in added else _NORMAL
        for number in numbers
    ]
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    merges = (
        one if isinstance(one, str) else " ".join(one) for one in described["model"]["merges"]
    )
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("deepseek-llm")
    writer.add_token_list([words.get(number, f"[PAD{number}]") for number in numbers])
    writer.add_token_types(kinds)
    writer.add_token_merges(list(merges))
    writer.add_bos_token_id(added[settings["bos_token"]])
    writer.add_eos_token_id(added[settings["eos_token"]])
    writer.add_add_bos_token(True)  # noqa: FBT003 -- the package has it so
    writer.add_chat_template(settings["chat_template"])


def _weights(folder: Path) -> dict[str, Any]:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def _converted(weights: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The weights as llama.cpp wants them: experts in one, the latent's expansion in two."""
    import numpy as np

    found: dict[str, Any] = {}
    experts: dict[str, list[Any]] = {}
    heads, nope = config["num_attention_heads"], config["qk_nope_head_dim"]
    for name in sorted(weights, key=_by_number):
        tensor = weights[name]
        if ".experts." in name:
            before, _, after = name.partition(".experts.")
            experts.setdefault(f"{before}.experts.{after.partition('.')[2]}", []).append(tensor)
        elif name.endswith("kv_b_proj.weight"):
            apart = tensor.reshape(heads, -1, tensor.shape[-1])
            keys = apart[:, :nope].transpose(0, 2, 1)
            found[name.replace("kv_b_proj", "k_b_proj")] = np.ascontiguousarray(keys)
            found[name.replace("kv_b_proj", "v_b_proj")] = np.ascontiguousarray(apart[:, nope:])
        else:
            found[name] = tensor
    return found | {name: np.stack(tensors) for name, tensors in experts.items()}


def _by_number(name: str) -> tuple[int | str, ...]:
    """So that the tenth expert comes behind the ninth."""
    return tuple(f"{int(part):09}" if part.isdigit() else part for part in name.split("."))


def _renamed(names: Any, name: str) -> str:
    found = names.get_name(name.removesuffix(".weight"))
    if found is None:
        raise SystemExit(f"llama.cpp has no name for {name}")
    return f"{found}.weight"


if __name__ == "__main__":
    print(write_gguf(Path(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201 -- where it is
