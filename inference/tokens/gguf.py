"""The tokenizer within a `.gguf` file, in the words of a `tokenizer.json`.

The file holds a vocabulary, its merges and the name of the pattern by which texts are
split into words; the patterns themselves stand in llama.cpp (`src/llama-vocab.cpp`),
after what the models' makers publish. A pattern that isn't among these isn't guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference.errors import BackendError, TokenizerError
from inference.runners.gguf.header import read_header

if TYPE_CHECKING:
    from pathlib import Path

    from inference.runners.gguf.header import GgufHeader

Json = dict[str, Any]

# What a token is: of no meaning in texts, and set apart by whoever made the vocabulary.
_CONTROL, _OWN = 3, 4

_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?%s"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SIGNS = r"[^\s\p{L}\p{N}]+[\r\n]*"
_CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s|"
    r"%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_CJK = "[一-龥\u0800-一가-퟿]+"

_BY_DIGIT = (r"\p{N}", _GPT2)
_LLAMA3 = (_WORDS % (r"\p{N}{1,3}", _SIGNS),)
_QWEN2 = (_WORDS % (r"\p{N}", _SIGNS),)
# Letters that have a case, which is what the long list of its makers comes to.
_DEEPSEEK = (
    r"[\r\n]",
    r"\s?[\p{Lu}\p{Ll}\p{Lt}]+",
    r"\s?[!-/:-~！-／：-～‘-‟　-。]+",  # noqa: RUF001 - as published
    r"\s+$",
    _CJK,
    r"\p{N}",
)
_CODER = (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _CJK, r"\p{N}")
_PATTERNS: dict[str, tuple[str, ...]] = {
    "deepseek-llm": _DEEPSEEK,
    "deepseek-coder": _CODER,
    "qwen2": _QWEN2,
    "stablelm2": _QWEN2,
    "deepseek-r1-qwen": _QWEN2,
    "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3,
    "llama-v3": _LLAMA3,
    "dbrx": _LLAMA3,
    "smaug-bpe": _LLAMA3,
    "chatglm-bpe": _LLAMA3,
    "glm4": _LLAMA3,
    "seed-coder": (_WORDS % (r"\p{N}", r"[^\s\p{L}\p{N}\r\n]+"),),
    "gpt-4o": (_CASED % (_ENDINGS, _ENDINGS, r"\p{N}{1,3}"),),
    "tekken": (_CASED % ("", "", r"\p{N}"),),
    "starcoder": _BY_DIGIT,
    "refact": _BY_DIGIT,
    "command-r": _BY_DIGIT,
    "smollm": _BY_DIGIT,
    "codeshell": _BY_DIGIT,
    "mellum2": _BY_DIGIT,
    "gpt-2": (_GPT2,),
    "mellum": (_GPT2,),
    "granite-docling": (_GPT2,),
}


def describe_gguf(path: Path) -> Json:
    """What a `tokenizer.json` of that file's tokenizer would say.

    Raises:
        TokenizerError: it can't be read, or holds a tokenizer of another kind; the way
            out is the `tokenizer.json` that its makers published.
    """
    try:
        header = read_header(path)
    except BackendError as error:
        raise TokenizerError(str(error)) from error
    kind, split = header.text("tokenizer.ggml.model"), header.text("tokenizer.ggml.pre")
    if kind != "gpt2" or split not in _PATTERNS:
        raise TokenizerError(
            f"{path.name} holds a tokenizer of the kind {kind or 'none'}, {split or 'none'}, "
            "which can't be taken from it; set `tokenizer` to the model's tokenizer.json"
        )
    return _described(header, _PATTERNS[split])


def _described(header: GgufHeader, patterns: tuple[str, ...]) -> Json:
    tokens = header.texts("tokenizer.ggml.tokens")
    kinds = header.numbers("tokenizer.ggml.token_type")
    added = {number for number, kind in enumerate(kinds) if kind in {_CONTROL, _OWN}}
    plain = {token: number for number, token in enumerate(tokens) if number not in added}
    merges = [merge.split(" ", 1) for merge in header.texts("tokenizer.ggml.merges")]
    splits = [
        {"type": "Split", "pattern": {"Regex": one}, "behavior": "Isolated", "invert": False}
        for one in patterns
    ]
    by_byte = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    by_byte |= {"use_regex": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "normalizer": None,
        "post_processor": None,
        "added_tokens": [_added(tokens[number], number) for number in sorted(added)],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [*splits, by_byte]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        "model": {"type": "BPE", "vocab": plain, "merges": merges, "ignore_merges": False},
    }


def _added(text: str, number: int) -> Json:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    return {"id": number, "content": text, **flags}
