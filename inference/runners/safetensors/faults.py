"""What torch's exceptions mean, and what to do about them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from inference.errors import BackendError

# How torch says that memory is short where it has no class of its own for it.
_SHORT = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


def is_short_of_memory(error: BaseException) -> bool:
    """Whether it was the memory, of the processor or of a device."""
    torch: Any = import_module("torch")
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return any(sign in str(error).lower() for sign in _SHORT)


def free_memory() -> None:
    """Give a device's memory that nothing holds back to others."""
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def running_fault(error: BaseException, n_tokens: int) -> BackendError:
    """What a pass over a prompt of so many tokens that failed means."""
    if is_short_of_memory(error):
        return BackendError(
            f"the memory was too small for a prompt of {n_tokens:,} tokens; what was kept of other "
            "prompts was let go of. Lower `context.budget_tokens`, `local.cache_gb` or "
            "`local.precision`",
            cause="memory",
        )
    first = str(error).partition("\n")[0]
    return BackendError(f"torch failed ({type(error).__name__}): {first[:200]}", cause="failed")
