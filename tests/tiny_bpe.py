"""A small byte-level BPE with DeepSeek's sentinels, made where it is needed.

Trained on sources of the standard library, so that nothing is downloaded and
nothing binary is kept. Its sentinels are added tokens that aren't marked special,
which is how DeepSeek's are.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
from typing import TYPE_CHECKING

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from inference.models import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = 1_000


def _deepseek_like() -> pre_tokenizers.PreTokenizer:
    """Splits as DeepSeek's does: line ends, words, punctuation and digits stand alone."""
    split = pre_tokenizers.Split
    return pre_tokenizers.Sequence(
        [
            split(tokenizers.Regex("[\r\n]"), "isolated"),
            split(tokenizers.Regex(r"\s?\p{L}+"), "isolated"),
            split(tokenizers.Regex(r"\s?\p{P}+"), "isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def write(folder: Path, *, additive: bool = True, format_name: str = "deepseek-v2") -> Path:
    """The path of a new `tokenizer.json` in `folder`.

    Args:
        folder: where it goes.
        additive: whether a text's ids are those of its lines, one after the other;
            else the pre-tokenizer of GPT-2 is taken, which joins line ends.
        format_name: whose reserved texts become added tokens.
    """
    tokenizer = tokenizers.Tokenizer(models.BPE())
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = _deepseek_like() if additive else gpt2
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=alphabet, show_progress=False
    )
    # Whole texts, as training from files goes line by line and would never join line ends.
    sources = [inspect.getsource(module) for module in (ast, argparse)]
    tokenizer.train_from_iterator(sources, trainer)
    form = FORMATS[format_name]
    marks = dict.fromkeys((form.bos, form.eos, *form.keys, *form.reserved))
    tokenizer.add_tokens([tokenizers.AddedToken(mark, normalized=False) for mark in marks])
    path = folder / "tokenizer.json"
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    return path


def vocabulary(path: Path) -> int:
    """How many tokens that file knows, control tokens included."""
    described = json.loads(path.read_text(encoding="utf-8"))
    return len(described["model"]["vocab"]) + len(described["added_tokens"])
