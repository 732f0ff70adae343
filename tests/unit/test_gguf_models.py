"""Which model a `.gguf` file holds, and how one that is none is told."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from gguf_file import gguf_bytes, write_gguf

from inference.errors import BackendError, UnknownModelError
from inference.models import find_model, identify, known_models
from inference.models.gguf import is_gguf, read_gguf
from inference.runners.gguf.header import read_header

if TYPE_CHECKING:
    from pathlib import Path

    from gguf_file import Value

QWEN = find_model("qwen2.5-coder-1.5b")
LITE: dict[str, Value] = {
    "general.architecture": "deepseek2",
    "deepseek2.block_count": 27,
    "deepseek2.embedding_length": 2048,
    "deepseek2.expert_count": 64,
    "deepseek2.attention.kv_lora_rank": 512,
}


@lru_cache
def tokens_of(name: str, size: int) -> tuple[str, ...]:
    """A vocabulary of that size with the model's control tokens where they belong."""
    found = [f"t{number}" for number in range(size)]
    for text, number in find_model(name).token_ids:
        found[number] = text
    return tuple(found)


def lite(**more: Value) -> dict[str, Value]:
    return (
        LITE | {"tokenizer.ggml.tokens": tokens_of("deepseek-coder-v2-lite-base", 102_400)} | more
    )


def test_a_file_is_known_by_its_figures_and_its_name(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "DeepSeek-Coder-V2-Lite-Base-Q4_K_M.gguf", lite())
    assert identify(read_gguf(path), known_models()).name == "deepseek-coder-v2-lite-base"


@pytest.mark.parametrize(
    "file",
    [
        "deepseek-coder-v2-lite-instruct-i1-IQ3_XXS",
        "DeepSeek-Coder-V2-Lite-Instruct-Q8_0-00001-of-00002",
    ],
)
def test_what_converters_add_to_a_name_is_no_part_of_it(tmp_path: Path, file: str) -> None:
    path = write_gguf(tmp_path / f"{file}.gguf", lite())
    assert identify(read_gguf(path), known_models()).name == "deepseek-coder-v2-lite-instruct"


def test_a_name_in_the_header_counts_like_the_files(tmp_path: Path) -> None:
    named: dict[str, Value] = {"general.name": "DeepSeek Coder V2 Lite Base"}
    path = write_gguf(tmp_path / "m.gguf", lite() | named)
    assert identify(read_gguf(path), known_models()).name == "deepseek-coder-v2-lite-base"


def test_a_file_called_anything_with_another_vocabulary_is_not_the_model(tmp_path: Path) -> None:
    """The name alone proves nothing where the control tokens lie elsewhere."""
    values = LITE | {"tokenizer.ggml.tokens": tuple(f"t{number}" for number in range(102_400))}
    path = write_gguf(tmp_path / "DeepSeek-Coder-V2-Lite-Base.gguf", values)
    with pytest.raises(
        UnknownModelError, match=r"header of .* says .*deepseek_v2.*`models.<name>`"
    ):
        identify(read_gguf(path), known_models())


def test_a_model_without_figures_is_known_by_its_whole_name(tmp_path: Path) -> None:
    size = 151_936
    values: dict[str, Value] = {
        "general.architecture": "qwen2",
        "tokenizer.ggml.tokens": tokens_of(QWEN.name, size),
    }
    path = write_gguf(tmp_path / "qwen2.5-coder-1.5b-q8_0.gguf", values)
    assert identify(read_gguf(path), known_models()).name == QWEN.name


def test_only_the_ending_makes_such_a_file() -> None:
    assert is_gguf("/m/A.GGUF")
    assert not is_gguf("/m/a.gguf/model")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + bytes(64), "isn't a GGUF file"),
        (b"", "ends in the middle"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "damaged"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60), "damaged"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 9), "ends in the middle"),
        (gguf_bytes({"general.name": "x"}), "cut off"),
        (gguf_bytes(lite())[:5000], "ends in the middle"),
    ],
)
def test_a_broken_file_says_how_it_is_broken(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(data)
    with pytest.raises(BackendError, match=said) as caught:
        read_header(path)
    assert caught.value.cause == "weights"


def test_a_missing_file_is_told_where_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"none\.gguf can't be read.*set `model`"):
        read_gguf(tmp_path / "none.gguf")


def test_the_size_is_that_of_all_files_of_a_model(tmp_path: Path) -> None:
    first = write_gguf(tmp_path / "m[1]-00001-of-00002.gguf", LITE, n_bytes=100)
    second = write_gguf(tmp_path / "m[1]-00002-of-00002.gguf", {}, n_bytes=300)
    expected = first.stat().st_size + second.stat().st_size
    assert read_header(first).file_bytes == expected
