"""A backend that says nothing up to the deadline, in words for the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.errors import BackendError
from inference.registry import ON_THIS_MACHINE

if TYPE_CHECKING:
    from inference.answer.heard import Heard
    from lsp_server.settings import Settings

_SILENT = (
    "the backend {backend!r} gave no answer within {deadline_ms} ms; check that it runs, or raise "
    "`completion.deadline_ms`"
)
# Who computes here computes as fast as the machine does.
_STILL_READS = (
    "the model on this machine hasn't read the prompt within {deadline_ms} ms; the next request "
    "goes on from what it has read. If that happens again, lower `context.budget_tokens` or "
    "`local.threads` (others use the processor, too), take a smaller model, or raise "
    "`completion.deadline_ms`"
)


def silence(settings: Settings, heard: Heard | None) -> BackendError | None:
    """What to tell of what was heard up to the deadline, where that is nothing.

    That is a failure of the backend, not a lack of ideas. None where something was heard,
    or nothing was asked yet.
    """
    if heard is None or heard.first_token_s is not None:
        return None
    deadline_ms = settings.completion.deadline_ms
    silent = _STILL_READS if settings.backend in ON_THIS_MACHINE else _SILENT
    return BackendError(silent.format(backend=settings.backend, deadline_ms=deadline_ms))
