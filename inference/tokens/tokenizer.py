"""Counting and encoding text as a model does, or estimating it on the high side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inference.errors import TokenizerError
from inference.tokens.estimate import EstimatingTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.models.spec import ModelSpec

__all__ = ["EstimatingTokenizer", "Tokenizer", "load_tokenizer", "mismatch"]


class Tokenizer(Protocol):
    """Texts to token counts and, where it is exact, to ids and back.

    Control texts (sentinels) within a text are encoded as the plain
    characters they are; only `control_id` leads to a control token.
    """

    @property
    def name(self) -> str:
        """What the user is told: the file's name, or `estimate`."""
        ...

    @property
    def exact(self) -> bool:
        """Whether it counts just what the model will read."""
        ...

    @property
    def seam_tokens(self) -> int:
        """How many tokens two texts may take more together than apart."""
        ...

    def encode(self, text: str, /) -> list[int] | None:
        """The text's ids; None where they can only be estimated."""
        ...

    def count(self, text: str, /) -> int:
        """How many tokens the text takes; never too few where it is exact."""
        ...

    def decode(self, ids: Sequence[int], /) -> str:
        """The text of ids, control tokens spelled out.

        Raises:
            TokenizerError: where they can only be estimated.
        """
        ...

    def control_id(self, text: str, /) -> int | None:
        """The id of a control token; None where it has no such token."""
        ...


def load_tokenizer(path: str | Path | None, spec: ModelSpec) -> Tokenizer:
    """The model's tokenizer from its `tokenizer.json`, or the estimate without a path.

    Args:
        path: the file or the folder that holds it, such as a model's folder.
        spec: the model whose sentinels it must know.

    Raises:
        TokenizerError: it can't be read, or lacks a sentinel of the model's format.
    """
    if path is None:
        return EstimatingTokenizer()
    # The library takes 30 ms to load, which a start without a tokenizer needn't wait for.
    from inference.tokens.file import FileTokenizer

    tokenizer = FileTokenizer(Path(path))
    missing = [mark for mark in spec.format.keys if tokenizer.control_id(mark) is None]
    if missing:
        raise TokenizerError(
            f"the tokenizer {tokenizer.name} has no token {missing[0]}, which the model "
            f"{spec.name} needs; set `tokenizer` to the tokenizer.json of that model"
        )
    return tokenizer


def mismatch(tokenizer: Tokenizer, spec: ModelSpec) -> str | None:
    """What tells that this tokenizer is another model's; None where nothing does.

    Not an error, as somebody may well serve a small model under a known name.
    """
    for mark, expected in spec.token_ids:
        found = tokenizer.control_id(mark)
        if tokenizer.exact and found != expected:
            return (
                f"the tokenizer {tokenizer.name} gives {mark} the id {found}, but {spec.name} "
                f"has it at {expected}: is it the tokenizer of another model?"
            )
    return None
