"""What can go wrong in `inference`.

    InferenceError
    ├── UnknownModelError      no entry in the model table; names near ones
    ├── UnknownBackendError    no such backend; names the known ones
    ├── TokenizerError         a tokenizer file that can't be read or doesn't fit the model
    ├── BudgetError            a budget that doesn't even hold the format's sentinels
    └── BackendError           the backend failed; `cause` is stable, the message says what to do
        └── DeclinedError      it works, and the model won't answer this

Messages say what was found, what was expected and what to do. They never hold
a key, a prompt or code.
"""

from __future__ import annotations

from typing import Literal

# Why a backend failed: it can't be reached, refuses the key, has served enough for now, doesn't
# have the model, can't hold the prompt, has too little memory, finds its weights missing or
# broken, reads texts by another tokenizer, computed no numbers, or died; else just "failed".
Cause = Literal[
    "failed",
    "unreachable",
    "key",
    "quota",
    "model",
    "context",
    "memory",
    "weights",
    "tokenizer",
    "numbers",
    "died",
]


class InferenceError(Exception):
    """Anything this package raises on purpose."""

    kind = "inference"


class UnknownModelError(InferenceError):
    """No entry in the model table."""

    kind = "unknown-model"


class UnknownBackendError(InferenceError):
    """No backend of that name."""

    kind = "unknown-backend"


class TokenizerError(InferenceError):
    """A tokenizer file that can't be read or doesn't fit the model."""

    kind = "tokenizer"


class BudgetError(InferenceError):
    """A budget that doesn't even hold the format's sentinels."""

    kind = "budget"


class BackendError(InferenceError):
    """The backend failed: it refused, hung, broke off or answered nonsense.

    Attributes:
        cause: stable, for programs.
        retry_after_s: nothing is to be asked of it before so many seconds have passed;
            None where it didn't say.
    """

    kind = "backend"

    def __init__(
        self, message: str, *, cause: Cause = "failed", retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.cause: Cause = cause
        self.retry_after_s = retry_after_s


class DeclinedError(BackendError):
    """The model won't answer this, or a filter held back what it said; the next it may answer."""
