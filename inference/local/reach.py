"""Finds the process that holds a model, or starts it; blocks, so not on an event loop."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import filelock

from inference.errors import BackendError
from inference.local.description import (
    FOLDER_MODE,
    PROTOCOL,
    Description,
    is_proof,
    new_token,
    proof,
    read_description,
)
from inference.local.frames import FrameError, frame, parse_line
from inference.local.launch import start
from inference.local.recipe import key_of

if TYPE_CHECKING:
    from pathlib import Path

    from inference.local.launch import Started
    from inference.local.recipe import Recipe

_CONNECT_S = 5.0
_ANSWER_S = 15.0
_LOCK_S = 90.0
_LEAVE_S = 20.0
_LONGEST_LINE = 4096
_UNUSED_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reached:
    """A process that knows the token, as we do.

    Attributes:
        key: the process's name.
        started: where it was started from here just now.
        log: where its libraries' words go.
    """

    key: str
    connection: socket.socket
    started: Started | None
    log: Path


class _StaleError(Exception):
    """What is described isn't there any more."""


def reach(recipe: Recipe, folder: Path) -> Reached:
    """The process for this model, started if need be; several who come at once start one.

    Raises:
        BackendError: it can't be started, or doesn't answer.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        key = key_of(recipe)
        return _reached(recipe, key, folder / f"{key}.json")
    except filelock.Timeout:
        raise BackendError(
            "another window has been starting the model's process for too long; try again"
        ) from None
    except OSError as error:
        raise BackendError(f"{folder} can't be used: {error.strerror or error}") from error


def is_writable(folder: Path) -> bool:
    """Whether processes can be described there; makes the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _reached(recipe: Recipe, key: str, path: Path) -> Reached:
    log, described = path.with_suffix(".log"), read_description(path)
    found = _running(recipe, path, described)
    if found is not None:
        return Reached(key, found, None, log)
    with filelock.FileLock(path.with_suffix(".lock"), timeout=_LOCK_S, mode=0o600):
        another = read_description(path)
        found = _running(recipe, path, another) if another != described else None
        if found is not None:
            return Reached(key, found, None, log)
        make_room(path.parent, path)
        started = start(recipe.local.python, {**recipe.parameters, "described": str(path)}, log)
        found = _running(recipe, path, read_description(path))
    if found is None:
        raise BackendError(f"the model's process ended as soon as it began; see {log}")
    return Reached(key, found, started, log)


def make_room(folder: Path, wanted: Path) -> None:
    """Have models end that nobody uses, as two might not fit; clear away what they left."""
    living = {wanted.stem}
    for path in folder.glob("*.json"):
        described = read_description(path)
        if path == wanted or described is None or described.protocol != PROTOCOL:
            continue
        with suppress(_StaleError, OSError, FrameError):
            if _stays(described):
                living.add(path.stem)
    _clear_away(folder, living)


def _stays(described: Description) -> bool:
    """Whether somebody uses that model; where nobody does, it has freed its memory now."""
    with _greeted(described, {"leave": True}) as connection:
        if not parse_line(_line(connection)).get("leaves"):
            return True
        connection.settimeout(_LEAVE_S)
        connection.recv(1)
    return False


def _clear_away(folder: Path, living: set[str]) -> None:
    """Delete what processes that ended long ago have left."""
    oldest = time.time() - _UNUSED_S
    for path in folder.iterdir():
        with suppress(OSError):
            if path.name.partition(".")[0] not in living and path.stat().st_mtime < oldest:
                path.unlink()


def _running(recipe: Recipe, path: Path, described: Description | None) -> socket.socket | None:
    """A connection to the process that was described there; None where it is gone."""
    if described is None or described.protocol != PROTOCOL:
        return None
    wants = {"context_tokens": recipe.plan.context_tokens, "idle_s": recipe.local.idle_s}
    try:
        return _greeted(described, wants)
    except _StaleError:
        return None
    except TimeoutError:
        if not _is_that(described, path):
            return None
        raise BackendError(
            f"the process {described.pid}, which holds the model, doesn't answer; end it, "
            "and the next request starts another",
            cause="unreachable",
        ) from None


def _is_that(described: Description, path: Path) -> bool:
    """Whether the process of that number is the one that was described, not a later one."""
    import psutil

    try:
        began_s: float = psutil.Process(described.pid).create_time()
        return began_s <= path.stat().st_mtime + 1
    except (psutil.Error, OSError):
        return False


def _greeted(described: Description, wants: dict[str, Any]) -> socket.socket:
    """A connection over which both sides have shown that they know the token.

    Raises:
        _StaleError: nobody is there, or somebody else.
        TimeoutError: somebody is there, and says nothing.
    """
    try:
        connection = socket.create_connection(("127.0.0.1", described.port), timeout=_CONNECT_S)
    except OSError as error:
        raise _StaleError from error
    try:
        _greet(connection, described.token, wants)
    except TimeoutError:
        connection.close()
        raise
    except (OSError, FrameError) as error:
        connection.close()
        raise _StaleError from error
    except BaseException:
        connection.close()
        raise
    return connection


def _greet(connection: socket.socket, token: str, wants: dict[str, Any]) -> None:
    connection.settimeout(_ANSWER_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own = new_token()
    connection.sendall(frame({"protocol": PROTOCOL, "nonce": own}))
    answer = parse_line(_line(connection))
    other = str(answer.get("nonce"))
    if not is_proof(answer.get("proof"), proof(token, "host", other, own)):
        raise _StaleError
    shown = proof(token, "user", other, own)
    connection.sendall(frame({"proof": shown, **wants}))


def _line(connection: socket.socket) -> bytes:
    """A line and nothing that follows it."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
        byte = connection.recv(1)
        if not byte:
            raise FrameError("the connection broke off")
        line += byte
    return bytes(line)
