"""The next tokens, from what the model thinks of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.runners.runner import Ask


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token, and the natural logarithm of how likely it was among those that were allowed."""

    number: int
    logprob: float


def likeliest(rows: Any) -> list[Chosen]:
    """The likeliest token of each row; of equals the lowest id.

    Args:
        rows: logits, `[steps, vocabulary]`.

    Raises:
        BackendError: cause "numbers": these are no numbers.
    """
    torch: Any = import_module("torch")
    with torch.inference_mode():
        best, numbers = rows.max(dim=-1)
        logprobs = best - rows.logsumexp(dim=-1)
        found = zip(numbers.tolist(), logprobs.tolist(), strict=True)
    return [Chosen(int(number), _checked(logprob)) for number, logprob in found]


def drawn(row: Any, ask: Ask, chance: Any) -> Chosen:
    """A token drawn as `ask` says; `chance` is torch's generator.

    The likeliest `top_k` are kept, of those as few as make up `top_p`, and its likelihood
    is the one before that.

    Raises:
        BackendError: cause "numbers".
    """
    torch: Any = import_module("torch")
    with torch.inference_mode():
        logprobs = row.log_softmax(dim=-1)
        _checked(float(logprobs.max()))
        shares, numbers = (row / ask.temperature).softmax(dim=-1).sort(descending=True, stable=True)
        if ask.top_k:
            shares[ask.top_k :] = 0
        before = shares.cumsum(dim=-1) - shares
        shares[before >= ask.top_p * shares.sum()] = 0
        place = int(torch.multinomial(shares, 1, generator=chance)) if float(shares.sum()) else 0
        number = int(numbers[place])
        return Chosen(number, float(logprobs[number]))


def among(row: Any, allowed: Sequence[int], ask: Ask, chance: Any) -> Chosen:
    """The likeliest or a drawn one of these tokens alone."""
    torch: Any = import_module("torch")
    with torch.inference_mode():
        places = torch.as_tensor(allowed, dtype=torch.long, device=row.device)
        few = row.index_select(0, places)
    chosen = likeliest(few[None])[0] if ask.is_greedy else drawn(few, ask, chance)
    return Chosen(allowed[chosen.number], chosen.logprob)


def _checked(logprob: float) -> float:
    if not isfinite(logprob):
        raise BackendError(
            "the model computed no numbers (NaN), as damaged weights or a precision too low for it "
            'do; check the weights, or set `local.precision` to "float32" or "bf16"',
            cause="numbers",
        )
    return logprob
