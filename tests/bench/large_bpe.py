"""A byte-level BPE of decent size, trained once on folders of sources and kept.

    python tests/bench/large_bpe.py FOLDER... --to DIR [--vocabulary 32000]

The models' own tokenizers can't be had without a network. This one splits as
DeepSeek's does and has its control tokens, added and not marked special, so that
tokens of code are about as long as a model of that size would read them. What is
measured with it are ratios; figures with a model's own come from
`--tokenizer PATH` of the benchmarks that use this one.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from inference.models import find_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VOCABULARY = 32_000
MAX_BYTES = 12_000_000
ENDINGS = {".py", ".ts", ".js", ".html", ".css", ".go", ".rs", ".java", ".md"}


def kept_tokenizer(folder: Path, sources: Sequence[Path], vocabulary: int = VOCABULARY) -> Path:
    """The path of the `tokenizer.json` in `folder`, trained on the sources if it isn't there."""
    path = folder / "tokenizer.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _trained(sources, vocabulary).save(str(path))
    return path


def _trained(sources: Sequence[Path], vocabulary: int) -> tokenizers.Tokenizer:
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = _split_as_deepseek()
    made.decoder = decoders.ByteLevel()
    form = find_model("deepseek-coder-v2-lite-base").format
    marks = tuple(dict.fromkeys((form.bos, form.eos, *form.keys, *form.reserved)))
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(marks),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Whole texts, as training from files goes line by line.
    made.train_from_iterator(_texts(sources), trainer)
    made.add_tokens([tokenizers.AddedToken(mark, normalized=False) for mark in marks])
    return made


def _split_as_deepseek() -> pre_tokenizers.PreTokenizer:
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


def _texts(sources: Sequence[Path]) -> Iterator[str]:
    """An equal share of each folder's texts, spread over the folder."""
    for folder in sources:
        files = sorted(file for file in folder.rglob("*") if file.suffix in ENDINGS)
        sizes = [file.stat().st_size for file in files]
        step = max(1, -(-sum(sizes) * len(sources) // MAX_BYTES))
        for file in files[::step]:
            yield file.read_bytes().decode(errors="ignore")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    asked = parser.parse_args()
    print(kept_tokenizer(asked.to, asked.folders, asked.vocabulary))
