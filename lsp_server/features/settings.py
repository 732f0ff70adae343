"""Settings that change while the server runs: told or asked for, or written to a file."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lsp_server.configuration import REPOSITORY_FILE, editor_values, user_file
from lsp_server.switching import take_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lsp_server.server import InfillServer

SECTION = "infill"
LOOK_S = 2.0
PATIENCE_S = 10.0

log = logging.getLogger(__name__)


def register(server: InfillServer) -> None:
    """Bind the feature to a server."""

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        told = _told(params.settings)
        if told is None:
            told = await _asked(server)
        await take_up(server, _over_initial(server, told))


async def begin(server: InfillServer) -> None:
    """Ask for the editor's settings, be told when they change, and look after the files."""
    server.session.start(_follow(server))
    await _register(server)
    told = await _asked(server)
    if told:
        await take_up(server, _over_initial(server, told))


def _told(settings: Any) -> dict[str, Any] | None:
    """What a notification says of ours; None where it says nothing, as newer clients want."""
    if not isinstance(settings, dict) or not settings:
        return None
    values = cast("dict[str, Any]", settings)
    own = values.get(SECTION)
    return cast("dict[str, Any]", own) if isinstance(own, dict) else values


async def _asked(server: InfillServer) -> dict[str, Any] | None:
    """What the editor says when asked; None where it can't be, or has nothing to say."""
    if not server.session.client.tells_settings:
        return None
    items = [types.ConfigurationItem(section=SECTION)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except (JsonRpcException, TimeoutError) as error:
        log.warning("the editor doesn't tell its settings: %s", error)
        return None
    first: object = next(iter(found or ()), None)
    return cast("dict[str, Any]", first) if isinstance(first, dict) else None


def _over_initial(server: InfillServer, told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The editor's settings: what it began with, and over that what it tells now."""
    return None if told is None else editor_values(server.session.initial, told)


async def _register(server: InfillServer) -> None:
    """Have a client that wants to be asked for it tell when settings change."""
    if not server.session.client.registers_settings:
        return
    options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
    method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
    registration = types.Registration("infill-settings", method, options)
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:
        log.warning("the editor doesn't tell when its settings change: %s", error)


async def _follow(server: InfillServer) -> None:
    """Take up what is written to a settings file, by the user or into the repository.

    Looked at from time to time, as the user's is in no folder that is watched.
    """
    session = server.session
    while True:
        await asyncio.sleep(LOOK_S)
        known, seen = session.stamps, await asyncio.to_thread(stamps, _files(server))
        session.stamps = seen
        if any(known[file] != seen[file] for file in known.keys() & seen.keys()):
            await take_up(server)


def _files(server: InfillServer) -> list[Path]:
    return [
        server.config or user_file(),
        *(root / REPOSITORY_FILE for root in server.session.roots),
    ]


def note_files(server: InfillServer) -> None:
    """Remember how the settings' files are, before they are read."""
    server.session.stamps = stamps(_files(server))


def stamps(files: list[Path]) -> dict[Path, tuple[int, int] | None]:
    """What changes with each file; None for one that isn't there."""
    found: dict[Path, tuple[int, int] | None] = {}
    for file in files:
        try:
            seen = file.stat()
        except OSError:
            found[file] = None
        else:
            found[file] = (seen.st_mtime_ns, seen.st_size)
    return found
