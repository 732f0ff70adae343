"""What a model server takes, found out before the first prompt is made for it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from inference.errors import InferenceError
from inference.types import Probing

if TYPE_CHECKING:
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

# Who asks first waits so long to have it known: a prompt made meanwhile is as good.
PATIENCE_S = 0.5

log = logging.getLogger(__name__)


def begin_probe(server: InfillServer, workspace: Workspace) -> None:
    """Begin to find out what the backend's server takes; once more where it couldn't be asked."""
    if workspace.probed or not isinstance(workspace.backend, Probing):
        return
    if workspace.probing is None or workspace.probing.done():
        workspace.patient_until_s = asyncio.get_running_loop().time() + PATIENCE_S
        workspace.probing = server.session.start(_probe(server, workspace, workspace.backend))


async def probed(server: InfillServer, workspace: Workspace) -> None:
    """Return when it is known what the backend's server takes, or after a short while."""
    begin_probe(server, workspace)
    left_s = workspace.patient_until_s - asyncio.get_running_loop().time()
    if workspace.probing is not None and left_s > 0:
        await asyncio.wait({workspace.probing}, timeout=left_s)


async def _probe(server: InfillServer, workspace: Workspace, backend: Probing) -> None:
    loop = asyncio.get_running_loop()

    def ids() -> tuple[int, ...] | None:
        encoded = workspace.tokenizer().encode(backend.probe_text)
        return None if encoded is None else tuple(encoded)

    try:
        told = await backend.probe(await loop.run_in_executor(server.session.executor, ids))
    except InferenceError as error:
        log.debug("what the server takes isn't known: %s", error)
        return
    workspace.probed = True
    if told is not None and told not in server.session.warnings:
        server.session.warnings.append(told)
        message = types.ShowMessageParams(types.MessageType.Warning, f"Infill: {told}")
        server.window_show_message(message)
