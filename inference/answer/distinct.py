"""Of several completions, those that say something of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inference.answer.complete import Outcome

_TOKEN = re.compile(r"\w+|[^\w\s]")


def distinct(completions: Iterable[Completion | NoCompletion]) -> tuple[Completion, ...]:
    """Those that say something that none before them says: blanks don't count.

    One with which another before it begins says nothing of its own.
    """
    kept: list[Completion] = []
    said: list[list[str]] = []
    for one in completions:
        if isinstance(one, NoCompletion):
            continue
        tokens = _TOKEN.findall(one.text)
        if not any(before[: len(tokens)] == tokens for before in said):
            kept.append(one)
            said.append(tokens)
    return tuple(kept)


def is_some(outcome: Outcome) -> bool:
    """Whether there is something to offer."""
    return isinstance(outcome.completion, Completion)


def different(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The first, and of the others those with a completion of their own, the surest first."""
    first, others = outcomes[:1], [one for one in outcomes[1:] if is_some(one)]
    others.sort(key=_sureness, reverse=True)
    kept = {id(one) for one in distinct(each.completion for each in (*first, *others))}
    return (*first, *(one for one in others if id(one.completion) in kept))


def _sureness(outcome: Outcome) -> float:
    found = outcome.completion
    return (found.confidence or 0.0) if isinstance(found, Completion) else 0.0
