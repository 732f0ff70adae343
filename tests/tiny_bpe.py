"""Small tokenizers with a model's sentinels, made where they are needed.

Trained on sources of the standard library, so that nothing is downloaded and
nothing binary is kept. Each kind splits texts into words as one family does, since
that is what decides where a text may be cut. Sentinels are added tokens that aren't
marked special, which is how DeepSeek's are.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from inference.models import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal[
    "deepseek-v1", "deepseek-v2", "qwen2", "llama3", "gpt4o", "gpt2", "starcoder", "sentences"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
VOCABULARY = 1_000
_UNKNOWN = "<unk>"

# As the models' makers publish them; V2's list of letters is longer, by rare scripts.
_V1 = (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥\u0800-一가-퟿]+")
_V2 = (
    r"[\r\n]",
    r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-Ⴥ]+",
    r"\s?[!-/:-~！-／：-～‘-‟　-。]+",  # noqa: RUF001
    r"\s+$",
    "[一-龥\u0800-一가-퟿]+",
)
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n%s]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_PATTERNS: dict[Kind, tuple[str, ...]] = {
    "deepseek-v1": _V1,
    "deepseek-v2": _V2,
    "qwen2": (_WORDS % (r"\p{N}", ""),),
    "llama3": (_WORDS % (r"\p{N}{1,3}", ""),),
    "gpt4o": (_WORDS % (r"\p{N}{1,3}", "/"),),
}


def write(
    folder: Path,
    *,
    additive: bool = True,
    kind: Kind | None = None,
    format_name: str = "deepseek-v2",
) -> Path:
    """The path of a new `tokenizer.json` in `folder`.

    Args:
        folder: where it goes.
        additive: whether a text's ids are those of its lines, one after the other;
            else GPT-2's way is taken, which joins line ends and indentation.
        kind: whose way of splitting texts is taken instead.
        format_name: whose reserved texts become added tokens.
    """
    tokenizer = tokenizers.Tokenizer.from_str(
        _trained(kind or ("deepseek-v2" if additive else "gpt2"))
    )
    form = FORMATS[format_name]
    marks = dict.fromkeys((form.bos, form.eos, *form.keys, *form.reserved))
    tokenizer.add_tokens([tokenizers.AddedToken(mark, normalized=False) for mark in marks if mark])
    path = folder / "tokenizer.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    return path


def vocabulary(path: Path) -> int:
    """How many tokens that file knows, control tokens included."""
    described = json.loads(path.read_text(encoding="utf-8"))
    return len(described["model"]["vocab"]) + len(described["added_tokens"])


@lru_cache
def _trained(kind: Kind) -> str:
    if kind == "sentences":
        return _of_sentences()
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = _splitting(kind)
    tokenizer.decoder = decoders.ByteLevel()
    if kind == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    _train(tokenizer, pre_tokenizers.ByteLevel.alphabet())
    return tokenizer.to_str()


def _splitting(kind: Kind) -> pre_tokenizers.PreTokenizer:
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind not in _PATTERNS)
    digits = pre_tokenizers.Digits(individual_digits=True)
    if kind == "gpt2":
        return byte_level
    splits = [
        pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated")
        for pattern in _PATTERNS.get(kind, ())
    ]
    by_digit = [] if kind in {"qwen2", "llama3", "gpt4o"} else [digits]
    return pre_tokenizers.Sequence([*splits, *by_digit, byte_level])


def _train(tokenizer: tokenizers.Tokenizer, alphabet: list[str]) -> None:
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=alphabet, show_progress=False
    )
    # Whole texts, as training from files goes line by line and would never join line ends.
    sources = [inspect.getsource(module) for module in (ast, argparse)]
    sources.append("f();\n// signs, line ends and slashes in one word\n" * 200)
    tokenizer.train_from_iterator(sources, trainer)


def _of_sentences() -> str:
    """As CodeLlama's: one word from end to end, a space invented before it, rare signs as bytes."""
    tokenizer = tokenizers.Tokenizer(
        models.BPE(byte_fallback=True, unk_token=_UNKNOWN, fuse_unk=True)
    )
    steps = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    split = pre_tokenizers.Split
    # Else a token could be half a line.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [split("\n", "isolated"), split("▁", "merged_with_next")]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    _train(tokenizer, [])
    described = json.loads(tokenizer.to_str())
    described["pre_tokenizer"] = None
    known = described["model"]["vocab"]
    for token in (_UNKNOWN, *(f"<0x{byte:02X}>" for byte in range(256))):
        known[token] = len(known)
    return json.dumps(described)
