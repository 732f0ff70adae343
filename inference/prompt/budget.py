"""Who may take how many of a prompt's tokens: the repository, the document, what is typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.errors import BudgetError
from inference.normalise import normalise
from inference.prompt.layout import Frame, cost, ends_with_prefix, fixed_cost, frame
from inference.prompt.windows import reach

if TYPE_CHECKING:
    from inference.models.formats import FimFormat
    from inference.models.spec import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Anchoring

# So many tokens around the cursor are worth more than any other file.
_NEAR_TOKENS = 512
# What is typed while the prompt's head stands still: enough for a good many lines where the
# room is left, and so little kept for it that it isn't missed as long as nothing is.
_MOST_SHARE, _LEAST_SHARE = 16, 32
_MIN_RESERVE, _MAX_RESERVE = 64, 1_024
# What files may take that come while the head stands still: the signatures of a class or two.
# A small budget has no room to wait for them.
_LATE_SHARE, _MOST_LATE, _LEAST_FOR_LATE = 20, 768, 3_072
# A suffix beyond so many tokens tells little, and all of it is read again with each anchor.
_SUFFIX_TOKENS = 1_024


@dataclass(frozen=True, slots=True)
class Shares:
    """Tokens for each part of a prompt; with sentinels and reserves they are the whole budget."""

    repository: int
    prefix: int
    suffix: int
    late: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """What a document would take.

    Attributes:
        frame: what stands around the texts; without what doesn't fit.
        reserve: tokens that may be typed in any case; 0 where the budget is too small.
        most: tokens that may be typed where files and document leave them.
        kept: the reserve, where room is kept for it: neither where nothing is anchored nor
            where what is typed makes the prefix longer.
        room: tokens for other files and the document; without what is kept.
        prefix: what the prefix would take of it.
        suffix: likewise.
        late: tokens for files that come behind the suffix, beside the room.
    """

    frame: Frame
    reserve: int
    most: int
    kept: int
    room: int
    prefix: int
    suffix: int
    late: int = 0

    def reserve_beside(self, n_used: int) -> int:
        """What may be typed where files and windows take that many tokens."""
        return min(self.most, self.whole - n_used)

    @property
    def whole(self) -> int:
        """Tokens for files, the document and what is typed."""
        return self.room + self.kept + self.late

    @property
    def repository(self) -> int:
        """What the repository may take: all that a small document leaves, else half."""
        return self.room - min(_coarse(self.prefix + self.suffix, self.room), _near(self.room))


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
    wanted = demand(
        budget_tokens,
        prefix=prefix,
        suffix=suffix,
        around=frame(spec.format, path, repository),
        form=spec.format,
        tokenizer=tokenizer,
        anchoring=anchoring,
    )
    return replace(share(wanted, wanted.repository), late=wanted.late)


def demand(
    budget_tokens: int,
    *,
    prefix: str,
    suffix: str,
    around: Frame,
    form: FimFormat,
    tokenizer: Tokenizer,
    anchoring: Anchoring,
) -> Demand:
    """What this document would take of the budget.

    Raises:
        BudgetError: the budget doesn't hold the format's sentinels and a token more.
    """
    room = budget_tokens - fixed_cost(form, tokenizer)
    if room < 1:
        raise BudgetError(
            f"a budget of {budget_tokens} tokens doesn't hold the {len(form.sentinels)} sentinels "
            f"of the format {form.name} and any text; raise `context.budget_tokens`"
        )
    fitting, room = _fitting(around, room, tokenizer)
    reserve, most = _reserve(room, form)
    kept = 0 if anchoring == "off" or ends_with_prefix(form) else reserve
    late = _late(room) if kept and form.files_behind else 0
    room -= kept + late
    before = _count(prefix[-reach(room) :], room, tokenizer)
    behind = _count(suffix[: reach(room)], room, tokenizer) if form.has_fim else 0
    return Demand(fitting, reserve, most, kept, room, before, behind, late)


def share(wanted: Demand, repository: int, *, is_brief: bool = False) -> Shares:
    """The shares when the repository takes that many tokens.

    Where the document doesn't fit, the suffix gets a quarter of the rest, or of what the
    prefix leaves up to three eighths or 1,024 tokens: code depends more on what precedes
    it, and all of the suffix is read again with each anchor. A brief one gets no more than
    the quarter in any case.
    """
    near = wanted.room - repository
    if is_brief:
        suffix = min(wanted.suffix, near // 4)
        return Shares(repository, near - suffix, suffix)
    if wanted.prefix + wanted.suffix <= near:
        return Shares(repository, near - wanted.suffix, wanted.suffix)
    before = _coarse(wanted.prefix, wanted.room)
    suffix = min(
        wanted.suffix, max(near // 4, min(near - before, max(_SUFFIX_TOKENS, 3 * near // 8)))
    )
    return Shares(repository, near - suffix, suffix)


def _fitting(around: Frame, room: int, tokenizer: Tokenizer) -> tuple[Frame, int]:
    """The frame without what would take more than half of the room, and what it leaves.

    Room is kept for what stands only where there are other files, so that the first one
    moves nothing.
    """
    n_header = cost(around.header, tokenizer)
    header = around.header if n_header * 2 <= room else ()
    room -= n_header if header else 0
    n_start = cost(around.start, tokenizer) + tokenizer.seam_tokens if around.start else 0
    start = around.start if n_start * 2 <= room else ()
    return Frame(start, header, around.repository), room - (n_start if start else 0)


def _reserve(room: int, form: FimFormat) -> tuple[int, int]:
    """The least and the most that may be typed; nothing of a room that holds a few lines.

    A longer prefix may take whatever is left, save that it is encoded at each keystroke.
    """
    if room < 2 * _MIN_RESERVE:
        return 0, 0
    top = room // 8 if room < 8 * _MIN_RESERVE else _MAX_RESERVE
    least, most = (max(_MIN_RESERVE, room // part) for part in (_LEAST_SHARE, _MOST_SHARE))
    return min(least, top), _MAX_RESERVE if ends_with_prefix(form) else min(most, top)


def _late(room: int) -> int:
    return min(_MOST_LATE, room // _LATE_SHARE) if room >= _LEAST_FOR_LATE else 0


def _near(room: int) -> int:
    """What the document may take where it needs all it can get."""
    return max(room // 2, min(room, _NEAR_TOKENS))


def _count(text: str, most: int, tokenizer: Tokenizer) -> int:
    return min(most, tokenizer.count(normalise(text)))


def _coarse(n_tokens: int, room: int) -> int:
    step = max(8, room // 16)
    return min(room, -(-n_tokens // step) * step)
