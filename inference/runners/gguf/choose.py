"""The next tokens, from what the model thinks of all of them; logits are rows of numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from inference.runners.runner import Ask

    Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token, and the natural logarithm of how likely it was among those that were allowed."""

    number: int
    logprob: float


def chosen_of(
    row: Logits, ask: Ask, chance: np.random.Generator, allowed: Sequence[int] = ()
) -> Chosen:
    """The likeliest token, of equals the lowest id, or one drawn as `ask` says.

    Args:
        row: the logits of all tokens.
        ask: how one is drawn: the likeliest `top_k` are kept, of those as few as make up
            `top_p`; its likelihood is the one before that.
        chance: what draws.
        allowed: where only these may come.

    Raises:
        BackendError: cause "numbers": these are no numbers.
    """
    few = row[np.asarray(allowed)] if allowed else row
    place = int(few.argmax()) if ask.is_greedy else _drawn(few, ask, chance)
    top: Any = few.max()
    logprob = float(few[place] - top - np.log(np.exp(few - top).sum()))
    if not isfinite(logprob):
        raise BackendError(
            "the model computed no numbers (NaN), as damaged weights do; fetch the file again, or "
            "take another conversion of the model",
            cause="numbers",
        )
    return Chosen(allowed[place] if allowed else place, logprob)


def _drawn(logits: Logits, ask: Ask, chance: np.random.Generator) -> int:
    scaled = logits.astype(np.float64) / ask.temperature
    order = np.argsort(-scaled, kind="stable")
    if ask.top_k:
        order = order[: ask.top_k]
    shares = np.exp(scaled[order] - scaled[order[0]])
    shares /= shares.sum()
    before = shares.cumsum() - shares
    shares[before >= ask.top_p] = 0
    total = float(shares.sum())
    if not isfinite(total) or not total:
        return int(order[0])
    return int(chance.choice(order, p=shares / total))
