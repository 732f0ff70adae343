"""Finds the process that holds a model, or starts it; blocks, so not on an event loop."""

from __future__ import annotations

import socket
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
_LEAVE_S = 5.0
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
        path = folder / f"{key}.json"
        log = path.with_suffix(".log")
        found = _running(recipe, path)
        if found is not None:
            return Reached(key, found, None, log)
        with filelock.FileLock(folder / f"{key}.lock", timeout=_LOCK_S, mode=0o600):
            found = _running(recipe, path)
            if found is not None:
                return Reached(key, found, None, log)
            make_room(folder, path)
            started = start(recipe.local.python, {**recipe.parameters, "described": str(path)}, log)
            found = _running(recipe, path)
    except filelock.Timeout:
        raise BackendError(
            "another window has been starting the model's process for too long; try again"
        ) from None
    except OSError as error:
        raise BackendError(f"{folder} can't be used: {error.strerror or error}") from error
    if found is None:
        raise BackendError(f"the model's process ended as soon as it began; see {log}")
    return Reached(key, found, started, log)


def make_room(folder: Path, wanted: Path) -> None:
    """Have models end that nobody uses, as two might not fit; clear away what they left."""
    for path in folder.glob("*.json"):
        described = read_description(path)
        if path == wanted or described is None or described.protocol != PROTOCOL:
            continue
        with suppress(_StaleError, BackendError, OSError):
            with _greeted(described, {"leave": True}) as connection:
                connection.settimeout(_LEAVE_S)
                # It closes the connection at once, and then ends or stays.
                connection.recv(1)
            _wait_for_end(path, described)
    _clear_away(folder)


def _wait_for_end(path: Path, described: Description) -> None:
    """Give one that may be ending the time to free its memory; it forgets its description first."""
    until = time.monotonic() + _LEAVE_S
    time.sleep(0.05)
    if read_description(path) == described:
        return
    while time.monotonic() < until and _answers(described):
        time.sleep(0.05)


def _answers(described: Description) -> bool:
    try:
        socket.create_connection(("127.0.0.1", described.port), timeout=0.2).close()
    except OSError:
        return False
    return True


def _clear_away(folder: Path) -> None:
    """Delete what processes that ended long ago have left."""
    oldest = time.time() - _UNUSED_S
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _running(recipe: Recipe, path: Path) -> socket.socket | None:
    """A connection to the process that is described there; None where it is gone."""
    described = read_description(path)
    if described is None or described.protocol != PROTOCOL:
        return None
    wants = {"context_tokens": recipe.plan.context_tokens, "idle_s": recipe.local.idle_s}
    try:
        return _greeted(described, wants)
    except _StaleError:
        return None


def _greeted(described: Description, wants: dict[str, Any]) -> socket.socket:
    """A connection over which both sides have shown that they know the token.

    Raises:
        _StaleError: nobody is there, or somebody else.
        BackendError: it is there, and says nothing.
    """
    try:
        connection = socket.create_connection(("127.0.0.1", described.port), timeout=_CONNECT_S)
    except OSError as error:
        raise _StaleError from error
    try:
        _greet(connection, described.token, wants)
    except TimeoutError:
        connection.close()
        raise BackendError(
            f"the process {described.pid}, which holds the model, doesn't answer; end it, "
            "and the next request starts another",
            cause="unreachable",
        ) from None
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
