"""`infill/context`: what would be sent for a place, and why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from inference.errors import InferenceError
from lsp_server.positions import PositionError
from lsp_server.preview import preview
from lsp_server.probing import probed
from lsp_server.snapshots import PlaceInWorkspace, snapshot_at

if TYPE_CHECKING:
    from lsp_server.server import InfillServer

METHOD = "infill/context"


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(METHOD)
    async def context(params: Any) -> dict[str, Any]:
        place, budget, remember = _place(server, params), _budget(params), _remember(params)
        workspace, snapshot = place.workspace, place.snapshot
        await probed(server, workspace)
        loop = asyncio.get_running_loop()
        try:
            shown, memory = await loop.run_in_executor(
                server.session.executor, preview, workspace.pinned(), snapshot, budget
            )
        except InferenceError as error:
            raise JsonRpcInvalidParams(str(error)) from None
        if remember and memory is not None:
            workspace.remember(snapshot.path, memory)
        return shown


def _place(server: InfillServer, params: Any) -> PlaceInWorkspace:
    try:
        uri = str(params["textDocument"]["uri"])
        position = types.Position(**params["position"])
    except (KeyError, TypeError, ValueError):
        raise JsonRpcInvalidParams(f"{METHOD} takes textDocument and position") from None
    document = server.session.documents.get(uri)
    if document is None:
        raise JsonRpcInvalidParams("the document was never opened")
    try:
        place = snapshot_at(server.session, document, position)
    except PositionError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    if place is None:
        raise JsonRpcInvalidParams("the document belongs to no repository")
    return place


def _budget(params: Any) -> int | None:
    budget = params.get("budget")
    if budget is not None and (not isinstance(budget, int) or budget < 1):
        raise JsonRpcInvalidParams(f"budget = {budget!r}: expected a number of tokens above 0")
    return budget


def _remember(params: Any) -> bool:
    remember = params.get("remember", False)
    if not isinstance(remember, bool):
        raise JsonRpcInvalidParams(f"remember = {remember!r}: expected true or false")
    return remember
