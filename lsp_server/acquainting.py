"""A workspace's model got to know: how it reads texts, before the first prompt is made for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from inference.errors import InferenceError
from inference.tokens.tokenizer import mismatch
from lsp_server.telling import tell_once

if TYPE_CHECKING:
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace


async def acquaint(server: InfillServer, workspace: Workspace) -> None:
    """Load the model's tokenizer, and tell where it can't be read or is another model's.

    A second that the first request needn't wait for then.
    """
    if not workspace.backend.capabilities.prompt:
        return
    loop, health = asyncio.get_running_loop(), workspace.health
    try:
        told = await loop.run_in_executor(server.session.indexer, _doubt, workspace.pinned())
    except InferenceError as error:
        health.failed(error)
    else:
        tell_once(server, told)


def _doubt(workspace: Workspace) -> str | None:
    """What tells that the tokenizer is another model's."""
    return mismatch(workspace.tokenizer(), workspace.spec)
