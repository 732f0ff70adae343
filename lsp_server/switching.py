"""Other settings taken up while the server runs: only what they concern is opened anew.

The index stays, and so does a backend that nothing changed for. Settings that are wrong
leave those before in force.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from context.errors import ContextError
from inference.errors import InferenceError
from lsp_server.acquainting import acquaint
from lsp_server.errors import CommandError
from lsp_server.indexing import keep_indexed
from lsp_server.permitted import turned_off
from lsp_server.probing import begin_probe
from lsp_server.status import send_status
from lsp_server.telling import tell_once
from lsp_server.user_models import model_of
from lsp_server.warming import stop_warming
from lsp_server.workspace import open_served

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from inference.types import Backend
    from lsp_server.configuration import Configured
    from lsp_server.inline.asked import Asked
    from lsp_server.server import InfillServer
    from lsp_server.session import Session
    from lsp_server.settings import Settings
    from lsp_server.workspace import Opened, Workspace

_WRONG = (InferenceError, ContextError, CommandError)
# What a backend, its model and its tokenizer are made from.
_SERVING = frozenset(
    {"backend", "model", "format", "served_model", "endpoint", "api_key_env", "tokenizer"}
    | {"models", "server", "local"}
)

log = logging.getLogger(__name__)


async def take_up(server: InfillServer, editor: Mapping[str, Any] | None = None) -> None:
    """Have the settings of now in force, in every folder; `editor` takes the place of its last.

    What is wrong is told, and nothing changes in the folders that it concerns.
    """
    session = server.session
    async with session.switching:
        if session.gather is None:
            return
        if editor is not None:
            session.gather = partial(session.gather, editor=dict(editor))
        known = len(session.warnings)
        session.refused = await _concern_all(session)
        for workspace in (*session.folders.values(), *session.bare.values()):
            wrong = await _concern(server, workspace)
            session.refused = session.refused or wrong
        if session.refused is None:
            _open_what_failed(server)
        for warning in session.warnings[known:]:
            log.warning("%s", warning)
    tell_once(server, session.refused)
    send_status(server)


def set_log_level(configured: Configured | None) -> None:
    """Log as the settings say, unless `--verbose` has asked for everything."""
    root = logging.getLogger()
    if configured is not None and root.level != logging.DEBUG:
        root.setLevel(configured.settings.log.level.upper())


async def _gathered(session: Session, root: Any) -> Configured:
    """The settings for a folder, read off the event loop."""
    assert session.gather is not None  # noqa: S101 - `take_up` has seen that there is one
    gather = partial(session.gather, root=root)
    configured = await asyncio.get_running_loop().run_in_executor(session.executor, gather)
    session.warnings += [text for text in configured.warnings if text not in session.warnings]
    return configured


async def _concern_all(session: Session) -> str | None:
    """Take up what is no folder's; why not, where that is so."""
    try:
        session.configured = await _gathered(session, None)
    except _WRONG as error:
        return _refused(error)
    set_log_level(session.configured)
    return None


async def _concern(server: InfillServer, workspace: Workspace) -> str | None:
    """Take up what is a folder's; why not, where that is so."""
    session, before = server.session, workspace.settings
    try:
        settings = (await _gathered(session, workspace.root)).settings
        if settings == before:
            return None
        made = await _made_anew(session, workspace, settings)
    except _WRONG as error:
        return _refused(error)
    if workspace.closed:
        # The folder went while this was found out.
        if made is not None:
            session.start(made.backend.aclose())
        return None
    if made is None:
        workspace.settings = settings
    else:
        _exchange(server, workspace, settings, made)
    _end_what_is_off(session, workspace)
    if settings.context.ignore != before.context.ignore:
        workspace.repository.ignore(settings.context.ignore)
        # What is no workspace folder is never crawled: it may be somebody's home.
        if session.folders.get(workspace.root) is workspace:
            session.start(keep_indexed(server, workspace))
    return None


def _end_what_is_off(session: Session, workspace: Workspace) -> None:
    """End what is being made where nothing is to be completed any more."""

    def is_off(asked: Asked) -> bool:
        off = turned_off(workspace.settings, asked.snapshot.language)
        return asked.workspace is workspace and off is not None

    session.generations.end_where(is_off)
    if not workspace.settings.completion.enabled:
        stop_warming(workspace)


async def _made_anew(session: Session, workspace: Workspace, settings: Settings) -> Opened | None:
    """Another backend, where the one that is there was made from other settings."""
    if _serving(settings) == _serving(workspace.settings):
        return None
    loop = asyncio.get_running_loop()
    spec = await loop.run_in_executor(session.executor, model_of, settings)
    return open_served(settings, spec, workspace.repository, workspace.cache_dir, session.tell)


def _serving(settings: Settings) -> tuple[object, ...]:
    """What a backend is made from, to be compared."""
    chosen = tuple(getattr(settings, name) for name in sorted(_SERVING))
    # A model on this machine is given the room that the longest prompt needs.
    has_room = settings.endpoint is None and settings.backend != "ngram"
    room = settings.context.budget_tokens + settings.completion.max_tokens
    return (*chosen, room if has_room else 0)


def _exchange(server: InfillServer, workspace: Workspace, settings: Settings, made: Opened) -> None:
    """Put another backend in the old one's place, whose requests end before it is closed."""
    session, old = server.session, workspace.backend
    ending: list[asyncio.Task[Any]] = [
        task for task in (workspace.probing, workspace.warming) if task is not None
    ]
    session.n_switches += 1
    for task in ending:
        task.cancel()
    ending += session.generations.end_all(workspace)
    workspace.warming = None
    workspace.serve_by(settings, made)
    session.start(_close(old, ending))
    begin_probe(server, workspace)
    session.start(_settle_in(server, workspace))


async def _settle_in(server: InfillServer, workspace: Workspace) -> None:
    """What the first request at another backend would else wait for."""
    await acquaint(server, workspace)
    if workspace.indexed:
        try:
            await workspace.learn()
        except InferenceError as error:
            workspace.health.failed(error)


async def _close(backend: Backend, ending: list[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*ending, return_exceptions=True)
    await backend.aclose()


def _open_what_failed(server: InfillServer) -> None:
    """Now that the settings are right, take up the folders that they kept from being."""
    session = server.session
    session.problem = None
    for root in session.roots:
        workspace = session.open_folder(root) if root not in session.folders else None
        if workspace is not None:
            begin_probe(server, workspace)
            session.start(keep_indexed(server, workspace))


def _refused(error: Exception) -> str:
    return f"{error}; until that is corrected, the settings from before stay in force"
