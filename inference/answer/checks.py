"""What is looked at before a completion is shown: its syntax, its names, what must not be in it.

The checks come from outside, as protocols of `context.types`; here is only what follows
from what they find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.types import NoCompletion

if TYPE_CHECKING:
    from context.types import SecretCheck, SymbolCheck, SyntaxCheck
    from inference.types import Completion


@dataclass(frozen=True, slots=True)
class Checks:
    """What a completion must pass; what is None isn't looked at.

    Attributes:
        rejected: texts that the user has just turned down at this cursor.
    """

    syntax: SyntaxCheck | None = None
    symbols: SymbolCheck | None = None
    secrets: SecretCheck | None = None
    rejected: tuple[str, ...] = ()


def checked(
    completion: Completion, checks: Checks, min_confidence: float
) -> Completion | NoCompletion:
    """As much of the completion as passes, or why nothing of it does.

    Takes milliseconds where the document has to be parsed, so not on the event loop.
    """
    if completion.text in checks.rejected:
        return NoCompletion("it is what was turned down a moment ago")
    del min_confidence
    if checks.syntax is not None:
        n_replaced = completion.replace[1] - completion.replace[0]
        sound = checks.syntax.sound(completion.text, n_replaced)
        if not completion.text[:sound].strip():
            return NoCompletion("it would break the syntax")
        completion = replace(completion, text=completion.text[:sound])
    return completion
