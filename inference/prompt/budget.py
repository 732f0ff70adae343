"""Who may take how many of a prompt's tokens: the repository, the prefix, the suffix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import BudgetError
from inference.models.formats import fill
from inference.normalise import normalise
from inference.prompt.windows import reach

if TYPE_CHECKING:
    from inference.models.formats import FimFormat
    from inference.models.spec import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Anchoring

# So many tokens around the cursor are worth more than any other file.
_NEAR_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Shares:
    """Tokens for each part of a prompt; with the sentinels they are the whole budget."""

    repository: int
    prefix: int
    suffix: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a document would take.

    Attributes:
        header: of the document; empty where it doesn't fit.
        room: tokens that sentinels and header leave for texts.
        prefix: what the prefix would take of it, rounded up coarsely.
        suffix: likewise.
    """

    header: str
    room: int
    prefix: int
    suffix: int

    @property
    def repository(self) -> int:
        """What the repository may take: all that a small document leaves, else half."""
        near = max(self.room // 2, min(self.room, _NEAR_TOKENS))
        return self.room - min(self.prefix + self.suffix, near)


def ceiling(budget_tokens: int, spec: ModelSpec, max_new_tokens: int = 0) -> int:
    """The budget, or less where the model's context must also hold the completion."""
    return min(budget_tokens, spec.context_tokens - max_new_tokens)


def split_budget(
    budget_tokens: int,
    *,
    prefix: str,
    suffix: str,
    path: str,
    spec: ModelSpec,
    tokenizer: Tokenizer,
    anchoring: Anchoring = "block",
    repository: str = "",
) -> Shares:
    """What the repository may take next to this document, and what the document may.

    A small document leaves more to the repository; a large one gets half. Shares
    are coarse, so that a keystroke doesn't change what is selected.

    Raises:
        BudgetError: the budget doesn't hold the format's sentinels and a token more.
    """
    del anchoring, repository
    wanted = demand(
        budget_tokens, prefix=prefix, suffix=suffix, path=path, spec=spec, tokenizer=tokenizer
    )
    return share(wanted, wanted.repository)


def demand(
    budget_tokens: int,
    *,
    prefix: str,
    suffix: str,
    path: str,
    spec: ModelSpec,
    tokenizer: Tokenizer,
) -> Demand:
    """What this document would take of the budget.

    Raises:
        BudgetError: the budget doesn't hold the format's sentinels and a token more.
    """
    form = spec.format
    # The current file's header, the prefix and the suffix each meet another piece.
    room = budget_tokens - len(form.sentinels) - 3 * tokenizer.seam_tokens
    if room < 1:
        raise BudgetError(
            f"a budget of {budget_tokens} tokens doesn't hold the {len(form.sentinels)} sentinels "
            f"of the format {form.name} and any text; raise `context.budget_tokens`"
        )
    header = _current_header(form, path, room, tokenizer)
    room -= tokenizer.count(header)
    wanted_suffix = _wanted(suffix[: reach(room)], room, tokenizer) if form.has_fim else 0
    return Demand(header, room, _wanted(prefix[-reach(room) :], room, tokenizer), wanted_suffix)


def share(wanted: Demand, repository: int) -> Shares:
    """The shares when the repository takes that many tokens.

    The suffix gets a quarter of the rest, or what the prefix leaves: code depends
    more on what precedes it.
    """
    near = wanted.room - repository
    suffix = min(wanted.suffix, max(near // 4, near - wanted.prefix))
    return Shares(repository, near - suffix, suffix)


def _current_header(form: FimFormat, path: str, room: int, tokenizer: Tokenizer) -> str:
    """The current file's header; nothing where it would take more than half of the room.

    It stands even before a lone file: it names the language, and the head of the
    prompt stays the same when the first snippet arrives.
    """
    written = fill(form.header, normalise(path))
    header = "".join(item for item in written if isinstance(item, str))
    fits = tokenizer.count(header) * 2 <= room
    return header if fits and not form.holds_sentinel(header) else ""


def _wanted(text: str, room: int, tokenizer: Tokenizer) -> int:
    step = max(8, room // 16)
    n_tokens = tokenizer.count(normalise(text))
    return min(room, -(-n_tokens // step) * step)
