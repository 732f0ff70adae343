"""What can go wrong in `inference`.

    InferenceError
    ├── UnknownModelError      no entry in the model table; names near ones
    ├── UnknownBackendError    no such backend; names the known ones
    ├── TokenizerError         a tokenizer file that can't be read or doesn't fit the model
    ├── BudgetError            a budget that doesn't even hold the format's sentinels
    └── BackendError           the backend failed; `kind` is stable, the message says what to do

Messages say what was found, what was expected and what to do. They never hold
a key, a prompt or code.
"""

from __future__ import annotations


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
    """The backend failed: it refused, hung, broke off or answered nonsense."""

    kind = "backend"
