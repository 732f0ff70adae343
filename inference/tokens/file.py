"""A model's own tokenizer, from its `tokenizer.json`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import tokenizers

from inference.errors import TokenizerError
from inference.normalise import encodable
from inference.tokens.description import read_description
from inference.tokens.encoder import PieceEncoder
from inference.tokens.hub import TOKENIZER_FILE
from inference.tokens.pieces import RULES
from inference.tokens.probe import PROBE, Words, find_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class FileTokenizer:
    """Exact counts and ids; whatever is in a text, it never becomes a control token.

    The library turns a fill-in-the-middle sentinel in somebody's source into the control token as
    soon as it knows it as an added token, and its switch `encode_special_tokens`
    only covers those marked special, which DeepSeek's are not. So it is loaded
    without its added tokens, and those are looked up here.

    Args:
        path: of the file, or of the folder that holds it.
        name: what to call it; by default after its file.

    Raises:
        TokenizerError: the file is missing, isn't a tokenizer, or loses text.
    """

    exact = True
    for_now = False

    def __init__(self, path: Path, name: str | None = None) -> None:
        file = path / TOKENIZER_FILE if path.is_dir() else path
        self.name = name or f"{file.parent.name}/{file.name}"
        described = read_description(file, self.name)
        self._ids = described.controls
        self._texts = {number: text for text, number in self._ids.items()}
        self._bare = _load(described.bare, self.name)
        self._check()
        rule = find_rule(self._split, self._bare.get_vocab)
        self._encoder = PieceEncoder(rule, self._encode_pieces)
        # Where a tokenizer joins line ends, another text behind can split the last token.
        self.seam_tokens = 0 if self._encoder.rule is RULES[0] else 1

    def encode(self, text: str, /) -> tuple[int, ...]:
        """The text's ids."""
        return self._encoder.encode(text)

    def count(self, text: str, /) -> int:
        """How many tokens the text takes, exactly."""
        return self._encoder.count(text)

    def decode(self, ids: Sequence[int], /) -> str:
        """The text of ids, control tokens spelled out."""
        runs = groupby(ids, key=self._texts.get)
        return "".join(
            self._bare.decode(list(run), skip_special_tokens=False)
            if control is None
            else control * len(list(run))
            for control, run in runs
        )

    def control_id(self, text: str, /) -> int | None:
        """The id of a control token; None where it has no such token."""
        return self._ids.get(text)

    def _encode_pieces(self, pieces: list[str]) -> list[tuple[int, ...]]:
        # In a batch the library lets go of the interpreter's lock, and keeps no offsets.
        clean = [encodable(piece) for piece in pieces]
        encoded = self._bare.encode_batch_fast(clean, add_special_tokens=False)
        return [tuple(entry.ids) for entry in encoded]

    def _split(self, texts: list[str]) -> list[Words]:
        encoded = self._bare.encode_batch(texts, add_special_tokens=False)
        return [Words(tuple(entry.ids), tuple(_starts(entry))) for entry in encoded]

    def _check(self) -> None:
        """Fails where ids don't lead back to the text."""
        [ids] = self._encode_pieces([PROBE])
        if self._bare.decode(list(ids), skip_special_tokens=False) != PROBE:
            raise TokenizerError(
                f"the tokenizer {self.name} doesn't give back the text it was given, which "
                "would garble code; use the tokenizer.json of a byte-level model"
            )


def _load(bare: str, name: str) -> tokenizers.Tokenizer:
    try:
        return tokenizers.Tokenizer.from_str(bare)
    except Exception as error:  # the library raises nothing narrower
        raise TokenizerError(
            f"the `tokenizers` library can't read the tokenizer {name}: {error}"
        ) from error


def _starts(encoded: tokenizers.Encoding) -> Iterator[int]:
    """Where each word begins that was merged by itself."""
    before: int | None = -1
    for word, (start, _) in zip(encoded.word_ids, encoded.offsets, strict=True):
        if word != before or word is None:
            yield start
        before = word
