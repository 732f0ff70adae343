"""What is peculiar about one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.models.formats import FORMATS

if TYPE_CHECKING:
    from inference.models.formats import FimFormat


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What is peculiar about one model, whatever wire it is reached by.

    Attributes:
        name: ours, lower case.
        aliases: other exact names, such as the one on the hub.
        format_name: a key of `inference.models.formats.FORMATS`.
        context_tokens: what prompt and completion together may take.
        token_ids: the sentinels' ids as published, by text; empty where unknown.
        licence: of the weights.
        note: for the user, what to know before choosing it.
    """

    name: str
    format_name: str
    context_tokens: int
    aliases: tuple[str, ...] = ()
    token_ids: tuple[tuple[str, int], ...] = ()
    licence: str = ""
    note: str = ""

    @property
    def format(self) -> FimFormat:
        """How its prompts are spelled."""
        return FORMATS[self.format_name]

    @property
    def has_fim(self) -> bool:
        """Whether it was trained to fill in the middle."""
        return self.format.has_fim

    @property
    def stops(self) -> tuple[str, ...]:
        """Texts at which its completions end, the likeliest first."""
        return self.format.stops
