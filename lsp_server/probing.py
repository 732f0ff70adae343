"""What a model server takes, found out before the first prompt is made for it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from inference.errors import InferenceError
from inference.types import Probing
from lsp_server.telling import tell_once

if TYPE_CHECKING:
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Workspace

# Who asks waits so long to have it known: a prompt made meanwhile is as good. A server
# on this machine that is asked anew after a pause has answered much sooner.
PATIENCE_S = {"none": 0.5, "some": 0.05}

log = logging.getLogger(__name__)


def begin_probe(server: InfillServer, workspace: Workspace) -> None:
    """Begin to find out what the backend's server takes, where that isn't known or is in doubt."""
    backend = workspace.backend
    if not isinstance(backend, Probing):
        return
    certainty = backend.certainty if workspace.probed else "none"
    if certainty == "full":
        return
    if workspace.probing is None or workspace.probing.done():
        patience_s = PATIENCE_S[certainty]
        workspace.patient_until_s = asyncio.get_running_loop().time() + patience_s
        workspace.probing = server.session.start(_probe(server, workspace, backend))


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
    tell_once(server, told)
