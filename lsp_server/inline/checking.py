"""The checks that a completion must pass, made for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.checks.secrets import secret_check
from context.checks.syntax import syntax_check
from inference.answer.checks import Checks

if TYPE_CHECKING:
    from lsp_server.inline.asked import Asked


def checks_for(asked: Asked, rejected: tuple[str, ...] = ()) -> Checks:
    """What a completion at that cursor must pass; cheap, as the work is done when asked."""
    snapshot = asked.snapshot
    return Checks(
        syntax=syntax_check(snapshot),
        secrets=secret_check(snapshot),
        rejected=rejected,
    )
