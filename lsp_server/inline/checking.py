"""The checks that a completion must pass, made for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.checks.secrets import secret_check
from context.checks.symbols import symbol_check
from context.checks.syntax import syntax_check
from inference.answer.checks import Checks

if TYPE_CHECKING:
    from lsp_server.inline.asked import Asked


def checks_for(asked: Asked, rejected: tuple[str, ...] = ()) -> Checks:
    """What a completion at that cursor must pass; cheap, as the work is done when asked."""
    snapshot, repository = asked.snapshot, asked.workspace.repository
    return Checks(
        syntax=syntax_check(snapshot),
        symbols=symbol_check(repository.latest, snapshot, read=repository.read),
        secrets=secret_check(snapshot),
        rejected=rejected,
    )
