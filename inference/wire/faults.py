"""What went wrong on the wire, in words that name the host and the remedy.

No message holds a key, a prompt or code; a server's own words are quoted only
where they repeat none of these.
"""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from inference.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_QUOTED = 200
_MIN_SECRET = 16
_BAD_REQUEST, _UNPROCESSABLE = 400, 422
_UNAUTHORISED, _FORBIDDEN = 401, 403
_NOT_FOUND, _TOO_MANY, _FAILED = 404, 429, 500


@dataclass(frozen=True, slots=True)
class Call:
    """What a message may need to know about the call that failed."""

    host: str
    model: str
    has_key: bool
    read_s: float
    secrets: tuple[str, ...] = ()


def transport_fault(error: httpx.HTTPError, call: Call, *, streaming: bool) -> BackendError:
    """What a connection that failed means; `streaming` once the answer had begun."""
    host = call.host
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return BackendError(f"{host} doesn't take the connection; is the server up and reachable?")
    if isinstance(error, httpx.TimeoutException):
        return BackendError(_silence(call, streaming=streaming))
    if isinstance(error, httpx.ConnectError):
        return BackendError(_no_connection(error, host))
    if streaming:
        return BackendError(
            f"{host} broke off in the middle of its answer; its log may say why "
            "(out of memory, a restart)"
        )
    return BackendError(
        f"{host} closed the connection without an answer; does it speak HTTP, and is "
        "http or https right?"
    )


def status_fault(status: int, headers: Mapping[str, str], body: bytes, call: Call) -> BackendError:
    """What an answer other than success means."""
    said = quote(body, call.secrets)
    if 300 <= status < _BAD_REQUEST:  # noqa: PLR2004 - the range of redirects
        return BackendError(
            f"{call.host} redirects elsewhere, which isn't followed, as code would go there; "
            "set `endpoint` to the address that answers"
        )
    if status in {_UNAUTHORISED, _FORBIDDEN}:
        held = "refused the API key" if call.has_key else "wants an API key"
        return BackendError(
            f"{call.host} {held} ({status}){said}; check the variable that `api_key_env` names"
        )
    if status == _NOT_FOUND:
        return BackendError(_not_found(body, said, call))
    if status == _TOO_MANY:
        wait = headers.get("retry-after", "")
        pause = f"; try again in {wait} s" if wait.isdigit() else ""
        return BackendError(f"{call.host} has too many requests (429){said}{pause}")
    if status in {_BAD_REQUEST, _UNPROCESSABLE}:
        return BackendError(f"{call.host} refused the request ({status}){said}")
    if status >= _FAILED:
        return BackendError(f"{call.host} failed ({status}){said}; its log may say why")
    return BackendError(f"{call.host} answered with status {status}{said}")


def event_fault(error: object, call: Call) -> BackendError:
    """What an error within a stream that began well means."""
    said = _quoted(_message({"error": error}), call.secrets)
    return BackendError(f"{call.host} gave up on the answer{said}; its log may say more")


def page_fault(host: str) -> BackendError:
    """What a web page in the place of JSON means."""
    return BackendError(
        f"{host} answered with a web page; does `endpoint` lead to the API and end in /v1?"
    )


def quote(body: bytes, secrets: tuple[str, ...]) -> str:
    """The server's own words, to be put into a message; empty where they can't be told."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return _quoted(_message(found), secrets)


def _quoted(message: str, secrets: tuple[str, ...]) -> str:
    said = " ".join(message.split())[:_MAX_QUOTED]
    if not said or _leaks(said, secrets):
        return ""
    return f": {said!r}"


def _message(found: Any) -> str:
    """The text of an error in any of the shapes that servers give it."""
    for key in ("error", "message", "detail"):
        while isinstance(found, dict) and key in found:
            found = found[key]  # pyright: ignore[reportUnknownVariableType] - JSON
    return found if isinstance(found, str) else ""


def _leaks(said: str, secrets: tuple[str, ...]) -> bool:
    """Whether the words repeat a stretch of a secret; white space aside, as it was folded."""
    for secret in secrets:
        folded = " ".join(secret.split())
        size = min(_MIN_SECRET, len(folded))
        if size and any(piece in folded for piece in _stretches(said, size)):
            return True
    return False


def _stretches(said: str, size: int) -> Iterator[str]:
    return (said[start : start + size] for start in range(max(1, len(said) - size + 1)))


def _silence(call: Call, *, streaming: bool) -> str:
    if streaming:
        return f"{call.host} fell silent in the middle of its answer, for {call.read_s:g} s"
    return (
        f"{call.host} took the request and said nothing for {call.read_s:g} s; "
        "it may be loading the model or overloaded"
    )


def _no_connection(error: httpx.ConnectError, host: str) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name of {host} can't be resolved; check `endpoint` and the network"
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return f"the certificate of {host} isn't trusted; set SSL_CERT_FILE to your authority's"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"no encrypted connection to {host}; does it speak https, or only http?"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"nothing listens at {host}; start the server or correct `endpoint`"
    return f"no connection to {host}; check `endpoint` and the network"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, one behind the other."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _not_found(body: bytes, said: str, call: Call) -> str:
    if b"model" in body.lower():
        return (
            f"{call.host} has no model {call.model!r} (404){said}; its /models lists what it serves"
        )
    return f"{call.host} has no such path (404); does `endpoint` end in /v1?"
