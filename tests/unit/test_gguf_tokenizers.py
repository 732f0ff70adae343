"""The tokenizer in a `.gguf` is the one in the model's `tokenizer.json`."""

from __future__ import annotations

import inspect
import json
import textwrap
from typing import TYPE_CHECKING

import pytest
import tiny_bpe
from gguf_file import write_gguf

from inference.errors import TokenizerError
from inference.models import find_model
from inference.tokens.file import FileTokenizer
from inference.tokens.load import load_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from gguf_file import Value

SPEC = find_model("deepseek-coder-v2-lite-base")
TEXT = inspect.getsource(textwrap) + "\n\n \n\tx = 'é世界🙂 Ǆ' // 12345 //\r\n  I'll  \n\n\n"
NAMES: dict[tiny_bpe.Kind, str] = {
    "deepseek-v1": "deepseek-coder",
    "deepseek-v2": "deepseek-llm",
    "qwen2": "qwen2",
    "llama3": "llama-bpe",
    "gpt2": "gpt-2",
    "starcoder": "starcoder",
}


def header_of(tokenizer: Path, pre: str, model: str = "gpt2") -> dict[str, Value]:
    """What a converter writes into a `.gguf` of that tokenizer."""
    described = json.loads(tokenizer.read_text(encoding="utf-8"))
    added = {entry["content"]: entry["id"] for entry in described["added_tokens"]}
    words = sorted({**described["model"]["vocab"], **added}.items(), key=lambda item: item[1])
    merges = (
        one if isinstance(one, str) else " ".join(one) for one in described["model"]["merges"]
    )
    return {
        "tokenizer.ggml.model": model,
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tuple(word for word, _ in words),
        "tokenizer.ggml.token_type": tuple(3 if word in added else 1 for word, _ in words),
        "tokenizer.ggml.merges": tuple(merges),
    }


@pytest.mark.parametrize("kind", NAMES)
def test_ids_are_those_of_the_models_own_file(tmp_path: Path, kind: tiny_bpe.Kind) -> None:
    own = tiny_bpe.write(tmp_path, kind=kind)
    path = write_gguf(tmp_path / "m.gguf", header_of(own, NAMES[kind]))
    one, other = FileTokenizer(path), FileTokenizer(own)
    assert one.encode(TEXT) == other.encode(TEXT)
    assert one.decode(one.encode(TEXT)) == TEXT
    assert [one.control_id(mark) for mark in SPEC.format.keys] == [
        other.control_id(mark) for mark in SPEC.format.keys
    ]


def test_a_model_that_is_such_a_file_brings_its_tokenizer(tmp_path: Path) -> None:
    """Or whose folder holds it alone."""
    header = header_of(tiny_bpe.write(tmp_path), "deepseek-llm")
    (tmp_path / "weights").mkdir()
    path = write_gguf(tmp_path / "weights" / "m.gguf", header)
    for model in (path, path.parent):
        tokenizer = load_tokenizer(None, SPEC, folder=model)
        assert tokenizer.exact
        assert tokenizer.name.endswith("m.gguf")


@pytest.mark.parametrize(("model", "pre"), [("llama", ""), ("gpt2", "some-new-one")])
def test_a_tokenizer_that_cannot_be_taken_is_told_and_tokens_are_estimated(
    tmp_path: Path, model: str, pre: str
) -> None:
    path = write_gguf(tmp_path / "m.gguf", header_of(tiny_bpe.write(tmp_path), pre, model))
    assert not load_tokenizer(None, SPEC, folder=path).exact
    with pytest.raises(TokenizerError, match=r"set `tokenizer` to the model's tokenizer\.json"):
        load_tokenizer(path, SPEC)
