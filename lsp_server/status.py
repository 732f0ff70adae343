"""`infill/status`: what the server is doing, for a status bar, and why it can't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from lsp_server.server import InfillServer

Kind = Literal["normal", "busy", "warning", "error", "inactive"]


def send_status(
    server: InfillServer, kind: Kind | None = None, message: str = "", error_kind: str | None = None
) -> None:
    """Tell the client; without a kind, the session's own state is told.

    `error` is null but for the kind `error`; its `kind` is stable, its message is
    for people.
    """
    problem = server.session.problem
    if kind is None and problem is not None:
        kind, message, error_kind = "error", problem.message, problem.kind
    elif kind is None:
        kind, message = _readiness(server)
    error = {"kind": error_kind or "backend", "message": message} if kind == "error" else None
    server.protocol.notify(
        "infill/status",
        {"kind": kind, "message": message, "error": error, **names(server)},
    )


def _readiness(server: InfillServer) -> tuple[Kind, str]:
    folders = server.session.folders.values()
    waiting = [workspace for workspace in folders if not workspace.indexed]
    if waiting:
        return "busy", f"indexing {waiting[0].root.name}"
    trouble = next((each.trouble for each in folders if each.trouble), None)
    return ("warning", trouble) if trouble else ("normal", "")


def names(server: InfillServer) -> dict[str, Any]:
    """The backend and the model in use, as every message names them."""
    configured = server.session.configured
    if configured is None:
        return {"backend": "", "model": ""}
    settings = configured.settings
    workspace = next(iter(server.session.folders.values()), None)
    model = workspace.model_name if workspace else settings.model
    return {"backend": settings.backend, "model": model}
