"""`infill/status`: what the server is doing, for a status bar, and why it can't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inference.errors import Cause, InferenceError
    from lsp_server import messages
    from lsp_server.health import Health
    from lsp_server.messages import StatusKind
    from lsp_server.server import InfillServer
    from lsp_server.session import Session
    from lsp_server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Status:
    """What a status bar shows; `error_kind` and `cause` are stable, and of errors alone."""

    kind: StatusKind
    message: str = ""
    error_kind: str = "backend"
    cause: Cause | None = None


def send_status(server: InfillServer) -> None:
    """Tell the client how the session is.

    `error` is null but for the kind `error`; its `kind` and `cause` are stable, its
    message is for people.
    """
    found = status_of(server.session)
    error: messages.Fault = {
        "kind": found.error_kind,
        "message": found.message,
        "cause": found.cause,
    }
    told: messages.Status = {
        "kind": found.kind,
        "message": found.message,
        "error": error if found.kind == "error" else None,
        **names(server),
    }
    server.protocol.notify("infill/status", told)


def status_of(session: Session) -> Status:
    """The worst that is so now: what ends completions first, then what delays them."""
    if session.problem is not None:
        problem = session.problem
        return Status("error", problem.message, problem.kind, problem.cause)
    if _is_off(session):
        return Status("inactive", "completion is turned off (`completion.enabled`)")
    workspaces = (*session.folders.values(), *session.bare.values())
    told = [_status_of(workspace.health) for workspace in workspaces]
    failing = _first(told, "error")
    if failing is not None:
        return failing
    waiting = [workspace for workspace in session.folders.values() if not workspace.indexed]
    if waiting:
        return Status("busy", f"indexing {waiting[0].root.name}")
    troubles = (each.trouble for each in session.folders.values())
    warnings = [text for text in (session.refused, *troubles) if text]
    if warnings:
        return Status("warning", warnings[0])
    return _first(told, "busy") or _first(told, "warning") or Status("normal")


def error_details(error: InferenceError) -> messages.Fault:
    """An error as messages tell it."""
    return {"kind": error.kind, "message": str(error), "cause": _cause(error)}


def _is_off(session: Session) -> bool:
    """Whether nothing is completed in any folder, as the user wants it."""
    folders = [workspace.settings for workspace in session.folders.values()]
    configured = [session.configured.settings] if session.configured is not None else []
    found = folders or configured
    return bool(found) and not any(settings.completion.enabled for settings in found)


def _status_of(health: Health) -> Status:
    if health.fault is not None:
        fault = health.fault
        return Status("error", str(fault), fault.kind, _cause(fault))
    return Status(health.condition.kind, health.condition.message)


def _cause(error: InferenceError) -> Cause | None:
    return error.cause if isinstance(error, BackendError) else None


def _first(told: Iterable[Status], kind: StatusKind) -> Status | None:
    return next((status for status in told if status.kind == kind), None)


def names(server: InfillServer, workspace: Workspace | None = None) -> messages.Names:
    """The backend and the model in use, as every message names them.

    Args:
        server: whose settings count where no folder is open.
        workspace: the one that it is about; None for what the status bar shows.
    """
    workspace = workspace or next(iter(server.session.folders.values()), None)
    if workspace is not None:
        return {"backend": workspace.settings.backend, "model": workspace.model_name}
    configured = server.session.configured
    if configured is None:
        return {"backend": "", "model": ""}
    return {"backend": configured.settings.backend, "model": configured.settings.model}
