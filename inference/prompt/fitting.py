"""Which snippets a prompt has room for, and what each takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from context.types import LeftOut
from inference.normalise import normalise
from inference.prompt.layout import cost, file_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from context.types import Snippet
    from inference.models.formats import FimFormat
    from inference.tokens.tokenizer import Tokenizer

NO_ROOM = "no room in the prompt's budget"
HOLDS_SENTINEL = "holds a control text of the model, which a prompt sent as text can't carry"


@dataclass(frozen=True, slots=True)
class SnippetCounter:
    """A `context.types.TokenCounter`: what snippets will take in a prompt of this model."""

    tokenizer: Tokenizer
    form: FimFormat
    repository: str = ""

    def text(self, text: str, /) -> int:
        """Tokens of a bare text."""
        return self.tokenizer.count(normalise(text))

    def snippet(self, path: str, text: str, /) -> int:
        """Tokens of a file's text with its header, control tokens included."""
        pieces = file_pieces(self.form, path, text, self.repository)
        return cost(pieces, self.tokenizer) + self.tokenizer.seam_tokens


@dataclass(frozen=True, slots=True)
class Fitted:
    """The snippets that a prompt will hold, in their order, and what they take."""

    snippets: tuple[Snippet, ...]
    n_tokens: int
    left_out: tuple[LeftOut, ...]

    @property
    def lacks_room(self) -> bool:
        """Whether any was left out for want of room."""
        return any(entry.reason == NO_ROOM for entry in self.left_out)


def fit(
    snippets: Sequence[Snippet], room: int, counter: SnippetCounter, guard: FimFormat | None
) -> Fitted:
    """The snippets that fit; those of the highest rank go first, then those of the last path.

    With a `guard`, none that would smuggle a control text of that format in.
    """
    left_out: list[LeftOut] = []
    kept: list[tuple[Snippet, int]] = []
    for snippet in snippets:
        if guard and (guard.holds_sentinel(snippet.text) or guard.holds_sentinel(snippet.path)):
            left_out.append(LeftOut(snippet.path, HOLDS_SENTINEL))
        else:
            kept.append((snippet, counter.snippet(snippet.path, snippet.text)))
    used = sum(n_tokens for _, n_tokens in kept)
    while used > room:
        worst = max(kept, key=lambda entry: (entry[0].rank, entry[0].path))
        kept.remove(worst)
        left_out.append(LeftOut(worst[0].path, NO_ROOM))
        used -= worst[1]
    return Fitted(tuple(snippet for snippet, _ in kept), used, tuple(left_out))
