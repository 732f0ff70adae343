"""What a prompt is made for, but for the document: a format, a tokenizer, a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.prompt.fitting import SnippetCounter
from inference.prompt.layout import ends_with_prefix

if TYPE_CHECKING:
    from inference.models.formats import FimFormat
    from inference.prompt.layout import Frame
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Anchoring

# No control text is longer, so that one that reaches over the anchor is seen.
_SEAM_CHARS = 64


@dataclass(frozen=True, slots=True)
class Job:
    """What a prompt is made for, but for the document.

    Attributes:
        frame: what stands around the texts, as far as it fits.
        guard: the format whose control texts must not come from a source; None where
            ids are sent.
        heal: whether the prompt may end before a half-typed token.
    """

    form: FimFormat
    frame: Frame
    tokenizer: Tokenizer
    budget_tokens: int
    guard: FimFormat | None
    anchoring: Anchoring
    heal: bool

    @property
    def terms(self) -> tuple[object, ...]:
        """What a head depends on besides the texts."""
        # Not by its name: behind one address another model may answer by and by.
        by = (self.tokenizer, self.guard is None, self.anchoring == "off")
        return (self.form, self.frame, self.budget_tokens, *by)

    @property
    def counter(self) -> SnippetCounter:
        """Counts snippets as this prompt will hold them."""
        return SnippetCounter(self.tokenizer, self.form, self.frame.repository)

    @property
    def suffix_follows(self) -> bool:
        """Whether a suffix that changes leaves all that precedes it as it was read."""
        layout = self.form.layout
        if self.form.suffix_apart:
            return True
        return self.form.has_fim and layout.index("prefix") < layout.index("suffix")

    @property
    def lengthens(self) -> bool:
        """Whether what is typed makes the prefix longer, wherever the anchor is."""
        return ends_with_prefix(self.form)

    def smuggles(self, before: str, typed: str) -> bool:
        """Whether typed text would bring a control text in, alone or with what precedes it."""
        seam = "" if before.endswith("\n") else before[-_SEAM_CHARS:]
        return self.guard is not None and self.guard.holds_sentinel(seam + typed)
