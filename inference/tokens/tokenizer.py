"""Counting and encoding text as a model does, or estimating it on the high side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from inference.tokens.estimate import EstimatingTokenizer
from inference.tokens.load import TokenizeEndpoint, load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.models.spec import ModelSpec

__all__ = [
    "EstimatingTokenizer",
    "TokenizeEndpoint",
    "Tokenizer",
    "load_tokenizer",
    "mismatch",
]


class Tokenizer(Protocol):
    """Texts to token counts and, where it is exact, to ids and back.

    Control texts (sentinels) within a text are encoded as the plain
    characters they are; only `control_id` leads to a control token.
    """

    @property
    def name(self) -> str:
        """What the user is told: where it is from, or `estimate`."""
        ...

    @property
    def exact(self) -> bool:
        """Whether it counts just what the model will read."""
        ...

    @property
    def for_now(self) -> bool:
        """Whether loading it again may bring a better one.

        So it is with an estimate in the place of a server that didn't answer, and with a
        server that has failed, which may serve another model once it is back.
        """
        ...

    @property
    def seam_tokens(self) -> int:
        """How many tokens two texts may take more together than apart."""
        ...

    def encode(self, text: str, /) -> tuple[int, ...] | None:
        """The text's ids; None where they can only be estimated.

        A text that was asked for lately is found as a whole, its lines one by one.

        Raises:
            TokenizerError: a server is asked for them, and fails. Never None where ids were
                told before, as a prompt can't be half of ids and half of guesses.
        """
        ...

    def count(self, text: str, /) -> int:
        """How many tokens the text takes; never too few where it is exact.

        Estimated while a server that is asked fails.
        """
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
